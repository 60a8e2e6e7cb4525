package apiclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

var (
	vzRead  = vzRow("/environment/control/rest/getenvinfo", schemas.Read, "envName")
	vzWrite = vzRow("/environment/control/rest/setenvdisplayname", schemas.Write, "envName", "displayName")
	vzBlock = blockingRow("/environment/control/rest/stopenv", "envName")
	shop    = map[string]any{"envName": "shop"}
)

// TestVirtuozzoFaults: what every kind of failure becomes, and how often the platform saw the request. A change is sent
// twice in one case only: the whole call was turned away because the session had ended.
func TestVirtuozzoFaults(t *testing.T) {
	t.Parallel()
	expired := func(text string) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, r *http.Request) {
			if r.PostForm.Get("session") == "session-1" {
				giveJSON(w, 200, text)
			} else {
				giveJSON(w, 200, `{"result":0}`)
			}
		}
	}
	const fine = apiclient.Kind("")
	type outcome struct {
		kind  apiclient.Kind
		calls int
	}
	once := func(kind apiclient.Kind) outcome { return outcome{kind, 1} }
	for _, tc := range []struct {
		name                string
		answer              func(n int, w http.ResponseWriter, r *http.Request)
		read, write, blocks outcome
	}{
		{"fine", always(200, `{"result":0}`), once(fine), once(fine), once(fine)},
		{"expired session", expired(`{"result":701,"error":"authentication failed"}`), outcome{fine, 2}, outcome{fine, 2}, outcome{fine, 2}},
		{"session named as parameter", expired(`{"result":3,"error":"invalid parameter [session]"}`), outcome{fine, 2}, outcome{fine, 2}, outcome{fine, 2}},
		{"701 twice", always(200, `{"result":701,"error":"authentication failed"}`), outcome{apiclient.KindAuth, 2}, outcome{apiclient.KindAuth, 2}, outcome{apiclient.KindAuth, 2}},
		// The script or a node had begun, so nobody knows what would be done twice.
		{"701 in the script", always(200, `{"result":0,"response":{"result":701,"error":"authentication failed"}}`), once(apiclient.KindAuth), once(apiclient.KindAuth), once(apiclient.KindAuth)},
		{"701 on a node", always(200, `{"result":701,"responses":[{"nodeid":1,"result":0},{"nodeid":2,"result":701}]}`), once(apiclient.KindAuth), once(apiclient.KindAuth), once(apiclient.KindAuth)},
		{"not allowed", always(200, `{"result":8,"error":"access not permitted"}`), once(apiclient.KindForbidden), once(apiclient.KindForbidden), once(apiclient.KindForbidden)},
		{"no such environment", always(200, `{"result":11,"error":"does not exist"}`), once(apiclient.KindNotFound), once(apiclient.KindNotFound), once(apiclient.KindNotFound)},
		{"unknown code", always(200, `{"result":4242,"error":"odd"}`), once(apiclient.KindServer), once(apiclient.KindServer), once(apiclient.KindServer)},
		{"unknown method", always(404, `{}`), once(apiclient.KindNotFound), once(apiclient.KindNotFound), once(apiclient.KindNotFound)},
		{"401", always(401, `{}`), once(apiclient.KindAuth), once(apiclient.KindAuth), once(apiclient.KindAuth)},
		{"429", always(429, `{}`), outcome{apiclient.KindRateLimited, 4}, outcome{apiclient.KindRateLimited, 4}, outcome{apiclient.KindRateLimited, 4}},
		{"500", always(500, `{}`), once(apiclient.KindServer), once(apiclient.KindServer), once(apiclient.KindServer)},
		{"502", always(502, `{}`), outcome{apiclient.KindUnavailable, 4}, once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"504 in HTML", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(504)
			io.WriteString(w, "<html><title>Gateway time-out</title></html>")
		}, outcome{apiclient.KindUnavailable, 4}, once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"reset", func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			outcome{apiclient.KindUnavailable, 4}, once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"truncated JSON", always(200, `{"result":0,"env":{`), once(apiclient.KindServer), once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"HTML with 200", func(_ int, w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!doctype html><title>Welcome</title>")
		},
			once(apiclient.KindServer), once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"huge", always(200, `{"result":0,"x":"`+strings.Repeat("x", 5<<20)+`"}`), once(apiclient.KindServer), once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"slow drip", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for {
				if _, err := io.WriteString(w, " "); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Second)
			}
		}, once(apiclient.KindUnavailable), once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"no answer", func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			once(apiclient.KindUnavailable), once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
		{"redirect to another host", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/x", http.StatusTemporaryRedirect)
		}, once(apiclient.KindServer), once(apiclient.KindServer), once(apiclient.KindServer)},
		{"redirect within the host", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/1.0/x", http.StatusTemporaryRedirect)
		},
			once(apiclient.KindServer), once(apiclient.KindServer), once(apiclient.KindServer)},
		{"empty", func(int, http.ResponseWriter, *http.Request) {}, once(apiclient.KindServer), once(apiclient.KindUnknownOutcome), once(apiclient.KindUnknownOutcome)},
	} {
		for _, called := range []struct {
			op   *schemas.Operation
			want outcome
		}{{vzRead, tc.read}, {vzWrite, tc.write}, {vzBlock, tc.blocks}} {
			t.Run(tc.name+called.op.Path(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := &provider{answer: tc.answer}
					c, stop := p.inMemory(t, withLogin, func(o *apiclient.Options, tr *http.Transport) {
						o.MaxResponse = 4 << 20
						tr.DisableKeepAlives = true
					})
					defer stop()
					start := time.Now()
					_, err := send(t, c, called.op, shop)
					var kind apiclient.Kind
					if err != nil {
						e := asError(t, err)
						kind = e.Kind
						if e.Hint == "" || e.Operation != called.op.Name || e.Account != "vz" || e.Path != called.op.Path() {
							t.Errorf("the error does not say what was tried or what to do: %+v", e)
						}
						if text := fmt.Sprintf("%+v %v", *e, e); strings.Contains(text, "session-") || strings.Contains(text, vzPassword) {
							t.Errorf("credentials in %s", text)
						}
						if job := strings.HasPrefix(e.Job, "env:shop:"); job != (kind == apiclient.KindUnknownOutcome && called.op == vzBlock) {
							t.Errorf("job %q with kind %s", e.Job, kind)
						}
						if e.Retryable && kind == apiclient.KindUnknownOutcome {
							t.Error("an unknown outcome must not be called retryable")
						}
					}
					if calls := p.seen(); kind != called.want.kind || len(calls) != called.want.calls {
						t.Errorf("got %q (%v) after %d calls, want %q after %d", kind, err, len(calls), called.want.kind, called.want.calls)
					}
					if in, _ := p.sessions(); in > 2 || in == 2 && called.want.calls != 2 {
						t.Errorf("%d sign-ins", in)
					}
					if took := time.Since(start); tc.name == "no answer" && called.op == vzBlock && took != 20*time.Minute {
						t.Errorf("gave up on a blocking call after %v", took)
					}
				})
			})
		}
	}
}

// A token cannot be renewed, so nothing is repeated with it.
func TestVirtuozzoTokenRejected(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"result":701,"error":"authentication failed"}`, `{"result":3,"error":"invalid parameter [session]"}`} {
		p := gives(200, text)
		_, err := send(t, p.direct(t, withToken), vzWrite, shop)
		e := asError(t, err)
		in, out := p.sessions()
		if e.Kind != apiclient.KindAuth || !strings.Contains(e.Hint, "personal access token") || len(p.seen()) != 1 || in+out != 0 {
			t.Errorf("%v after %v, %d sign-ins, %d sign-outs", e, p.seen(), in, out)
		}
	}
}

// A wrong password in the form answers like an ended session, and each try counts.
func TestAccountPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, o := range []*schemas.Operation{
		blockingRow("/environment/control/rest/deleteenv", "envName", "password"),
		vzRow("/users/authentication/rest/createtoken", schemas.Write, "password"),
	} {
		p := gives(200, `{"result":701,"error":"authentication failed"}`)
		c := p.direct(t, withLogin)
		args := map[string]any{"password": "guess"}
		for n := 1; n <= 2; n++ {
			_, err := send(t, c, o, args)
			if e := asError(t, err); e.Kind != apiclient.KindAuth || !strings.Contains(e.Hint, "password in the call") || len(p.seen()) != n {
				t.Errorf("%s: %v after %d calls", o.Path(), e, len(p.seen()))
			}
		}
		if in, _ := p.sessions(); in != 2 {
			t.Errorf("%s: %d sign-ins, want a new session for the second call", o.Path(), in)
		}
	}
	// Without a password the same call is repeated like any other.
	p := &provider{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
		giveJSON(w, 200, fmt.Sprintf(`{"result":%d}`, 701*(n%2)))
	}}
	if _, err := send(t, p.direct(t, withLogin), blockingRow("/environment/control/rest/deleteenv", "envName", "password"), shop); err != nil || len(p.seen()) != 2 {
		t.Errorf("%v after %d calls", err, len(p.seen()))
	}
}

func TestVirtuozzoSignInFailures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		signIn func(int, http.ResponseWriter, *http.Request)
		kind   apiclient.Kind
		want   string
		first  int // sign-ins of the first call
		after  int // sign-ins after five calls
	}{
		"wrong password":  {always(200, `{"result":701,"error":"authentication failed","attemptsLeft":3}`), apiclient.KindAuth, "3 attempts left", 1, 1},
		"second factor":   {always(200, `{"result":0,"requiredAuthCheck":{"type":"TOTP(0)","isActive":true}}`), apiclient.KindAuth, "second factor", 1, 1},
		"no session":      {always(200, `{"result":0}`), apiclient.KindAuth, "no session", 1, 1},
		"suspended":       {always(200, `{"result":8,"error":"suspended"}`), apiclient.KindForbidden, "suspended", 1, 1},
		"counted":         {always(200, `{"result":4242,"error":"odd","attemptsLeft":1}`), apiclient.KindServer, "odd (1 attempts left)", 1, 1},
		"platform broken": {always(200, `{"result":99,"error":"oops"}`), apiclient.KindServer, "oops", 1, 5},
		"echo":            {always(200, `{"result":701,"error":"bad `+vzPassword+` for dev"}`), apiclient.KindAuth, "bad " + mask(vzPassword) + " for dev", 1, 1},
		"gateway":         {always(502, `{}`), apiclient.KindUnavailable, "nothing was changed", 1, 5},
		"html":            {func(_ int, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, apiclient.KindUnavailable, "not JSON", 1, 5},
		"reset":           {func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, apiclient.KindUnavailable, "nothing was changed", 1, 5},
		"limited":         {always(429, `{}`), apiclient.KindRateLimited, "retry in", 4, 20},
		"elsewhere":       {always(404, `{}`), apiclient.KindNotFound, "API address", 1, 5},
		"redirect": {func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusFound)
		}, apiclient.KindServer, "evil.example", 1, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &provider{signIn: tc.signIn}
				c, stop := p.inMemory(t, withLogin, func(_ *apiclient.Options, tr *http.Transport) { tr.DisableKeepAlives = true })
				defer stop()
				for n := 1; n <= 5; n++ {
					_, err := send(t, c, vzWrite, shop)
					e := asError(t, err)
					if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.want) || e.Hint == "" || !strings.Contains(e.Message, "sign-in") {
						t.Fatalf("call %d: kind %s: %v, want %s and %q", n, e.Kind, e, tc.kind, tc.want)
					}
					if text := fmt.Sprintf("%+v %v", *e, e); strings.Contains(text, vzPassword) || strings.Contains(text, "pass+word") {
						t.Errorf("the password leaked: %s", text)
					}
					if in, _ := p.sessions(); n == 1 && in != tc.first || n == 5 && in != tc.after {
						t.Errorf("after call %d: %d sign-ins, want %d after the first and %d after the fifth", n, in, tc.first, tc.after)
					}
				}
				if len(p.seen()) != 0 {
					t.Errorf("calls without a session: %v", p.seen())
				}
			})
		})
	}
}

// A sign-in whose connection never stood cannot have been counted.
func TestSignInAfterDialFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int32
		p := &provider{}
		c, stop := p.inMemory(t, withLogin, func(_ *apiclient.Options, tr *http.Transport) {
			dial := tr.DialContext
			tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dials.Add(1) <= 2 {
					return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
				}
				return dial(ctx, network, addr)
			}
		})
		defer stop()
		if _, err := send(t, c, vzWrite, shop); err != nil {
			t.Error(err)
		}
		if in, _ := p.sessions(); in != 1 || len(p.seen()) != 1 {
			t.Errorf("%d sign-ins, %d calls", in, len(p.seen()))
		}
	})
}
