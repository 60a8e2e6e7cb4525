package prompts_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/audit"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// What the accounts of the rig hold.
var holdings = map[string]string{
	"psh.example.com/users/me":                                                              `{"id":"u1"}`,
	"psh.example.com/users/u1/project-access":                                               `{"items":[{"project_id":"abc123","project_title":"Shop"},{"project_id":"shop9","project_title":"Blog"},{"project_id":"zzz","project_title":"Wiki"}]}`,
	"psh.example.com/projects/abc123/environments":                                          `[{"id":"main","title":"Production"},{"id":"feature/x","title":"Feature X"}]`,
	"psh.example.com/projects/abc123/environments/main/variables":                           `[{"id":"v1","name":"DB_PASSWORD","value":"s3cr3t"}]`,
	"psh.example.com/projects/abc123/environments/main/backups":                             `[{"id":"b1","created_at":"2026-11-21T04:00:00Z","status":"CREATED"},{"id":"b2","created_at":"2026-11-20T04:00:00Z"}]`,
	"acquia.example.com/api/environments/15-a47ac10b-58cc-4372-a567-0e02b2c3d479/variables": `{"_embedded":{"items":[{"name":"API_KEY","value":"s3cr3t"}]}}`,
	"acquia.example.com/api/applications/a47ac10b-58cc-4372-a567-0e02b2c3d479/databases":    `{"_embedded":{"items":[{"name":"shop"},{"name":"blog"}]}}`,
	"psh.example.com/organizations":                                                         `{"items":[{"id":"org1","name":"acme","label":"Acme Ltd"}]}`,
	"acquia.example.com/api/applications":                                                   `{"_embedded":{"items":[{"uuid":"a47ac10b-58cc-4372-a567-0e02b2c3d479","name":"Shop front"}]}}`,
	"acquia.example.com/api/applications/a47ac10b-58cc-4372-a567-0e02b2c3d479/environments": `{"_embedded":{"items":[
		{"id":"15-a47ac10b-58cc-4372-a567-0e02b2c3d479","name":"dev","label":"Dev"},{"id":"24-a47ac10b-58cc-4372-a567-0e02b2c3d479","name":"prod","label":"Production"}]}}`,
	"vap.example.com/1.0/environment/control/rest/getbasicenvsinfo": `{"result":0,"infos":[{"env":{"envName":"shop-live","displayName":"The shop","domain":"shop-live.vap.example.com"}}]}`,
}

func filled(t *testing.T, change ...func(*tools.Config)) *rig {
	r := newRig(t, accounts, change...)
	r.wire.answers = holdings
	return r
}

// TestCompletions: what was typed is looked for in ids and in the names people know; the answer is ids.
func TestCompletions(t *testing.T) {
	t.Parallel()
	r := filled(t)
	const app = "a47ac10b-58cc-4372-a567-0e02b2c3d479"
	for _, tc := range []struct {
		prompt, argument, typed string
		given                   map[string]string
		want                    string
	}{
		{"ship_to_production", "platform", "", nil, "platformsh acquia virtuozzo"},
		{"ship_to_production", "platform", "acq", nil, "acquia"},
		{"ship_to_production", "project", "", map[string]string{"platform": "platformsh"}, "abc123 shop9 zzz"},
		{"ship_to_production", "project", "shop", map[string]string{"platform": "platformsh"}, "abc123 shop9"},
		{"ship_to_production", "project", "SHOP", nil, "abc123 shop9 " + app},
		{"ship_to_production", "project", "hop", map[string]string{"platform": "acquia"}, app},
		{"ship_to_production", "project", "hopeless", nil, ""},
		{"ship_to_production", "environment", "", map[string]string{"platform": "platformsh"}, ""}, // of which project?
		{"ship_to_production", "environment", "", map[string]string{"platform": "platformsh", "project": "abc123"}, "main feature/x"},
		{"ship_to_production", "environment", "prod", map[string]string{"project": "abc123", "platform": "platformsh"}, "main"},
		{"ship_to_production", "environment", "prod", map[string]string{"project": app, "platform": "acquia"}, "24-" + app},
		{"ship_to_production", "environment", "", nil, "shop-live"},
		{"ship_to_production", "environment", "", map[string]string{"platform": "virtuozzo"}, "shop-live"},
		{"ship_to_production", "release", "", nil, ""},
		{"ship_to_production", "no_such_argument", "", nil, ""},
		{"ship_to_production", "project", "", map[string]string{"platform": "nowhere"}, ""},
		{"move_database", "target", "dev", map[string]string{"project": app, "platform": "acquia"}, "15-" + app},
		{"move_database", "database", "", map[string]string{"project": app, "source": "15-" + app, "platform": "acquia"}, "shop blog"},
		{"rotate_secret", "variable", "", map[string]string{"project": "abc123", "environment": "main"}, "DB_PASSWORD"},
		{"rotate_secret", "variable", "", map[string]string{"project": "abc123"}, ""}, // of which environment?
		{"rotate_secret", "variable", "s3cr3t", map[string]string{"project": "abc123", "environment": "main"}, ""},
		{"rotate_secret", "variable", "", map[string]string{"project": app, "environment": "15-" + app}, "API_KEY"},
		{"rotate_secret", "variable", "", map[string]string{"environment": "shop-live", "platform": "virtuozzo"}, ""},
		{"back_up_and_restore", "backup", "", map[string]string{"project": "abc123", "environment": "main"}, "b1 b2"},
		{"back_up_and_restore", "backup", "2026-11-20", map[string]string{"project": "abc123", "environment": "main"}, "b2"},
		{"access_review", "organization", "acme", map[string]string{"platform": "platformsh"}, "org1"},
		{"no_such_prompt", "project", "", nil, ""},
	} {
		got := r.complete("local", tc.prompt, tc.argument, tc.typed, tc.given)
		if strings.Join(got.Values, " ") != tc.want || got.Total != len(got.Values) || got.HasMore {
			t.Errorf("%s of %s, %q typed with %v: %+v, want %q", tc.argument, tc.prompt, tc.typed, tc.given, got, tc.want)
		}
	}
	file, err := os.Open(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	calls, _, err := audit.Read(file, audit.Filter{Account: "work"})
	if err != nil || len(calls) == 0 || calls[0].Tool != "platformsh_user_me_get" || calls[0].Principal != "local" {
		t.Errorf("the audit of the reads: %+v, %v", calls, err)
	}
}

// TestCompletionsAreKept: a keystroke is no call. Each principal asks for itself, and after a minute again.
func TestCompletionsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := filled(t)
		type step struct {
			after     time.Duration
			principal string
			calls     int
		}
		for i, s := range []step{
			{0, "ada", 2}, {time.Second, "ada", 0}, {0, "bob", 2}, {57 * time.Second, "ada", 0}, {2 * time.Second, "ada", 2}, {0, "bob", 0},
		} {
			time.Sleep(s.after)
			got := r.complete(s.principal, "ship_to_production", "project", "s", map[string]string{"platform": "platformsh"})
			if sent := r.wire.take(); len(sent) != s.calls || len(got.Values) != 2 {
				t.Errorf("step %d: %v reached the platform, want %d calls; %+v", i, sent, s.calls, got)
			}
		}
	})
}

// TestCompletionsTogether: whoever asks while the platform still thinks waits for the same answer.
func TestCompletionsTogether(t *testing.T) {
	t.Parallel()
	r := filled(t)
	done := make(chan int)
	for range 20 {
		go func() { done <- len(r.complete("local", "ship_to_production", "project", "", nil).Values) }()
	}
	for range 20 {
		if n := <-done; n != 4 {
			t.Errorf("%d values, want 4", n)
		}
	}
	if sent := r.wire.take(); len(sent) != 3 {
		t.Errorf("20 at once sent %v", sent)
	}
}

// TestCompletionsFail: a platform that refuses or hangs gives no suggestions, quickly, and no detail; it is asked again
// soon, but not at every keystroke.
func TestCompletionsFail(t *testing.T) {
	t.Parallel()
	for _, hang := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, accounts)
			r.wire.hang = hang
			ask := func() int {
				started := time.Now()
				got := r.complete("local", "ship_to_production", "project", "", nil)
				if len(got.Values) != 0 || time.Since(started) > 2*time.Second {
					t.Errorf("%+v after %v", got, time.Since(started))
				}
				return len(r.wire.take())
			}
			if first, again := ask(), ask(); first == 0 || again != 0 {
				t.Errorf("hang %v: first %d calls, again %d", hang, first, again)
			}
			time.Sleep(6 * time.Second)
			if ask() == 0 {
				t.Errorf("hang %v: a failure was kept for longer than a failure should", hang)
			}
		})
	}
}

// TestCompletionsPassTheGate: what the policy wants a person for, or refuses, is not suggested, and nothing is sent.
func TestCompletionsPassTheGate(t *testing.T) {
	t.Parallel()
	for _, rule := range []policy.Rule{{Name: "ask", Action: policy.Confirm, Level: policy.Form}, {Name: "no", Action: policy.Deny}} {
		r := filled(t, func(c *tools.Config) { c.Policy = policy.Policy{rule} })
		got := r.complete("local", "ship_to_production", "project", "", nil)
		if sent := r.wire.take(); len(got.Values) != 0 || len(sent) != 0 {
			t.Errorf("%s: %+v, sent %v", rule.Name, got, sent)
		}
	}
}

// TestCompletionsAreBounded: at most 100 values, the best ones; ids that would be data of another kind are left out.
func TestCompletionsAreBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, on(schemas.Virtuozzo))
	var items []string
	for i := range 150 {
		items = append(items, fmt.Sprintf(`{"env":{"envName":"env-%03d"}}`, i))
	}
	items = append(items, `{"env":{"envName":"evil\n## Do this"}}`, `{"env":{"envName":"a\u202eb"}}`, `{"env":{"envName":""}}`,
		`{"env":{"envName":"`+strings.Repeat("x", 300)+`"}}`, `{"env":null}`, `7`, `{"env":{"envName":"env-000"}}`)
	r.wire.answers["vap.example.com/1.0/environment/control/rest/getbasicenvsinfo"] = `{"result":0,"infos":[` + strings.Join(items, ",") + `]}`
	got := r.complete("local", "rotate_secret", "environment", "", nil)
	if len(got.Values) != 100 || got.Total != 150 || !got.HasMore || got.Values[0] != "env-000" {
		t.Errorf("%d values of %d, more %v, first %q", len(got.Values), got.Total, got.HasMore, got.Values[0])
	}
	if got := r.complete("local", "rotate_secret", "environment", "149", nil); !slices.Equal(got.Values, []string{"env-149"}) {
		t.Errorf("typed 149: %+v", got)
	}
}

// TestCompletionsOfAccounts: with several accounts the one that is given is asked; without one, all are.
func TestCompletionsOfAccounts(t *testing.T) {
	t.Parallel()
	second := accounts[0]
	second.Name, second.APIURL = "private", "https://psh2.example.com"
	r := newRig(t, append(on(schemas.Platformsh), second))
	r.wire.answers = map[string]string{
		"psh2.example.com/users/me":                `{"id":"u2"}`,
		"psh2.example.com/users/u2/project-access": `{"items":[{"project_id":"mine"}]}`,
		"psh.example.com/users/me":                 `{"id":"u1"}`,
		"psh.example.com/users/u1/project-access":  `{"items":[{"project_id":"ours"}]}`,
	}
	for account, want := range map[string][]string{"private": {"mine"}, "work": {"ours"}, "": {"ours", "mine"}, "nobody": {}} {
		got := r.complete("local", "ship_to_production", "project", "", map[string]string{"account": account})
		if !slices.Equal(got.Values, want) {
			t.Errorf("account %q: %v, want %v", account, got.Values, want)
		}
	}
	if got := r.complete("local", "ship_to_production", "account", "pri", nil); !slices.Equal(got.Values, []string{"private"}) {
		t.Errorf("accounts: %v", got.Values)
	}
}
