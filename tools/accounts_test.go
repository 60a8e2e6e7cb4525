package tools_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// hosts answers differently per host: the token endpoint of "down" refuses, everything else works and tells its host.
type hosts struct{ wire }

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := h.wire.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/token") && strings.HasPrefix(r.URL.Host, "down"):
		response.StatusCode, response.Body = 401, io.NopCloser(strings.NewReader(`{"error":"invalid_grant","error_description":"The API token s3cr3t-down is expired"}`))
		response.ContentLength = -1
	case !strings.HasSuffix(r.URL.Path, "/token"):
		body := `{"id":"abc123","title":"` + r.URL.Host + `"}`
		response.Body, response.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	return response, nil
}

func account(name, host string) apiclient.Account {
	return apiclient.Account{
		Name: name, Platform: schemas.Platformsh, Token: apiclient.Secret("s3cr3t-" + name),
		APIURL: "https://" + host, TokenURL: "https://" + host + "/oauth2/token",
	}
}

// TestSeveralAccounts: with a choice the account must be named, names are checked, and tokens, errors and the audit belong
// to the account that was called.
func TestSeveralAccounts(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *tools.Config) {
		var err error
		c.Accounts, err = tools.NewAccounts([]apiclient.Account{
			account("one", "one.example.com"), account("two", "two.example.com"), account("down", "down.example.com"),
		}, apiclient.Options{Transport: &hosts{}})
		if err != nil {
			t.Fatal(err)
		}
	})
	for _, tc := range []struct{ account, want string }{
		{"", "account set to one of one, two, down"},
		{"three", `account "three" does not exist on platformsh: use one of one, two, down`},
		{"one", `"title":"one.example.com"`},
		{"two", `"title":"two.example.com"`},
		{"down", "expired"},
	} {
		for _, req := range []request{
			{tool: "platformsh_project_get", args: map[string]any{"project_id": "abc123", "account": tc.account}},
			{tool: "paas_read", args: map[string]any{"tool": "platformsh_project_get", "arguments": map[string]any{"project_id": "abc123"}, "account": tc.account}},
		} {
			if tc.account == "" {
				delete(req.args.(map[string]any), "account")
			}
			got := r.call(req)
			if !strings.Contains(got.text(), tc.want) || strings.Contains(got.text(), "s3cr3t") {
				t.Errorf("%s with account %q: %s, want %q and no secret", req.tool, tc.account, got.text(), tc.want)
			}
		}
	}

	var list struct{ Accounts []tools.AccountState }
	if err := json.Unmarshal(r.call(request{tool: "paas_accounts"}).StructuredContent, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Accounts) != 3 || !list.Accounts[0].OK || list.Accounts[2].OK || list.Accounts[2].Error == "" {
		t.Errorf("paas_accounts: %+v", list.Accounts)
	}
	raw, err := json.Marshal(list)
	if err != nil || strings.Contains(string(raw), "s3cr3t") {
		t.Errorf("paas_accounts shows a secret: %s", raw)
	}

	file, err := os.Open(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	calls, _, err := audit.Read(file, audit.Filter{Account: "two"})
	if err != nil || len(calls) != 2 || calls[0].Tool != "platformsh_project_get" || calls[0].Outcome == nil {
		t.Errorf("audit of account two: %+v, %v", calls, err)
	}
}

// TestAnswerOfAnOldClientFindsTheSameCall: for a client of an older revision the library asks and then runs the handler again with the
// same request. The second run must see what the first one saw, or the person's yes would be for another account's call.
func TestAnswerOfAnOldClientFindsTheSameCall(t *testing.T) {
	t.Parallel()
	h := &hosts{}
	r := newRig(t, func(c *tools.Config) {
		var err error
		c.Accounts, err = tools.NewAccounts([]apiclient.Account{account("one", "one.example.com"), account("two", "two.example.com")}, apiclient.Options{Transport: h})
		if err != nil {
			t.Fatal(err)
		}
	})
	approve := &oldClient{answer: func(mcp.ElicitationRequest) *mcp.ElicitationResult {
		return respond(mcp.ElicitationResponseActionAccept, map[string]any{approval.FieldApprove: true, approval.FieldName: "shop.example.com"})
	}}
	direct := domainArgs()
	direct["account"], direct["reveal"] = "two", nil
	for _, req := range []request{
		{tool: domainDelete, args: direct},
		{tool: "paas_write", args: map[string]any{"tool": domainDelete, "arguments": domainArgs(), "account": "two"}},
	} {
		req.legacy = approve
		got := r.call(req)
		sent := slices.DeleteFunc(h.take(), func(line string) bool { return strings.HasPrefix(line, "GET ") }) // looks for the card
		if got.IsError || len(sent) != 1 || !strings.Contains(got.text(), "two.example.com") {
			t.Errorf("%s: %s; sent %v, want one DELETE to two.example.com", req.tool, got.text(), sent)
		}
	}
}

// TestAccountArgumentAppearsOnlyWithAChoice: one account per platform needs no argument, which would cost every model.
func TestAccountArgumentAppearsOnlyWithAChoice(t *testing.T) {
	t.Parallel()
	for name, service := range map[string]*tools.Service{"one": newRig(t).Service, "several": offline(t)} {
		list, err := tools.List(service, tools.Selection{Toolsets: []string{"all"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, tool := range list {
			properties, _ := inputSchema(t, tool)["properties"].(map[string]any)
			_, has := properties["account"]
			if slices.Contains([]string{"paas_find", "paas_accounts", "paas_wait", "paas_result"}, tool.Name) {
				continue // these concern no single account, or know it already
			}
			if has != (name == "several") {
				t.Errorf("%s with %s accounts: account argument %v", tool.Name, name, has)
			}
		}
	}
}

// TestNoAccount: a server without accounts starts, says so, and offers nothing it cannot do.
func TestNoAccount(t *testing.T) {
	t.Parallel()
	catalog, err := schemas.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *tools.Config) { c.Catalog, c.Accounts = catalog, &tools.Accounts{} })
	list, err := tools.List(r.Service, tools.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list {
		if !strings.HasPrefix(tool.Name, "paas_") {
			t.Errorf("%s is offered without an account", tool.Name)
		}
	}
	if got := r.call(request{tool: "paas_accounts"}); !strings.Contains(got.text(), "--demo") {
		t.Errorf("paas_accounts does not say what to do: %s", got.text())
	}
	_, err = r.Service.Call(caller.With(context.Background(), caller.Caller{Principal: "local"}), tools.Call{Tool: "platformsh_project_get"}, nil)
	if err == nil {
		t.Error("a call without accounts succeeded")
	}
}
