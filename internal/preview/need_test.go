package preview_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"paasmcp/internal/preview"
	"paasmcp/schemas"
)

// needReader answers one read as a test says. There is every environment, and everything else cannot be read.
type needReader struct {
	catalog *schemas.Catalog
	tool    string
	answer  any
	err     error
	in      string // path of the answer in what the read brings
}

func (r needReader) Production() []string { return nil }

func (r needReader) Read(_ context.Context, tool string, args map[string]any) (any, error) {
	one := map[string]any{"id": args["environment_id"], "name": args["environment_id"], "organization": map[string]any{"uuid": "o"},
		"env": map[string]any{"envName": args["env_name"], "status": 1}, "nodes": []any{map[string]any{"id": 101, "nodeGroup": "cp", "nodeType": "nginxphp"}}}
	op, _ := r.catalog.Operation(tool)
	switch {
	case tool == r.tool && r.err != nil:
		return nil, r.err
	case tool == r.tool && r.in != "":
		return put(one, r.in, r.answer), nil
	case tool == r.tool:
		return r.answer, nil
	case op.List != "":
		return nil, errors.New("not looked up")
	}
	return one, nil
}

// put sets the value at a path of the arguments, and makes what is missing on the way.
func put(v any, at string, value any) any {
	if at == "" {
		return value
	}
	if rest, ok := strings.CutPrefix(at, "[]"); ok {
		return []any{put(nil, strings.TrimPrefix(rest, "."), value)}
	}
	end := strings.IndexAny(at, ".[")
	if end < 0 {
		end = len(at)
	}
	object, _ := v.(map[string]any)
	if object = maps.Clone(object); object == nil {
		object = map[string]any{}
	}
	object[at[:end]] = put(object[at[:end]], strings.TrimPrefix(at[end:], "."), value)
	return object
}

// TestNeeds holds every entry of the tables, for every operation that it is about, to what a look-up proves: what is there, or is
// free, is asked about; what is missing, or taken, is refused and the list is shown; a read that fails, a list that goes on and a
// list without anything prove nothing.
func TestNeeds(t *testing.T) {
	t.Parallel()
	catalog, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	const wanted, other = "wanted-1", "there-1"
	looks := 0
	for _, platform := range schemas.Platforms() {
		for _, n := range preview.NeedsOf(platform) {
			tool := string(platform) + "_" + n.Read
			if read, ok := catalog.Operation(tool); !ok || !read.IsRead() || (read.List == "") != (n.In != "") {
				t.Errorf("%s of %s: %s is not a read of a list", n.At, platform, tool)
				continue
			}
			item := func(name string) any { return put(nil, n.Key, name) }
			about := 0
			for _, row := range catalog.Rows() {
				short := strings.TrimPrefix(row.Name, string(platform)+"_")
				op, _ := catalog.Operation(row.Name)
				root, _, _ := strings.Cut(strings.ReplaceAll(n.At, "[]", "."), ".")
				if _, has := op.Param(root); row.Platform != platform || op.IsRead() || !n.About(short) || !has {
					continue
				}
				flagged := item(wanted) // what is listed and cannot be taken is not there
				if n.Flag != "" {
					flagged = put(flagged, n.Flag, false)
				}
				for _, c := range []struct {
					about    string
					answer   any
					err      error
					refused  bool
					doubtful bool
				}{
					{"there", []any{item(other), item(wanted)}, nil, n.Taken, false},
					{"not there", []any{item(other)}, nil, !n.Taken, false},
					{"not to be taken", []any{item(other), flagged}, nil, n.Taken || n.Flag != "", false},
					{"not read", nil, errors.New("the platform answered 403 (forbidden)"), false, true},
					{"only a part", preview.Part{item(other)}, nil, false, !n.Taken},
					{"nothing at all", []any{}, nil, false, !n.Taken},
				} {
					if n.In != "" && (c.err != nil || strings.HasPrefix(c.about, "only")) {
						continue // a list inside of one thing comes with it, and whole
					}
					args, _ := put(op.Example.Args, n.At, wanted).(map[string]any)
					for name, id := range map[string]any{"node_group": "cp", "source": "15-a47ac10b-58cc-4372-a567-0e02b2c3d470"} {
						if _, is := op.Param(name); is && name != root && args[name] == nil {
							args[name] = id
						}
					}
					call := preview.Call{Op: op, Args: args, Masked: args}
					target := preview.New(catalog).Look(t.Context(), call, needReader{catalog, tool, c.answer, c.err, n.In})
					looks++
					why := strings.Join(target.Impossible, "; ")
					if refused := strings.Contains(why, `"`+wanted+`"`); refused != c.refused {
						t.Errorf("%s, %s %s: %q, want a refusal: %v", op.Name, n.At, c.about, why, c.refused)
					}
					if c.refused && !strings.Contains(why, tool) || c.refused && !n.Taken && !strings.Contains(why, other) {
						t.Errorf("%s, %s: the refusal does not say what there is: %q", op.Name, n.At, why)
					}
					if doubts := fmt.Sprint(target.Doubts); c.doubtful && len(target.Impossible) == 0 && !strings.Contains(doubts, wanted) {
						t.Errorf("%s, %s %s: no doubt about it: %s", op.Name, n.At, c.about, doubts)
					}
				}
				about++
			}
			if about == 0 {
				t.Errorf("%s of %s is about no operation", n.At, platform)
			}
		}
	}
	t.Logf("%d looks", looks)
}
