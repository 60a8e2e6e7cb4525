package tools_test

import (
	"maps"
	"strings"
	"testing"

	"paasmcp/internal/secrets"
)

// TestMasksStayHere: a mask in any argument of any operation is refused before a person is asked or anything is sent, and says how to
// keep the old value.
func TestMasksStayHere(t *testing.T) {
	t.Parallel()
	r := newRig(t, withoutAudit(t))
	mask := new(secrets.Masker).Mask(map[string]any{"token": strings.Repeat("x", 40)}).(map[string]any)["token"]
	var bad violations
	for _, op := range rows(t, r.Service) {
		for i := range op.Params {
			args := maps.Clone(op.Example.Args)
			if args == nil {
				args = map[string]any{}
			}
			var planted any = mask
			switch op.Params[i].Type {
			case "array":
				planted = []any{mask}
			case "object":
				planted = map[string]any{"inner": map[string]any{"secret": mask}}
			}
			args[op.Params[i].Name] = planted
			tool := "paas_write"
			if op.IsRead() {
				tool = "paas_read"
			}
			got := r.call(request{tool: tool, args: map[string]any{"tool": op.Name, "arguments": args}})
			if !got.IsError || !strings.Contains(got.text(), "leave the argument out") || !strings.Contains(got.text(), op.Params[i].Name) {
				bad.add(op.Name, "%s: %s", op.Params[i].Name, got.text())
			}
			if sent := r.wire.takeOf(op.Name); len(sent) > 0 {
				bad.add(op.Name, "%s: sent %v", op.Params[i].Name, sent)
			}
		}
	}
	bad.report(t)
}
