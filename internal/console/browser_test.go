package console_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/console"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

var production = approval.Card{
	Account: "shop", Platform: schemas.Platformsh, Tool: "platformsh_environment_delete", Environment: policy.Production,
	Summary: "Delete an environment with its data.",
	About:   "Branch and code stay in the repository. Services, files and databases of the environment go.",
	Request: "DELETE /projects/abc123shop/environments/main",
	Target: []approval.Detail{
		{Name: "project", Value: "Shop (abc123shop)"}, {Name: "environment", Value: "main (production, active)"},
		{Name: "deployed", Value: "9f1c2ab, 2 hours ago"}, {Name: "last backup", Value: "3 hours ago"},
	},
	Along: []approval.Detail{
		{Name: "domains", Value: "www.shop.example, shop.example"}, {Name: "database", Value: "mysql, 12 GB"},
		{Name: "child environments", Value: "staging, feature-cart"},
	},
	Risk: []schemas.Risk{schemas.Write, schemas.Destructive, schemas.Irreversible},
	First: []approval.Step{{
		Binding: approval.Binding{Principal: "local", Tool: "platformsh_environment_backup", Account: "shop", Digest: "b"},
		Request: "POST /projects/abc123shop/environments/main/backup",
	}},
	Expect: "main",
}

var resize = approval.Card{
	Account:  "shop",
	Platform: schemas.Platformsh,
	Tool:     "platformsh_subscription_update",
	Summary:  "Change a project's plan and storage.",
	Request:  `PATCH /projects/abc123shop/subscription {"plan":"large","storage":51200}`,
	Target:   []approval.Detail{{Name: "project", Value: "Shop (abc123shop)"}},
	Changes: []approval.Change{
		{Field: "plan", Old: "medium", New: "large"}, {Field: "storage", Old: "20480", New: "51200"}, {Field: "title", New: "Shop"},
	},
	Cost:   "96.00 EUR a month after the change, 48.00 EUR now",
	Doubts: []string{"whether the region has room for the larger plan"},
	Risk:   []schemas.Risk{schemas.Write, schemas.CostsMoney},
}

var invite = approval.Card{
	Account: "museum", Platform: schemas.Acquia, Tool: "acquia_team_invite_create",
	Summary: "Invite a person to a team.", Request: `POST /teams/4c1b/invites {"email":"eve@example.com","roles":["admin"]}`,
	Target: []approval.Detail{{Name: "team", Value: "Museum developers"}, {Name: "email", Value: "eve@example.com"}},
	Risk:   []schemas.Risk{schemas.Write, schemas.GrantsAccess},
}

// someCalls writes an audit file to look at.
func someCalls(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	log, err := audit.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	local := audit.Entry{Principal: "local", Client: "claude-code", Account: "shop", Verdict: "allow"}
	call := func(tool, operation string, args map[string]any) audit.Entry {
		e := local
		e.Tool, e.Operation, e.Args = tool, operation, args
		return e
	}
	const environments = "/projects/{projectId}/environments"
	staging := map[string]any{"project_id": "abc123shop", "environment_id": "staging"}
	deleted := call("platformsh_environment_delete", "DELETE "+environments+"/{environmentId}", staging)
	deleted.Verdict, deleted.Level, deleted.AnsweredBy = "confirm", "typed", "local"
	refused := call("acquia_team_invite_create", "POST /teams/{teamId}/invites", map[string]any{"email": "eve@example.com"})
	refused.Principal, refused.Client, refused.Account, refused.Verdict, refused.Level = "bearer:1a2b3c4d", "chat-bot", "museum", "confirm", "form"
	for _, c := range []struct {
		entry audit.Entry
		end   *audit.Outcome
	}{
		{call("platformsh_environment_list", "GET "+environments, map[string]any{"project_id": "abc123shop"}), &audit.Outcome{Status: audit.OK}},
		{call("platformsh_environment_backup", "POST "+environments+"/{environmentId}/backup", staging), &audit.Outcome{Status: audit.OK}},
		{deleted, &audit.Outcome{Status: audit.OK}},
		{refused, &audit.Outcome{Status: audit.Refused, Kind: "the person declined; nothing was sent"}},
		{call("platformsh_environment_redeploy", "POST "+environments+"/{environmentId}/redeploy", staging), nil},
	} {
		id, err := log.Intent(c.entry)
		if err == nil && c.end != nil {
			err = log.Outcome(id, *c.end)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// TestInChromium uses the console as a person does, in a real browser.
func TestInChromium(t *testing.T) {
	browser := chromium(t)

	t.Run("a day at the console", func(t *testing.T) {
		f := newFixture(t, func(c *console.Config) { c.AuditFile = someCalls(t) })
		w := newWindow(t, browser)
		w.watchPolicy()

		// The address of a request shows how to sign in, and nothing of the request.
		first := f.put(policy.Typed, production)
		w.colors("light")
		w.open(f.base + "/requests/" + first.ID)
		w.see("paas-mcp approve --open")
		w.shoot("console-login")

		// The link signs in by itself, and leaves nothing of itself in the address.
		link := f.link()
		w.open(link)
		w.see("Waiting")
		if address := get(w, chromedp.Location()); address != f.base+"/" {
			t.Errorf("after the link the address is %s", address)
		}

		// What comes appears by itself.
		w.see("Live")
		f.put(policy.Form, resize)
		w.see("Change a project's plan and storage.")
		last := f.put(policy.Console, invite)
		w.see("Invite a person to a team.")
		if title := get(w, chromedp.Title()); !strings.HasPrefix(title, "(3) ") {
			t.Errorf("the title %q does not count what waits", title)
		}
		if err := f.desk.Decide(last.ID, approval.Approver{Name: "bob", Via: "terminal"}, approval.Decision{}); err != nil {
			t.Fatal(err)
		}
		w.see("Declined")
		w.shoot("console-requests")
		w.colors("dark")
		w.shoot("console-requests-dark")

		// The request: a wrong name is told and changes nothing, the right one lets the call go.
		w.colors("light")
		w.click("#r-" + first.ID)
		w.see("What will be hit")
		w.shoot("console-request")
		w.colors("dark")
		w.shoot("console-request-dark")
		w.colors("light")
		w.write("#name", "master")
		w.click("#approve")
		w.see("This is not the name on the card")
		if s := f.state(first.ID); s != approval.Waiting {
			t.Fatalf("after a wrong name the request is %s", s)
		}
		w.write("#name", "main")
		w.click("#approve")
		w.see("Approved, not fetched yet")
		done := make(chan approval.Answer, 1)
		go func() {
			_, answer, _ := f.desk.Wait(context.Background(), first.ID)
			done <- answer
		}()
		w.see("The call continued.") // by itself
		if answer := <-done; answer.Content["confirm_name"] != "main" || answer.Content["backup_first"] != true {
			t.Errorf("the answer is %v", answer.Content)
		}
		w.nothingBlocked()

		for _, p := range []struct{ path, text, name string }{
			{"/audit", "acquia_team_invite_create", "console-audit"},
			{"/catalogue?q=restore+a+backup", "platformsh_environment_backup_restore", "console-catalogue"},
			{"/accounts", "museum", "console-accounts"},
		} {
			w.open(f.base + p.path)
			w.see(p.text)
			w.shoot(p.name)
			w.nothingBlocked()
		}
	})

	t.Run("keyboard alone", func(t *testing.T) {
		f := newFixture(t, nil)
		ticket := f.put(policy.Console, invite)
		other := f.put(policy.Form, resize)
		w := newWindow(t, browser)
		w.open(f.link())
		w.see("Invite a person to a team.")
		w.tabTo("r-" + ticket.ID)
		w.press(kb.Enter)
		w.see("What can happen")
		w.tabTo("approve")
		w.press(kb.Enter)
		w.see("Approved, not fetched yet")
		if s := f.state(ticket.ID); s != approval.Approved {
			t.Errorf("the request is %s", s)
		}
		w.tabTo("back")
		w.press(kb.Enter)
		w.see("Settled")
		w.tabTo("r-" + other.ID)
		w.press(kb.Enter)
		w.see("What changes")
		w.tabTo("decline")
		w.press(kb.Enter)
		w.see("Nothing was sent.")
		if s := f.state(other.ID); s != approval.Declined {
			t.Errorf("the request is %s", s)
		}
	})

	t.Run("without JavaScript", func(t *testing.T) {
		f := newFixture(t, nil)
		ticket := f.put(policy.Typed, production)
		w := newWindow(t, browser)
		call(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		w.open(f.link())
		w.click("button.yes") // the link's page has a button
		w.click("#r-" + ticket.ID)
		w.write("#name", "main")
		w.click("#approve")
		w.see("Approved, not fetched yet")
		if s := f.state(ticket.ID); s != approval.Approved {
			t.Errorf("the request is %s", s)
		}
	})

	t.Run("on a phone", func(t *testing.T) {
		f := newFixture(t, func(c *console.Config) { c.AuditFile = someCalls(t) })
		ticket := f.put(policy.Typed, production)
		f.put(policy.Form, resize)
		w := newWindow(t, browser)
		w.colors("light")
		w.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateScale(2)))
		w.open(f.link())
		w.see("Waiting")
		w.shoot("console-phone")
		for _, p := range []struct{ path, name string }{
			{"/requests/" + ticket.ID, "console-phone-request"}, {"/audit", "console-phone-audit"},
			{"/catalogue?q=restore+a+backup", "console-phone-catalogue"}, {"/accounts", "console-phone-accounts"},
		} {
			w.open(f.base + p.path)
			w.do(chromedp.WaitVisible(chromedp.CSS("h1")))
			w.shoot(p.name)
		}
	})

	t.Run("another page cannot frame or drive it", func(t *testing.T) {
		f := newFixture(t, nil)
		ticket := f.put(policy.Console, invite)
		evil := attacker(t, f.base, ticket.ID)
		w := newWindow(t, browser)
		w.open(f.link())
		w.see("Waiting")
		w.open(evil + "/drive")
		w.see("not accepted")
		if s := f.state(ticket.ID); s != approval.Waiting {
			t.Fatalf("another page settled the request: %s", s)
		}
		w.open(evil + "/frame")
		w.do(chromedp.WaitReady(chromedp.CSS(`body[data-loaded]`)))
		frames := call(w, page.GetFrameTree, cdp.Empty{}).FrameTree.ChildFrames
		if len(frames) != 1 || strings.HasPrefix(frames[0].Frame.URL, f.base) {
			t.Errorf("the console was framed: %v", frames)
		}
	})
}
