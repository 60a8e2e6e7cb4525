package prompts_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/testrig"
	"paasmcp/prompts"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// wire stands where the network would be. It answers by method and path, and remembers what reached it.
type wire struct {
	answers map[string]string // body by path
	hang    bool              // until the request is given up

	mu   sync.Mutex
	sent []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	if strings.HasSuffix(r.URL.Path, "/token") {
		return testrig.Respond(r, http.StatusOK, testrig.Token), nil
	}
	w.mu.Lock()
	w.sent = append(w.sent, r.URL.Host+r.URL.Path)
	w.mu.Unlock()
	if w.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	body, ok := w.answers[r.URL.Host+r.URL.Path]
	if !ok {
		return testrig.Respond(r, http.StatusForbidden, `{"message":"s3cr3t detail of the platform","error":"forbidden"}`), nil
	}
	return testrig.Respond(r, http.StatusOK, body), nil
}

// take returns what reached the wire since the last time.
func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := w.sent
	w.sent = nil
	return sent
}

// One account of each platform.
var accounts = []apiclient.Account{
	{Name: "work", Platform: schemas.Platformsh, Token: "t", APIURL: "https://psh.example.com", TokenURL: "https://psh.example.com/oauth2/token"},
	{
		Name: "cloud", Platform: schemas.Acquia, Key: "k", Secret: "s",
		APIURL: "https://acquia.example.com/api", TokenURL: "https://acquia.example.com/api/auth/oauth/token",
	},
	{Name: "vap", Platform: schemas.Virtuozzo, Token: "t", APIURL: "https://vap.example.com/1.0"},
}

func on(platforms ...schemas.Platform) []apiclient.Account {
	return slices.DeleteFunc(slices.Clone(accounts), func(a apiclient.Account) bool { return !slices.Contains(platforms, a.Platform) })
}

// rig is a server with prompts, without a transport.
type rig struct {
	*testrig.Rig
	t    *testing.T
	wire *wire
}

func newRig(t *testing.T, list []apiclient.Account, change ...func(*tools.Config)) *rig {
	t.Helper()
	r := &rig{t: t, wire: &wire{answers: map[string]string{}}}
	r.Rig = testrig.New(t, testrig.Options{Accounts: list, Transport: r.wire, Toolsets: "none", Change: change})
	prompts.Register(r.MCP, r.Service)
	return r
}

// era is how a client of a protocol revision writes its requests.
type era struct {
	name string
	meta map[string]any
}

var eras = []era{
	{name: "2025-06-18"},
	{name: "2026-07-28", meta: testrig.Meta(map[string]any{})},
}

// send makes one request and decodes its result; the message of a protocol error comes back as text.
func (r *rig) send(e era, principal, method string, params map[string]any, into any) string {
	r.t.Helper()
	if params == nil {
		params = map[string]any{}
	}
	if e.meta != nil {
		params["_meta"] = e.meta
	}
	result, failure := r.Send(r.t, caller.Caller{Principal: principal, Transport: "stdio", ClientName: "test"}, method, params)
	if failure != "" {
		return failure
	}
	if err := json.Unmarshal(result, into); err != nil {
		r.t.Fatalf("%s: %v", result, err)
	}
	return ""
}

type listed struct {
	Prompts []struct {
		Name, Title, Description string
		Arguments                []struct {
			Name, Description string
			Required          bool
		}
	}
}

func (r *rig) list(e era) listed {
	r.t.Helper()
	var l listed
	if err := r.send(e, "local", "prompts/list", nil, &l); err != "" {
		r.t.Fatal(err)
	}
	return l
}

func (l listed) names() []string {
	var names []string
	for _, p := range l.Prompts {
		names = append(names, p.Name)
	}
	return names
}

// get returns the text of a prompt, or the message of the error.
func (r *rig) get(name string, args map[string]string) (text, failure string) {
	r.t.Helper()
	var got struct {
		Messages []struct {
			Role    string
			Content struct{ Type, Text string }
		}
	}
	if err := r.send(eras[1], "local", "prompts/get", map[string]any{"name": name, "arguments": args}, &got); err != "" {
		return "", err
	}
	if len(got.Messages) != 1 || got.Messages[0].Role != "user" || got.Messages[0].Content.Type != "text" {
		r.t.Fatalf("%s: %+v, want one text of the user", name, got)
	}
	return got.Messages[0].Content.Text, ""
}

type completion struct {
	Values  []string
	Total   int
	HasMore bool
}

func (r *rig) complete(principal, prompt, argument, typed string, given map[string]string) completion {
	r.t.Helper()
	var got struct{ Completion completion }
	params := map[string]any{
		"ref":      map[string]any{"type": "ref/prompt", "name": prompt},
		"argument": map[string]any{"name": argument, "value": typed},
		"context":  map[string]any{"arguments": given},
	}
	if err := r.send(eras[1], principal, "completion/complete", params, &got); err != "" {
		r.t.Fatalf("completion of %s: %s", argument, err)
	}
	if got.Completion.Values == nil {
		r.t.Fatalf("completion of %s: values is null, which clients do not load", argument)
	}
	return got.Completion
}
