package apiclient_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func TestRetryAfterIsHonored(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"seconds": func() string { return "20" },
		"date":    func() string { return time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		for status, o := range map[int]*schemas.Operation{429: changeRow, 503: readRow} {
			t.Run(fmt.Sprintf("%s %d", name, status), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, stop := inMemory(t, &fake{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
						if n == 1 {
							w.Header().Set("Retry-After", header())
							giveJSON(w, status, "{}")
						} else {
							giveJSON(w, 200, "{}")
						}
					}}, nil)
					defer stop()
					start := time.Now()
					if _, err := send(t, c, o, project); err != nil {
						t.Fatal(err)
					}
					// A date has whole seconds only; a few waiters' jitter comes on top.
					if took := time.Since(start); took < 19*time.Second || took > 22*time.Second {
						t.Errorf("waited %v, want 20 s", took)
					}
				})
			})
		}
	}
}

// A 429 holds back every caller of the account, and those that cannot wait are told when to come back.
func TestRateLimitIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				w.Header().Set("Retry-After", "30")
				giveJSON(w, 429, "{}")
			} else {
				giveJSON(w, 200, "{}")
			}
		}}
		c, stop := inMemory(t, f, nil)
		defer stop()
		start := time.Now()
		first := make(chan error)
		go func() { _, err := send(t, c, changeRow, project); first <- err }()
		time.Sleep(time.Second)

		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := c.Send(short, build(t, readRow, project), apiclient.Page{})
		e := asError(t, err)
		if e.Kind != apiclient.KindRateLimited || !strings.Contains(e.Error(), "retry in 29 s") || !e.Retryable || time.Since(start) != time.Second {
			t.Errorf("got %v after %v, want a refusal at once", e, time.Since(start))
		}
		if _, err := send(t, c, readRow, project); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < 30*time.Second {
			t.Errorf("the second caller got through after %v, in spite of the 429", took)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		if n := len(f.seen()); n != 3 {
			t.Errorf("%d calls, want 3", n)
		}
	})
}

func TestDeadlineBeforeRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemory(t, &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			giveJSON(w, 429, `{"message":"slow down"}`)
		}}, nil)
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Send(ctx, build(t, readRow, project), apiclient.Page{})
		if e := asError(t, err); e.Kind != apiclient.KindRateLimited || e.RetryAfter != 30*time.Second || !strings.Contains(e.Error(), "slow down") ||
			!strings.Contains(e.Error(), "retry in 30 s") || time.Since(start) != 0 {
			t.Errorf("got %v after %v", e, time.Since(start))
		}
	})
}

func TestBackoffGrowsAndVaries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
			at = append(at, time.Now())
			giveJSON(w, 502, "{}")
		}}
		c, stop := inMemory(t, f, nil)
		defer stop()
		waits := map[time.Duration]bool{}
		for range 50 {
			at = nil
			if _, err := send(t, c, readRow, project); err == nil {
				t.Fatal("no error")
			}
			for i, limit := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
				wait := at[i+1].Sub(at[i])
				waits[wait] = true
				if wait <= 0 || wait > limit {
					t.Errorf("wait %d was %v, want at most %v", i+1, wait, limit)
				}
			}
		}
		if len(waits) < 100 {
			t.Errorf("150 waits had %d values: no jitter", len(waits))
		}
	})
}

func TestLogShowsNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
		giveJSON(w, 404, `{"message":"no such invite `+apiToken+`"}`)
	}}
	c := onLoopback(t, f, apiclient.Options{Logger: logger})
	invite := row("POST /invites/{token}", schemas.Write, "token:path", "state:query", "value:body")
	invite.Secrets = []string{"token"}
	args := map[string]any{"token": "path-secret", "state": "query-secret", "value": "body-secret"}
	_, err := send(t, c, invite, args)
	if err == nil {
		t.Fatal("no error")
	}
	if _, err := send(t, c, readRow, project); err == nil {
		t.Fatal("no error")
	}
	text := out.String() + err.Error() + asError(t, err).Path
	for _, secret := range []string{"path-secret", "query-secret", "body-secret", apiToken, "token-1"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s leaked: %s", secret, text)
		}
	}
	for _, want := range []string{"/invites/{token}", "path=/projects/p1", "method=POST", "status=404", "attempt=1", "operation=platformsh_test_call", "account=test"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %s: %s", want, text)
		}
	}
}

func TestTLSFailuresAreFinal(t *testing.T) {
	t.Parallel()
	f := &fake{answer: fineAnswer}
	server := newTLSServer(t, f)
	for name, base := range map[string]string{"certificate": server, "no TLS": "https://" + plainServer(t)} {
		transport := apiclient.NewTransport()
		t.Cleanup(transport.CloseIdleConnections)
		c := newClient(t, base, apiclient.Options{Transport: transport})
		_, err := send(t, c, readRow, project)
		if e := asError(t, err); e.Kind != apiclient.KindUnavailable || e.Retryable || e.Hint == "" {
			t.Errorf("%s: got %v, want a final failure with a next step", name, e)
		}
	}
	if f.exchanges() != 0 {
		t.Error("credentials went to a host with a certificate that nobody vouches for")
	}
}
