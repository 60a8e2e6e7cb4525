package tools_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

const (
	environmentDelete = "platformsh_environment_delete"
	deactivate        = "platformsh_environment_deactivate"
	environmentUpdate = "platformsh_environment_update"
	environmentGet    = "platformsh_environment_get"
	backupCreate      = "platformsh_environment_backup_create"
)

func environmentArgs() map[string]any {
	return map[string]any{"project_id": "abc123", "environment_id": "staging"}
}

// environment makes every environment look like this.
func (w *wire) environment(fields string) {
	w.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
		if op != nil && op.Name == environmentGet {
			return http.StatusOK, fields
		}
		return 0, ""
	}
}

func (q reply) card() string { return q.InputRequests["confirm"].Params.Message }

func (q reply) typed() bool {
	properties, _ := q.InputRequests["confirm"].Params.RequestedSchema["properties"].(map[string]any)
	return properties[approval.FieldName] != nil
}

// TestCardsOnlyRead: until somebody says yes, only reads reach a platform, and not many of them.
func TestCardsOnlyRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withoutAudit(t))
		var bad violations
		most := 0
		for _, row := range r.Service.Catalog.Rows() {
			op, _ := r.Service.Catalog.Operation(row.Name)
			if op.IsRead() || !gated(op.RiskFor(op.Example.Args)) {
				continue
			}
			time.Sleep(time.Minute)
			q := r.call(request{tool: op.Name, args: op.Example.Args})
			looks := 0
			r.wire.taken(func(s sent) bool {
				if looks++; !s.read {
					bad.add(op.Name, "sent %s before anybody said yes", s.line)
				}
				return false
			})
			if most = max(most, looks); looks > 6 {
				bad.add(op.Name, "%d reads for one card", looks)
			}
			if q.card() == "" {
				bad.add(op.Name, "no card: %s", q.text())
			}
		}
		bad.report(t)
		t.Logf("at most %d reads for a card", most)
	})
}

// TestProductionIsKnown: the same call asks nobody, one tick or a typed name, depending on what the platform says of the environment;
// where it says nothing, the call counts as one on production.
func TestProductionIsKnown(t *testing.T) {
	t.Parallel()
	const write, destroying = environmentUpdate, "platformsh_environment_redeploy"
	for _, tc := range []struct {
		environment       string
		write, destroying string // nothing, form or typed
	}{
		{`{"id":"staging","name":"staging","type":"development","status":"active"}`, "", "form"},
		{`{"id":"staging","name":"staging","type":"production","status":"active"}`, "form", "typed"},
		{`{"id":"staging","name":"staging","status":"active"}`, "typed", "typed"},
		{`{"id":"staging","name":"staging","type":"gold","status":"active"}`, "typed", "typed"},
	} {
		for tool, want := range map[string]string{write: tc.write, destroying: tc.destroying} {
			r := newRig(t)
			r.wire.environment(tc.environment)
			args := environmentArgs()
			if tool == write {
				args["title"] = "Stage two"
			}
			q := r.call(request{tool: tool, args: args})
			got := ""
			switch {
			case q.typed():
				got = "typed"
			case q.RequestState != "":
				got = "form"
			}
			if got != want {
				t.Errorf("%s on %s asks for %q, want %q\n%s%s", tool, tc.environment, got, want, q.card(), q.text())
			}
			if want != "" && strings.Contains(tc.environment, "production") != strings.Contains(q.card(), "This is PRODUCTION") && !strings.Contains(q.card(), "counts as production") &&
				!strings.Contains(tc.environment, "development") {
				t.Errorf("%s on %s:\n%s", tool, tc.environment, q.card())
			}
		}
	}
}

// TestDeniedCallerCausesNoReads: nobody looks at a target for a caller whom the policy refuses anyway.
func TestDeniedCallerCausesNoReads(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *tools.Config) { c.Policy = policy.Policy{{Name: "no", Action: policy.Deny}} })
	got := r.call(request{tool: environmentDelete, args: environmentArgs()})
	if all := r.wire.taken(func(sent) bool { return true }); !got.IsError || len(all) > 0 {
		t.Errorf("sent %v: %s", all, got.text())
	}
}

// TestLooksThatFail: what cannot be looked up stands on the card and asks for more; it never lets the call through.
func TestLooksThatFail(t *testing.T) {
	t.Parallel()
	for name, special := range map[string]func(*schemas.Operation, *http.Request) (int, string){
		"forbidden":    func(*schemas.Operation, *http.Request) (int, string) { return http.StatusForbidden, `{"message":"no"}` },
		"gone":         func(*schemas.Operation, *http.Request) (int, string) { return http.StatusNotFound, `{"message":"no"}` },
		"empty":        func(*schemas.Operation, *http.Request) (int, string) { return http.StatusOK, `{}` },
		"another kind": func(*schemas.Operation, *http.Request) (int, string) { return http.StatusOK, `[1,2]` },
		"no JSON":      func(*schemas.Operation, *http.Request) (int, string) { return http.StatusOK, `<html>` },
		"slow": func(_ *schemas.Operation, r *http.Request) (int, string) {
			<-r.Context().Done()
			return http.StatusOK, `{}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.wire.special = special
				started := time.Now()
				q := r.call(request{tool: domainDelete, args: domainArgs()}) // asks for a tick when all can be looked up
				if took := time.Since(started); took > 4*time.Second {
					t.Errorf("the card took %v", took)
				}
				if !q.typed() || !strings.Contains(q.card(), "What could not be looked up:") {
					t.Errorf("a card that could not look anything up:\n%s%s", q.card(), q.text())
				}
				mute := r.call(request{tool: domainDelete, args: domainArgs(), mute: true})
				if sent := r.wire.take(); len(sent) > 0 || !mute.IsError {
					t.Errorf("sent %v: %s", sent, mute.text())
				}
			})
		})
	}
}

// TestTargetChangedBetweenCardAndCall: a yes to what the card showed is none to what has become of it.
func TestTargetChangedBetweenCardAndCall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.environment(`{"id":"staging","name":"staging","title":"Staging","type":"staging","status":"inactive"}`)
	q := r.call(request{tool: environmentDelete, args: environmentArgs()})
	r.wire.environment(`{"id":"staging","name":"staging","title":"Staging","type":"production","status":"active"}`)
	got := r.call(request{tool: environmentDelete, args: environmentArgs(), state: q.RequestState, responses: yes(q)})
	if sent := r.wire.take(); len(sent) > 0 || !got.IsError {
		t.Errorf("sent %v: %s", sent, got.text())
	}
	// The same kind, but redeployed, renamed or switched on meanwhile.
	r.wire.environment(`{"id":"staging","name":"staging","title":"Staging","type":"staging","status":"inactive"}`)
	q = r.call(request{tool: environmentDelete, args: environmentArgs()})
	r.wire.environment(`{"id":"staging","name":"staging","title":"Live","type":"staging","status":"inactive"}`)
	got = r.call(request{tool: environmentDelete, args: environmentArgs(), state: q.RequestState, responses: yes(q)})
	if sent := r.wire.take(); len(sent) > 0 || !strings.Contains(got.text(), "the target changed") || !strings.Contains(got.text(), "was Staging and is Live now") {
		t.Errorf("sent %v: %s", sent, got.text())
	}
	// Nothing happened.
	q = r.call(request{tool: environmentDelete, args: environmentArgs()})
	got = r.call(request{tool: environmentDelete, args: environmentArgs(), state: q.RequestState, responses: yes(q)})
	if sent := r.wire.take(); len(sent) != 1 || got.IsError {
		t.Errorf("sent %v: %s", sent, got.text())
	}
}

// TestTargetChangesWhileAPersonThinks is the same on the command line, where the call waits for the answer.
func TestTargetChangesWhileAPersonThinks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.environment(`{"id":"staging","name":"staging","type":"staging","status":"inactive"}`)
	ctx := caller.With(t.Context(), caller.Caller{Principal: "local", Transport: "cli"})
	call := tools.Call{Tool: "platformsh_environment_deactivate", Args: environmentArgs()}
	_, err := r.Service.Call(ctx, call, slow{func() {
		r.wire.environment(`{"id":"staging","name":"staging","type":"staging","status":"active"}`)
	}})
	if sent := r.wire.take(); len(sent) > 0 || err == nil || !strings.Contains(err.Error(), "the target changed") {
		t.Errorf("sent %v, error %v", sent, err)
	}
}

// TestUpdatesTellWhatTheyReplaced: with a question and without one.
func TestUpdatesTellWhatTheyReplaced(t *testing.T) {
	t.Parallel()
	update := func() map[string]any {
		args := environmentArgs()
		args["title"] = "Stage two"
		return args
	}
	r := newRig(t)
	r.wire.environment(`{"id":"staging","name":"staging","title":"Staging","type":"development","status":"active"}`)
	free := r.call(request{tool: environmentUpdate, args: update()})
	if !strings.Contains(string(free.StructuredContent), `"will_change":[{"field":"title","old":"Staging","new":"Stage two"}]`) { // nothing was answered
		t.Errorf("not asked about: %s", free.text())
	}
	r.wire.environment(`{"id":"staging","name":"staging","title":"Staging","type":"production","status":"active"}`)
	q := r.call(request{tool: environmentUpdate, args: update()})
	if !strings.Contains(q.card(), "- title: Staging → Stage two") {
		t.Errorf("the card does not show what changes:\n%s", q.card())
	}
	asked := r.call(request{tool: environmentUpdate, args: update(), state: q.RequestState, responses: yes(q)})
	if !strings.Contains(string(asked.StructuredContent), `"old":"Staging"`) {
		t.Errorf("asked about: %s", asked.text())
	}
	// A read that fails before an update that nobody is asked about is told, and does not stop it.
	r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
		switch {
		case op == nil || !op.IsRead():
			return 0, ""
		case op.Name == environmentGet:
			return http.StatusOK, `{"id":"staging","name":"staging","type":"development"}`
		default:
			return http.StatusForbidden, `{}`
		}
	}
	r.wire.take()
	unseen := r.call(request{tool: "platformsh_profile_address_update", args: map[string]any{"user_id": "0f3f0b6e-1111-4111-8111-111111111111", "locality": "Brno"}})
	if sent := r.wire.take(); unseen.IsError || len(sent) != 1 || !strings.Contains(unseen.text(), "could not be read before") {
		t.Errorf("sent %v: %s", sent, unseen.text())
	}
}

// TestChangesHideSecrets: neither the old nor the new value of a secret shows.
func TestChangesHideSecrets(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
		if op != nil && op.Name == "platformsh_environment_variable_get" {
			return http.StatusOK, `{"id":"key","name":"key","value":"old-s3cr3t","is_sensitive":true}`
		}
		return 0, ""
	}
	req := request{tool: "platformsh_environment_variable_update", args: map[string]any{
		"project_id": "abc123", "environment_id": "staging", "variable_id": "key", "value": "new-s3cr3t"}}
	q := r.call(req)
	req.state, req.responses = q.RequestState, yes(q)
	got := r.call(req)
	trail, err := os.ReadFile(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	if text := q.card() + got.text() + string(got.StructuredContent) + string(trail); strings.Contains(text, "s3cr3t") {
		t.Errorf("a secret shows: %s", text)
	}
	if !strings.Contains(got.text(), `"field":"value"`) {
		t.Errorf("it does not say that the value changed: %s", got.text())
	}
}

// TestBackupFirst: the backup is taken with the same answer, before the call; when it fails, nothing else is sent.
func TestBackupFirst(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, state, result string
		wanted              any
		sent                []string
	}{
		{"taken", "complete", "success", true, []string{"POST /projects/abc123/environments/staging/backup", "POST /projects/abc123/environments/staging/deactivate"}},
		{"failed", "complete", "failure", true, []string{"POST /projects/abc123/environments/staging/backup"}},
		{"not wanted", "complete", "success", false, []string{"POST /projects/abc123/environments/staging/deactivate"}},
		{"nothing to follow", "", "", true, []string{"POST /projects/abc123/environments/staging/backup"}},
		{"changed meanwhile", "complete", "success", true, []string{"POST /projects/abc123/environments/staging/backup"}},
		{"not said", "complete", "success", nil, []string{"POST /projects/abc123/environments/staging/backup", "POST /projects/abc123/environments/staging/deactivate"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var mu sync.Mutex
			kind := "development"
			activity := `{"id":"act1","type":"environment.backup","state":"` + tc.state + `","result":"` + tc.result + `","completion_percent":100,"project":"abc123","environments":["staging"]}`
			r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
				mu.Lock()
				defer mu.Unlock()
				switch {
				case op == nil:
					return 0, ""
				case op.Name == backupCreate && tc.state == "":
					return http.StatusOK, `{"status":"ok","code":200}`
				case op.Name == backupCreate:
					if tc.name == "changed meanwhile" {
						kind = "production"
					}
					return http.StatusOK, `{"status":"ok","code":200,"_embedded":{"activities":[` + activity + `]}}`
				case strings.HasSuffix(op.Name, "_activity_get"):
					return http.StatusOK, activity
				case op.Name == environmentGet:
					return http.StatusOK, `{"id":"staging","name":"staging","type":"` + kind + `","status":"active"}`
				}
				return 0, ""
			}
			q := r.call(request{tool: deactivate, args: environmentArgs()})
			properties, _ := q.InputRequests["confirm"].Params.RequestedSchema["properties"].(map[string]any)
			if properties[approval.FieldBackup] == nil || !strings.Contains(q.card(), "A backup can be taken first") {
				t.Fatalf("no backup is offered:\n%s", q.card())
			}
			answer := yes(q)
			content := answer["confirm"].(map[string]any)["content"].(map[string]any)
			if content[approval.FieldBackup] = tc.wanted; tc.wanted == nil {
				delete(content, approval.FieldBackup)
			}
			got := r.call(request{tool: deactivate, args: environmentArgs(), state: q.RequestState, responses: answer})
			// The log of the backup may be read as well, which changes nothing.
			sent := slices.DeleteFunc(r.wire.take(), func(line string) bool { return strings.HasPrefix(line, "GET ") })
			if strings.Join(sent, "\n") != strings.Join(tc.sent, "\n") {
				t.Errorf("sent %v, want %v: %s", sent, tc.sent, got.text())
			}
			says := map[string]string{
				"failed": "nothing else was sent", "nothing to follow": "nothing to follow it by", "changed meanwhile": "the backup was taken, but the target changed",
			}[tc.name]
			if got.IsError != (says != "") || !strings.Contains(got.text(), says) {
				t.Errorf("answer: %s", got.text())
			}
			if tc.name == "taken" {
				if text := string(got.StructuredContent); !strings.Contains(text, `"backups":[{"job":"work/`) {
					t.Errorf("the answer does not tell of the backup: %s", text)
				}
				trail, err := os.ReadFile(r.Audit)
				if err != nil || !strings.Contains(string(trail), `"tool":"`+backupCreate+`"`) || strings.Count(string(trail), `"answered_via":"form"`) != 2 {
					t.Errorf("audit (%v):\n%s", err, trail)
				}
			}
		})
	}
}

// TestAuditTellsOfTheAnswer: who answered, how, and which card they saw.
func TestAuditTellsOfTheAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	q := r.call(request{tool: domainDelete, args: domainArgs()})
	r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q)})
	trail, err := os.ReadFile(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	q = r.call(request{tool: domainDelete, args: domainArgs()})
	r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: map[string]any{"confirm": map[string]any{"action": "decline"}}})
	if refused, err := os.ReadFile(r.Audit); err != nil || strings.Count(string(refused), `"answered_via":"form"`) != 2 {
		t.Errorf("who declined is not told (%v):\n%s", err, refused)
	}
	first, _, _ := strings.Cut(string(trail), "\n")
	var line struct {
		Entry struct {
			AnsweredBy  string `json:"answered_by"`
			AnsweredVia string `json:"answered_via"`
			Card        string `json:"card"`
		} `json:"entry"`
	}
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		t.Fatal(err)
	}
	if line.Entry.AnsweredBy != "local" || line.Entry.AnsweredVia != "form" || len(line.Entry.Card) != 64 {
		t.Errorf("%+v in %s", line.Entry, first)
	}
}
