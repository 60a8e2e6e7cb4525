package tools_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// untrue are words that must not be said when nobody knows them, and words of Go.
var untrue = []string{"target changed", "arguments changed", "context canceled", "context deadline"}

func claims(t *testing.T, text string) {
	t.Helper()
	for _, words := range untrue {
		if strings.Contains(text, words) {
			t.Errorf("it says %q: %s", words, text)
		}
	}
}

// TestLookThatFailsUsesNoAnswer: for every operation that asks, a platform that cannot be read between card and answer is called just
// that. Nothing is sent, and the same answer lets the call go once the platform can be read again.
func TestLookThatFailsUsesNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withoutAudit(t))
		var down atomic.Bool
		r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
			if down.Load() && op != nil && op.IsRead() {
				return http.StatusServiceUnavailable, `{"message":"we are busy"}`
			}
			return 0, ""
		}
		var bad violations
		asked, looked := 0, 0
		for _, row := range r.Service.Catalog.Rows() {
			op, _ := r.Service.Catalog.Operation(row.Name)
			if op.IsRead() || op.Name == endsOurToken || !gated(op.RiskFor(op.Example.Args)) {
				continue
			}
			time.Sleep(2 * time.Minute)
			req := request{tool: op.Name, args: op.Example.Args}
			q := r.call(req)
			if q.RequestState == "" {
				continue
			}
			asked++
			r.wire.taken(func(s sent) bool {
				if s.read {
					looked++
				}
				return false
			})
			req.state, req.responses = q.RequestState, yes(q)
			down.Store(true)
			first := r.call(req)
			down.Store(false)
			if len(r.wire.take()) == 0 { // where nothing is looked up, nothing keeps it from being sent
				if !strings.Contains(first.text(), "could not be looked up again") {
					bad.add(op.Name, "the refusal says %s", first.text())
				}
				for _, words := range untrue {
					if strings.Contains(first.text(), words) {
						bad.add(op.Name, "it says %q: %s", words, first.text())
					}
				}
				time.Sleep(2 * time.Minute)
				if second := r.call(req); len(r.wire.take()) == 0 {
					bad.add(op.Name, "the answer was used up: %s", second.text())
				}
			}
		}
		bad.report(t)
		if asked < 300 || looked < 300 {
			t.Errorf("only %d questions with %d looks", asked, looked)
		}
	})
}

// between is what happens between a card and its answer.
var between = []struct {
	name string
	// answer is that of the platform to the n-th look after the card (from 0), while it lasts; nothing means as before.
	answer func(n int) (int, string, http.Header)
	hang   bool // looks have no answer
	sent   bool
	says   string        // the refusal
	waits  time.Duration // at least, before it is sent
	kept   bool          // the same answer lets the call go once the platform answers again
}{
	{name: "nothing", sent: true},
	{name: "busy", answer: once(503, `{"message":"busy"}`), says: "could not be looked up again: the platform answered 503", kept: true},
	{name: "broken", answer: once(500, `{"message":"broken"}`), says: "could not be looked up again: the platform answered 500", kept: true},
	{name: "no rights for now", answer: once(403, `{"message":"no"}`), says: "could not be looked up again: the platform answered 403", kept: true},
	{name: "silent", hang: true, says: "could not be looked up again: no answer within 3s", kept: true},
	{name: "a rate limit", answer: limited(1, "40"), sent: true, waits: 40 * time.Second},
	{name: "a rate limit, twice", answer: limited(2, "40"), sent: true, waits: 80 * time.Second},
	{name: "gone", answer: func(int) (int, string, http.Header) { return 404, `{"message":"gone"}`, nil }, says: "the target changed"},
	{name: "another type", answer: func(int) (int, string, http.Header) {
		return 200, `{"id":"staging","name":"staging","type":"production","status":"inactive"}`, nil
	}, says: "the target changed"},
}

func once(status int, body string) func(int) (int, string, http.Header) {
	return func(int) (int, string, http.Header) { return status, body, nil }
}

// limited refuses the first n looks.
func limited(n int, after string) func(int) (int, string, http.Header) {
	return func(look int) (int, string, http.Header) {
		if look >= n {
			return 0, "", nil
		}
		return 429, `{"message":"slow down"}`, http.Header{"Retry-After": {after}}
	}
}

// platform answers the looks of the cards as the case says, once it is on.
type platform struct {
	on    atomic.Bool
	looks atomic.Int32
}

func (p *platform) install(r *rig, answer func(int) (int, string, http.Header), hang bool) {
	before := `{"id":"staging","name":"staging","type":"staging","status":"inactive"}`
	r.wire.special = func(op *schemas.Operation, request *http.Request) (int, string) {
		if op == nil || op.Name != environmentGet {
			return 0, ""
		}
		if p.on.Load() {
			if hang {
				<-request.Context().Done()
				return 0, ""
			}
			if answer != nil {
				if status, body, header := answer(int(p.looks.Add(1)) - 1); status != 0 {
					r.wire.header = header
					return status, body
				}
			}
		}
		r.wire.header = nil
		return http.StatusOK, before
	}
}

// TestBetweenCardAndAnswer: "the target changed" is said when it did, and everything else is called what it is.
func TestBetweenCardAndAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range between {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			judge := func(t *testing.T, r *rig, way string, text string, failed bool, took time.Duration) {
				t.Helper()
				if sent := r.wire.take(); (len(sent) > 0) != tc.sent || failed == tc.sent || took < tc.waits {
					t.Errorf("%s: sent %v after %v: %s", way, sent, took, text)
				}
				if !strings.Contains(text, tc.says) {
					t.Errorf("%s: it does not say %q: %s", way, tc.says, text)
				}
				if tc.says != "the target changed" {
					claims(t, text)
				}
			}
			// The answer comes with a later call.
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				var p platform
				p.install(r, tc.answer, tc.hang)
				req := request{tool: environmentDelete, args: environmentArgs()}
				q := r.call(req)
				req.state, req.responses = q.RequestState, yes(q)
				p.on.Store(true)
				start := time.Now()
				got := r.call(req)
				judge(t, r, "a later call", got.text(), got.IsError, time.Since(start))
				p.on.Store(false)
				if again := r.call(req); tc.kept && again.IsError {
					t.Errorf("the same answer later: %s", again.text())
				}
			})
			// The answer is given while the call waits for it.
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				var p platform
				p.install(r, tc.answer, tc.hang)
				start := time.Now()
				err := r.asked(t.Context(), func(q approval.Question) approval.Answer {
					p.on.Store(true)
					return agree(q)
				})
				text := ""
				if err != nil {
					text = err.Error()
				}
				judge(t, r, "the same call", text, err != nil, time.Since(start))
			})
			// It is given on the console; what is not used up is found there again.
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, withDesk(policy.Form))
				var p platform
				p.install(r, tc.answer, tc.hang)
				req := request{tool: environmentDelete, args: environmentArgs(), mute: true}
				answer := r.begin(req)
				p.on.Store(true)
				if err := r.Service.Desk.Decide(r.waiting().ID, operator, approval.Decision{Approve: true}); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				got := <-answer
				judge(t, r, "the console", got.text(), got.IsError, time.Since(start))
				p.on.Store(false)
				if tc.kept {
					if again := r.call(req); again.IsError || len(r.wire.take()) == 0 {
						t.Errorf("the approval was used up: %s", again.text())
					}
				}
			})
		})
	}
}

// TestRateLimitOfTheCallItself: a call that a person approved waits for its turn, and one that nobody was asked about does not.
func TestRateLimitOfTheCallItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var left atomic.Int32
		r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
			r.wire.header = nil
			if op != nil && !op.IsRead() && left.Add(-1) >= 0 {
				r.wire.header = http.Header{"Retry-After": {"100"}}
				return http.StatusTooManyRequests, `{"message":"slow down"}`
			}
			return 0, ""
		}
		req := request{tool: domainDelete, args: domainArgs()}
		q := r.call(req)
		req.state, req.responses = q.RequestState, yes(q)
		left.Store(2)
		start := time.Now()
		got := r.call(req)
		if got.IsError || len(r.wire.take()) != 3 || time.Since(start) < time.Minute {
			t.Errorf("after %v: %s", time.Since(start), got.text())
		}
		calls := r.audited(t)
		if last := calls[len(calls)-1]; last.Outcome.Status != audit.OK || len(calls) != 1 {
			t.Errorf("the audit: %+v", calls)
		}
	})
}

// TestEndedQuestion: whatever ends a call at its question is called what it is, in the answer and in the audit.
func TestEndedQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cause error
		says  string
	}{
		"Ctrl-C":              {context.Canceled, "cancelled; nothing was sent"},
		"the client cancels":  {caller.ErrCancelled, "cancelled by the client; nothing was sent"},
		"the server stops":    {caller.ErrStopping, "the server is stopping; nothing was sent"},
		"the time is up":      {context.DeadlineExceeded, "the time for it was up; nothing was sent"},
		"the answer came too": {context.Canceled, "cancelled; nothing was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			err := r.asked(ctx, func(q approval.Question) approval.Answer {
				cancel(c.cause)
				if name == "the answer came too" {
					return agree(q)
				}
				return approval.Answer{}
			})
			if err == nil || !strings.HasSuffix(err.Error(), c.says) || len(r.wire.take()) > 0 {
				t.Fatalf("%v, want %q", err, c.says)
			}
			claims(t, err.Error())
			calls := r.audited(t)
			if o := calls[len(calls)-1].Outcome; o.Status != audit.Refused || o.Kind != c.says {
				t.Errorf("the audit says %+v", o)
			}
		})
	}
	// At the console the question outlives its call.
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withDesk(policy.Console))
		req := request{tool: domainDelete, args: domainArgs(), mute: true}
		ctx, cancel := context.WithCancelCause(context.Background())
		req.ctx = ctx
		answer := r.begin(req)
		cancel(caller.ErrStopping)
		got := <-answer
		if !strings.Contains(got.text(), "the server is stopping; nothing was sent") || len(r.wire.take()) > 0 {
			t.Errorf("at the console: %s", got.text())
		}
		claims(t, got.text())
	})
}

// TestUnansweredQuestion: the transport says why there is no answer, and a client cannot say it for it.
func TestUnansweredQuestion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	req := request{tool: domainDelete, args: domainArgs()}
	for why, says := range map[any]string{
		caller.NoAnswerInTime: caller.NoAnswerInTime, caller.ClientGone: caller.ClientGone, caller.ServerStopping: caller.ServerStopping,
		caller.CallEnded: caller.CallEnded, nil: "nothing was sent", "an invention": "nothing was sent",
	} {
		q := r.call(req)
		answer := req
		answer.state = q.RequestState
		answer.responses = map[string]any{"confirm": map[string]any{"action": "cancel", "content": why}}
		got := r.call(answer)
		if !got.IsError || !strings.Contains(got.text(), says) || strings.Contains(got.text(), "invention") || len(r.wire.take()) > 0 {
			t.Errorf("%v: %s", why, got.text())
		}
	}
}

// person asks in the same call, as the command line does.
type asking func(approval.Question) approval.Answer

func (a asking) Ask(ctx context.Context, asked tools.Asked) (string, approval.Answer, error) {
	q, err := asked.Question()
	if err != nil {
		return "", approval.Answer{}, err
	}
	answer := a(q)
	if answer.Action == "" {
		return "", answer, ctx.Err()
	}
	return q.State, answer, nil
}

// asked deletes an environment and asks this person.
func (r *rig) asked(ctx context.Context, who asking) error {
	ctx = caller.With(ctx, caller.Caller{Principal: "local", Transport: "cli"})
	_, err := r.Service.Call(ctx, tools.Call{Tool: environmentDelete, Args: environmentArgs()}, who)
	return err
}

func agree(q approval.Question) approval.Answer {
	content := map[string]any{q.Field.Name: true}
	if q.Field.Name == approval.FieldName {
		content[q.Field.Name] = q.Card.Expect
	}
	return approval.Answer{Action: approval.Accept, Content: content, Via: "terminal"}
}
