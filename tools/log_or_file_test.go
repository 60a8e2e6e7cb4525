package tools_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"paasmcp/schemas"
)

// TestLogOrFile: the platform reads any file as a log. What is none is masked as the file that it is, and shown only when a person
// says so; what the platform lists is a log wherever it lies.
func TestLogOrFile(t *testing.T) {
	t.Parallel()
	const logRead, list, body = "virtuozzo_log_read", "virtuozzo_log_list", "the plain words of a file"
	r := newRig(t)
	listing := `{"result":0,"keywords":{"logs":[{"name":"catalina.out","absolutePath":"/opt/tomcat/logs/catalina.out"},` +
		`{"name":"odd","absolutePath":"/etc/../opt/odd.log"}]}}`
	r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
		switch {
		case op != nil && op.Name == list:
			return http.StatusOK, listing
		case op != nil && op.Name == logRead:
			return http.StatusOK, `{"result":0,"body":"` + body + `","linescount":25}`
		}
		return 0, ""
	}
	args := func(path string) map[string]any {
		return map[string]any{"env_name": "shop", "node_id": 101, "path": path}
	}
	routes := func(path string, reveal bool) map[string]request {
		own := args(path)
		wrapped := map[string]any{"tool": logRead, "arguments": args(path)}
		if reveal {
			own["reveal"], wrapped["reveal"] = true, true
		}
		return map[string]request{"direct": {tool: logRead, args: own}, "paas_read": {tool: "paas_read", args: wrapped}}
	}
	for path, isLog := range map[string]bool{
		"/var/log/nginx/error.log": true, "/var//log/./x": true, "/opt/tomcat/logs/catalina.out": true,
		"/var/www/webroot/ROOT/.env": false, "/var/log/../www/.env": false, "/var/log": false, "/var/logs/x": false, "var/log/x": false,
		"/opt/tomcat/logs/../conf/users.xml": false, "/opt/tomcat/logs/catalina.out/": false, "/opt/tomcat/logs/other.log": false,
		"catalina.out": false, "/var/log/$(cat /etc/shadow)": false, "/etc/shadow": false,
	} {
		for route, req := range routes(path, false) {
			got := r.call(req)
			if shown := strings.Contains(got.text()+string(got.StructuredContent), body); shown != isLog || got.IsError {
				t.Errorf("%s by %s: shown %v: %s", path, route, shown, got.text())
			}
		}
		for route, req := range routes(path, true) {
			r.wire.take()
			got := r.call(req)
			sent := len(r.wire.takeOf(logRead))
			if asked := got.ResultType == "input_required"; sent > 0 || asked == isLog || got.IsError != isLog {
				t.Errorf("%s by %s, revealed: asked %v, sent %d: %s", path, route, asked, sent, got.text())
			}
			if isLog {
				continue
			}
			req.state, req.responses = got.RequestState, yes(got)
			if got = r.call(req); !strings.Contains(got.text()+string(got.StructuredContent), body) {
				t.Errorf("%s by %s, after a yes: %s", path, route, got.text())
			}
		}
		tail := r.call(request{tool: "paas_logs", args: args(path)})
		if shown := strings.Contains(string(tail.StructuredContent), body); shown != isLog || tail.IsError == isLog {
			t.Errorf("%s by paas_logs: shown %v: %s", path, shown, tail.text())
		}
	}
	// The list is asked for without a folder of the caller's, and one that cannot be read lists nothing.
	r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
		if op != nil && op.Name == list {
			return http.StatusForbidden, `{}`
		}
		return http.StatusOK, `{"result":0,"body":"` + body + `","linescount":25}`
	}
	got := r.call(request{tool: logRead, args: args("/opt/tomcat/logs/catalina.out")})
	if got.IsError || strings.Contains(got.text()+string(got.StructuredContent), body) {
		t.Errorf("without a list: %s", got.text())
	}
	op, _ := r.Service.Catalog.Operation(logRead)
	if file, _ := r.Service.Catalog.Operation("virtuozzo_file_read"); !slices.Equal(op.WorstRisk(), file.Risk) || !slices.Equal(op.SecretsFor(args("/x")), file.Secrets) {
		t.Errorf("%v %v is not the risk of reading a file", op.WorstRisk(), op.SecretsFor(args("/x")))
	}
}
