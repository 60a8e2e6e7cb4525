package canary_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"paasmcp/schemas"
)

var servedAt = regexp.MustCompile(`url=(http://\S+/mcp)`)

// Over HTTP nobody can be asked here, so what needs a person is refused: those texts are read as well.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	up := newUpstream(t)
	up.answer = up.answering(true)
	dir := t.TempDir()
	token, audit := "Bearer-"+up.birds.at("bearer token of the server"), filepath.Join(dir, "audit.jsonl")
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := up.command(t, "--transport", "http", "--console", "off", "--addr", "127.0.0.1:0",
		"--auth-token-file", filepath.Join(dir, "token"), "--audit", audit)
	errors, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var log bytes.Buffer
	lines := bufio.NewReader(io.TeeReader(errors, &log))
	var address string
	for address == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%v\n%s", err, log.String())
		}
		if m := servedAt.FindStringSubmatch(line); m != nil {
			address = m[1]
		}
	}
	rest := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, lines); rest <- err }()

	var heard bytes.Buffer // every byte of every answer
	session := ""
	post := func(bearer, method string, id int, params map[string]any) {
		t.Helper()
		message := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
		if id > 0 {
			message["id"] = id
		}
		body, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+bearer)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		if session != "" {
			r.Header.Set("Mcp-Session-Id", session)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if s := response.Header.Get("Mcp-Session-Id"); s != "" {
			session = s
		}
		if err := response.Header.Write(&heard); err != nil {
			t.Error(err)
		}
		if _, err := io.Copy(&heard, response.Body); err != nil {
			t.Error(err)
		}
	}
	post(up.birds.at("wrong bearer token"), "initialize", 1, map[string]any{})
	post(token, "initialize", 1, map[string]any{
		"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "canary", "version": "1"},
	})
	post(token, "notifications/initialized", 0, nil)
	calls := 0
	for i, op := range operations(t, schemas.Platforms()...) {
		if i%9 != 0 && !op.Has(schemas.AcceptsSecrets) {
			continue
		}
		calls++
		name := "paas_write"
		if op.IsRead() {
			name = "paas_read"
		}
		account := map[schemas.Platform]string{schemas.Platformsh: "pf", schemas.Acquia: "ac0", schemas.Virtuozzo: "vz"}[op.Platform]
		post(token, "tools/call", calls+1, map[string]any{"name": name, "arguments": map[string]any{
			"tool": op.Name, "arguments": up.birds.calls(op)[0].args, "account": account, "fields": everything,
		}})
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := <-rest; err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, tail(log.String()))
	}
	recorded, err := os.ReadFile(audit)
	if err != nil {
		t.Error(err)
	}
	up.silent(t, map[string]string{"an answer": heard.String(), "standard error": log.String(), "the audit": string(recorded)})
	if n := strings.Count(heard.String(), `"structuredContent"`); n != calls {
		t.Errorf("%d of %d calls were answered", n, calls)
	}
	if n := strings.Count(heard.String(), "cannot ask its user"); n < calls/4 {
		t.Errorf("only %d of %d calls were refused for want of a person", n, calls)
	}
}
