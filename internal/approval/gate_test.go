package approval_test

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

var (
	binding = approval.Binding{Principal: "ana", Tool: "platformsh_environment_delete", Account: "shop", Digest: "digest-of-the-request"}
	form    = policy.Verdict{Action: policy.Confirm, Level: policy.Form, Reason: "A person has to confirm this."}
	typed   = policy.Verdict{Action: policy.Confirm, Level: policy.Typed, Reason: "A person has to confirm this."}
	card    = approval.Card{Summary: "Delete an environment.", Platform: schemas.Platformsh, Expect: "main"}

	yes  = approval.Answer{Action: approval.Accept, Content: map[string]any{"approve": true}}
	name = approval.Answer{Action: approval.Accept, Content: map[string]any{"confirm_name": "main"}}
)

func newGate(t testing.TB) *approval.Gate { return approval.NewGate(newSealer(t), &approval.Once{}) }

func ask(t testing.TB, g *approval.Gate, v policy.Verdict) approval.Question {
	t.Helper()
	q, err := g.Ask(binding, v, card)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAnswersThatAreNotAYes(t *testing.T) {
	t.Parallel()
	accept := func(content map[string]any) approval.Answer {
		return approval.Answer{Action: approval.Accept, Content: content}
	}
	for _, c := range []struct {
		name    string
		verdict policy.Verdict
		answer  approval.Answer
		want    error
	}{
		{"declined", form, approval.Answer{Action: approval.Decline}, approval.ErrDeclined},
		{"declined with a yes inside", form, approval.Answer{Action: approval.Decline, Content: yes.Content}, approval.ErrDeclined},
		{"cancelled", form, approval.Answer{Action: approval.Cancel, Content: yes.Content}, approval.ErrCancelled},
		{"no action", form, approval.Answer{Content: yes.Content}, approval.ErrNotApproved},
		{"unknown action", form, approval.Answer{Action: "ACCEPT", Content: yes.Content}, approval.ErrNotApproved},
		{"box not ticked", form, accept(map[string]any{"approve": false}), approval.ErrNotApproved},
		{"no field", form, accept(nil), approval.ErrNotApproved},
		{"text for a boolean", form, accept(map[string]any{"approve": "true"}), approval.ErrNotApproved},
		{"number for a boolean", form, accept(map[string]any{"approve": 1}), approval.ErrNotApproved},
		{"other spelling of the field", form, accept(map[string]any{"Approve": true}), approval.ErrNotApproved},
		{"the name for a form", form, name, approval.ErrNotApproved},
		{"a tick for a name", typed, yes, approval.ErrWrongName},
		{"wrong name", typed, accept(map[string]any{"confirm_name": "master"}), approval.ErrWrongName},
		{"other case", typed, accept(map[string]any{"confirm_name": "Main"}), approval.ErrWrongName},
		{"a space more", typed, accept(map[string]any{"confirm_name": "main "}), approval.ErrWrongName},
		{"look-alike", typed, accept(map[string]any{"confirm_name": "mаin"}), approval.ErrWrongName}, // Cyrillic а
		{"empty name", typed, accept(map[string]any{"confirm_name": ""}), approval.ErrWrongName},
		{"name as a list", typed, accept(map[string]any{"confirm_name": []any{"main"}}), approval.ErrWrongName},
		{"name declined", typed, approval.Answer{Action: approval.Decline, Content: name.Content}, approval.ErrDeclined},
	} {
		g := newGate(t)
		q := ask(t, g, c.verdict)
		grant, err := g.Redeem(q.State, binding, c.answer)
		if !errors.Is(err, c.want) || grant.Covers(binding) {
			t.Errorf("%s: got %v (covers: %v), want %v", c.name, err, grant.Covers(binding), c.want)
		}
		// A question is used up by its first answer: the client cannot turn a no into a yes.
		for _, again := range []approval.Answer{yes, name} {
			if grant, err := g.Redeem(q.State, binding, again); !errors.Is(err, approval.ErrReplayed) || grant.Covers(binding) {
				t.Errorf("%s, then a yes: got %v, want ErrReplayed", c.name, err)
			}
		}
	}
}

func TestAnswersForAnotherCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*approval.Binding)
		says   string
	}{
		{"principal", func(b *approval.Binding) { b.Principal = "bob" }, "principal"},
		{"tool", func(b *approval.Binding) { b.Tool = "platformsh_project_delete" }, "tool"},
		{"account", func(b *approval.Binding) { b.Account = "bank" }, "account"},
		{"digest", func(b *approval.Binding) { b.Digest = "d2" }, "arguments"},
		{"level", func(b *approval.Binding) { b.Asks = policy.Typed }, "level typed"},
		{"everything", func(b *approval.Binding) { *b = approval.Binding{"bob", "t", "bank", "d2", "", ""} }, "principal"},
	} {
		g := newGate(t)
		q := ask(t, g, form)
		other := binding
		c.change(&other)
		grant, err := g.Redeem(q.State, other, yes)
		if !errors.Is(err, approval.ErrMismatch) || grant.Covers(other) || grant.Covers(binding) {
			t.Errorf("%s: got %v, want ErrMismatch", c.name, err)
			continue
		}
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q does not say that the %s differs", c.name, err, c.says)
		}
		for _, secret := range []string{"ana", "shop", binding.Digest, binding.Tool} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %q tells %q of the other call", c.name, err, secret)
			}
		}
		// The attempt spoils nothing for the person who was asked.
		if grant, err := g.Redeem(q.State, binding, yes); err != nil || !grant.Covers(binding) {
			t.Errorf("%s: the rightful answer afterwards: %v", c.name, err)
		}
	}
}

func TestStatesThatDoNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, restarted := newGate(t), newGate(t)
		q := ask(t, g, form)
		for name, c := range map[string]struct {
			gate  *approval.Gate
			state string
			b     approval.Binding
			want  error
		}{
			"no state":           {g, "", binding, approval.ErrForged},
			"made up":            {g, "pa1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", binding, approval.ErrForged},
			"another process":    {restarted, q.State, binding, approval.ErrForged},
			"incomplete binding": {g, q.State, approval.Binding{}, approval.ErrIncomplete},
		} {
			if grant, err := c.gate.Redeem(c.state, c.b, yes); !errors.Is(err, c.want) || grant.Covers(c.b) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		time.Sleep(approval.Lifetime)
		if _, err := g.Redeem(q.State, binding, yes); !errors.Is(err, approval.ErrExpired) {
			t.Errorf("late: got %v, want ErrExpired", err)
		}
	})
}

func TestRedeemIsSingleUseUnderContention(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	q := ask(t, g, form)
	var (
		wg     sync.WaitGroup
		grants atomic.Int32
	)
	for range 1000 {
		wg.Go(func() {
			if grant, err := g.Redeem(q.State, binding, yes); err == nil && grant.Covers(binding) {
				grants.Add(1)
			} else if !errors.Is(err, approval.ErrReplayed) {
				t.Errorf("got %v, want ErrReplayed", err)
			}
		})
	}
	wg.Wait()
	if grants.Load() != 1 {
		t.Fatalf("one yes gave %d grants", grants.Load())
	}
}

func TestOnlyAllowGetsAGrantUnasked(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, v := range []policy.Verdict{{}, {Action: policy.Deny}, form, typed, {Action: "ALLOW"}} {
		if grant, err := g.Allowed(v, binding); !errors.Is(err, approval.ErrNotAllowed) || grant.Covers(binding) {
			t.Errorf("verdict %+v: got %v, want ErrNotAllowed", v, err)
		}
	}
	allow := policy.Verdict{Action: policy.Allow}
	for _, b := range []approval.Binding{{}, {Tool: "t", Account: "a", Digest: "d"}, {Principal: "p", Account: "a", Digest: "d"},
		{Principal: "p", Tool: "t", Digest: "d"}, {Principal: "p", Tool: "t", Account: "a"}} {
		if grant, err := g.Allowed(allow, b); !errors.Is(err, approval.ErrIncomplete) || grant.Covers(b) {
			t.Errorf("binding %+v: got %v, want ErrIncomplete", b, err)
		}
	}
	grant, err := g.Allowed(allow, binding)
	if err != nil || !grant.Covers(binding) {
		t.Fatalf("allowed call: %v", err)
	}
	for i := range reflect.TypeFor[approval.Binding]().NumField() {
		other := binding
		reflect.ValueOf(&other).Elem().Field(i).SetString("x")
		if grant.Covers(other) {
			t.Errorf("a grant for %+v covers %+v", binding, other)
		}
	}
	if (approval.Grant{}).Covers(approval.Binding{}) || (approval.Grant{}).Covers(binding) {
		t.Error("the zero grant covers something")
	}
	for f := range reflect.TypeFor[approval.Grant]().Fields() {
		if f.IsExported() {
			t.Errorf("Grant.%s is exported, so any package can forge a grant", f.Name)
		}
	}
}

func TestAskRefusesWhatItCannotAsk(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for name, c := range map[string]struct {
		b      approval.Binding
		v      policy.Verdict
		expect string
		want   error
	}{
		"allowed call":       {binding, policy.Verdict{Action: policy.Allow}, "main", approval.ErrCannotAsk},
		"refused call":       {binding, policy.Verdict{Action: policy.Deny}, "main", approval.ErrCannotAsk},
		"zero verdict":       {binding, policy.Verdict{}, "main", approval.ErrCannotAsk},
		"no level":           {binding, policy.Verdict{Action: policy.Confirm}, "main", approval.ErrCannotAsk},
		"unknown level":      {binding, policy.Verdict{Action: policy.Confirm, Level: "shout"}, "main", approval.ErrCannotAsk},
		"incomplete binding": {approval.Binding{Principal: "ana"}, form, "main", approval.ErrIncomplete},
		"no name to type":    {binding, typed, "", approval.ErrCannotAsk},
		"invisible name":     {binding, typed, "main\u200b", approval.ErrCannotAsk},
		"name of two lines":  {binding, typed, "main\nApproved: yes", approval.ErrCannotAsk},
		"endless name":       {binding, typed, strings.Repeat("x", 300), approval.ErrCannotAsk},
	} {
		q, err := g.Ask(c.b, c.v, approval.Card{Expect: c.expect})
		if !errors.Is(err, c.want) || q.State != "" {
			t.Errorf("%s: got %v, want %v and no state", name, err, c.want)
		}
	}
}

func TestAskAndRedeem(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, c := range []struct {
		v         policy.Verdict
		field, is string
		answer    approval.Answer
	}{
		{form, "approve", "boolean", yes},
		{typed, "confirm_name", "string", name},
	} {
		q := ask(t, g, c.v)
		if q.Field.Name != c.field || q.Field.Type != c.is {
			t.Errorf("%s: field %+v", c.v.Level, q.Field)
		}
		schema := q.Schema()
		if want := []string{c.field}; !reflect.DeepEqual(schema["required"], want) || schema["type"] != "object" {
			t.Errorf("%s: schema %v", c.v.Level, schema)
		}
		if strings.Contains(q.State, binding.Digest) || strings.Contains(q.Message, binding.Digest) {
			t.Errorf("%s: the digest is visible to the client", c.v.Level)
		}
		grant, err := g.Redeem(q.State, binding, c.answer)
		if err != nil || !grant.Covers(binding) {
			t.Errorf("%s: %v", c.v.Level, err)
		}
	}
}

// What the policy wants approved on the console cannot be approved by anything that comes with a call.
func TestConsoleLevelsTakeNoAnswerOfAClient(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, level := range []policy.Level{policy.Console, policy.TwoPerson} {
		for _, answer := range []approval.Answer{yes, name, {Action: approval.Accept, Content: yes.Content, Via: "console"}} {
			q := ask(t, g, policy.Verdict{Action: policy.Confirm, Level: level})
			if grant, err := g.Redeem(q.State, binding, answer); !errors.Is(err, approval.ErrNotHere) || grant.Covers(binding) {
				t.Errorf("%s: got %v, want ErrNotHere", level, err)
			}
		}
	}
}

// The target is looked at again when the answer comes: a yes to a staging environment is none to the production environment that
// it has become.
func TestTargetChangedBetweenCardAndCall(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	state := func(details ...approval.Detail) approval.Binding {
		b := binding
		b.Target = approval.NewTarget(details)
		return b
	}
	kind, head := approval.Detail{Name: "type", Value: "staging"}, approval.Detail{Name: "deployed", Value: "abc"}
	asked := state(kind, head)
	for _, c := range []struct {
		name string
		now  approval.Binding
		says string
	}{
		{"other kind", state(approval.Detail{Name: "type", Value: "production"}, head), "type was staging and is production now"},
		{"redeployed", state(kind, approval.Detail{Name: "deployed", Value: "def"}), "deployed was abc and is def now"},
		{"out of sight", state(kind), "deployed was abc and cannot be seen now"},
		{"nothing known", binding, "cannot be seen now"},
	} {
		q, err := g.Ask(asked, form, card)
		if err != nil {
			t.Fatal(err)
		}
		grant, err := g.Redeem(q.State, c.now, yes)
		if !errors.Is(err, approval.ErrChanged) || grant.Covers(c.now) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want that %s", c.name, err, c.says)
		}
		// A no is a no, and is not put down to the target.
		no := approval.Answer{Action: approval.Decline, Via: "form"}
		if _, err := g.Redeem(q.State, c.now, no); !errors.Is(err, approval.ErrDeclined) {
			t.Errorf("%s: declined, got %v", c.name, err)
		}
	}
	// More to see is no yes either, but that something changed would be a guess.
	more := state(kind, head, approval.Detail{Name: "status", Value: "active"})
	q, err := g.Ask(asked, form, card)
	if err != nil {
		t.Fatal(err)
	}
	if grant, err := g.Redeem(q.State, more, yes); !errors.Is(err, approval.ErrSeenAnew) || errors.Is(err, approval.ErrChanged) || grant.Covers(more) {
		t.Errorf("more to see: %v", err)
	}
}

// One answer can ask for a backup first; the grants for it come only with the yes.
func TestBackupFirst(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	backup := binding
	backup.Tool, backup.Digest = "platformsh_environment_backup_create", "digest-of-the-backup"
	withBackup := card
	withBackup.First = []approval.Step{{Binding: backup, Request: "POST /projects/p/environments/main/backup"}}
	fresh := withBackup
	fresh.BackedUp = "4 minutes ago"
	for _, c := range []struct {
		card    approval.Card
		content map[string]any
		want    int
	}{
		{withBackup, map[string]any{"approve": true, "backup_first": true}, 1},
		{withBackup, map[string]any{"approve": true, "backup_first": false}, 0},
		// What is not answered is as the form showed it.
		{withBackup, map[string]any{"approve": true, "backup_first": "nonsense"}, 1},
		{withBackup, map[string]any{"approve": true}, 1},
		{fresh, map[string]any{"approve": true}, 0},
		{fresh, map[string]any{"approve": true, "backup_first": true}, 1},
	} {
		q, err := g.Ask(binding, form, c.card)
		if ticked := c.card.BackedUp == ""; err == nil && (q.Backup.Ticked != ticked || strings.Contains(q.Message, "4 minutes ago") == ticked) {
			t.Errorf("ticked is %v, and the card says\n%s", q.Backup.Ticked, q.Message)
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(q.Message, "/backup") || q.Backup == nil {
			t.Fatalf("the card does not offer the backup:\n%s", q.Message)
		}
		grant, err := g.Redeem(q.State, binding, approval.Answer{Action: approval.Accept, Content: c.content})
		if err != nil || !grant.Covers(binding) || len(grant.First()) != c.want {
			t.Errorf("%v: %v, %d backups", c.content, err, len(grant.First()))
		}
		for _, first := range grant.First() {
			if !first.Covers(backup) || first.Covers(binding) || grant.Covers(backup) {
				t.Error("the grants for backup and call are mixed up")
			}
		}
	}
	incomplete := card
	incomplete.First = []approval.Step{{Request: "POST /x"}}
	if _, err := g.Ask(binding, form, incomplete); !errors.Is(err, approval.ErrIncomplete) {
		t.Errorf("a backup without a binding: %v", err)
	}
}

// The card shows the call that the answer is bound to, whatever the caller put on it.
func TestCardCannotDisagreeWithTheBinding(t *testing.T) {
	t.Parallel()
	q, err := newGate(t).Ask(binding, form, approval.Card{Account: "sandbox", Tool: "platformsh_environment_list",
		Level: policy.Typed, Reason: "Just a formality.", Expect: "sandbox"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(q.Message, "Account: shop") || !strings.Contains(q.Message, binding.Tool) || !strings.Contains(q.Message, form.Reason) {
		t.Errorf("the card hides the call:\n%s", q.Message)
	}
	for _, lie := range []string{"sandbox", "environment_list", "formality"} {
		if strings.Contains(q.Message, lie) {
			t.Errorf("the card shows %q, which is not what is bound:\n%s", lie, q.Message)
		}
	}
}
