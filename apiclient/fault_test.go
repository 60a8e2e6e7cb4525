package apiclient_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// TestFaults is the promise of the package comment: what every kind of failure becomes, and how often the platform saw
// the request. A change is never sent twice unless the platform said that it did not take it.
func TestFaults(t *testing.T) {
	t.Parallel()
	status := func(code int, header ...string) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			giveJSON(w, code, `{"message":"no luck"}`)
		}
	}
	ok := func(w http.ResponseWriter) { giveJSON(w, 200, `{"id":"x"}`) }
	const fine = apiclient.Kind("")
	type outcome struct {
		kind  apiclient.Kind
		calls int
	}
	type fault struct {
		name      string
		answer    func(n int, w http.ResponseWriter, r *http.Request)
		get, post outcome
	}
	everywhere := []fault{
		{"expired token", func(n int, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer token-1" {
				giveJSON(w, 401, `{"message":"expired"}`)
			} else {
				ok(w)
			}
		}, outcome{fine, 2}, outcome{fine, 2}},
		{"401 twice", status(401), outcome{apiclient.KindAuth, 2}, outcome{apiclient.KindAuth, 2}},
		{"400", status(400), outcome{apiclient.KindInvalid, 1}, outcome{apiclient.KindInvalid, 1}},
		{"402", status(402), outcome{apiclient.KindPayment, 1}, outcome{apiclient.KindPayment, 1}},
		{"403", status(403), outcome{apiclient.KindForbidden, 1}, outcome{apiclient.KindForbidden, 1}},
		{"404", status(404), outcome{apiclient.KindNotFound, 1}, outcome{apiclient.KindNotFound, 1}},
		{"409", status(409), outcome{apiclient.KindConflict, 1}, outcome{apiclient.KindConflict, 1}},
		{"429 without Retry-After", status(429), outcome{apiclient.KindRateLimited, 4}, outcome{apiclient.KindRateLimited, 4}},
		{"429 with Retry-After, once", func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				status(429, "Retry-After", "7")(n, w, r)
			} else {
				ok(w)
			}
		}, outcome{fine, 2}, outcome{fine, 2}},
		{"429 with a Retry-After beyond patience", status(429, "Retry-After", "3600"), outcome{apiclient.KindRateLimited, 1}, outcome{apiclient.KindRateLimited, 1}},
		{"500", status(500), outcome{apiclient.KindServer, 1}, outcome{apiclient.KindServer, 1}},
		{"502", status(502), outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"503", status(503), outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"504", status(504), outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"524", status(524), outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"502, then fine", func(n int, w http.ResponseWriter, r *http.Request) {
			if n < 3 {
				status(502)(n, w, r)
			} else {
				ok(w)
			}
		}, outcome{fine, 3}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"reset before the body", func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"reset in mid-body", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			giveJSON(w, 200, `{"id":`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"truncated JSON", func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 200, `{"id":"x"`) },
			outcome{apiclient.KindServer, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"two JSON values", func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 200, `{} {}`) },
			outcome{apiclient.KindServer, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"HTML with 200", func(_ int, w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!doctype html><title>Maintenance</title>")
		}, outcome{apiclient.KindServer, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"HTML with 502", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(502)
			io.WriteString(w, "<html><title>Bad gateway</title></html>")
		}, outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"wrong content type", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			io.WriteString(w, "%PDF")
		}, outcome{apiclient.KindServer, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"64 MB answer", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `"`)
			block := strings.Repeat("x", 1<<20)
			for range 64 {
				if _, err := io.WriteString(w, block); err != nil {
					return
				}
			}
			io.WriteString(w, `"`)
		}, outcome{apiclient.KindServer, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"gzip bomb", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			block := make([]byte, 1<<20)
			for i := range block {
				block[i] = ' '
			}
			for range 64 {
				if _, err := z.Write(block); err != nil {
					return
				}
			}
			z.Close()
		}, outcome{apiclient.KindServer, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"slow drip", func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for {
				if _, err := io.WriteString(w, " "); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		}, outcome{apiclient.KindUnavailable, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"no answer", func(_ int, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
			outcome{apiclient.KindUnavailable, 1}, outcome{apiclient.KindUnknownOutcome, 1}},
		{"redirect to another host", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/x", http.StatusFound)
		}, outcome{apiclient.KindServer, 1}, outcome{apiclient.KindServer, 1}},
		{"redirect within the host", func(_ int, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/moved" {
				ok(w)
				return
			}
			http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
		}, outcome{fine, 2}, outcome{apiclient.KindServer, 1}},
		{"redirect loop", func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
			outcome{apiclient.KindServer, 4}, outcome{apiclient.KindServer, 1}},
		{"304", status(304), outcome{apiclient.KindServer, 1}, outcome{apiclient.KindServer, 1}},
		{"204", func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, outcome{fine, 1}, outcome{fine, 1}},
		{"empty 200", func(_ int, w http.ResponseWriter, _ *http.Request) {}, outcome{fine, 1}, outcome{fine, 1}},
		{"byte order mark", func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 200, "\ufeff{}") }, outcome{fine, 1}, outcome{fine, 1}},
	}
	for _, platform := range []struct {
		name                 string
		account              accountFor
		read, change, remove *schemas.Operation
		more                 []fault
	}{
		{"platformsh", platformshAccount, readRow, changeRow, deleteRow, []fault{
			{"step-up", status(401, "WWW-Authenticate", `Bearer error="insufficient_user_authentication", max_age=5`), outcome{apiclient.KindAuth, 1}, outcome{apiclient.KindAuth, 1}},
		}},
		{"acquia", acquiaAccount, acquiaRead, acquiaChange, acquiaDelete, []fault{
			{"scope missing", always(401, `{"error":"additional_authentication_required","message":"Requires additional authentication."}`), outcome{apiclient.KindAuth, 1}, outcome{apiclient.KindAuth, 1}},
			{"dependency down", always(503, `{"error":"system","message":"Currently unavailable."}`), outcome{apiclient.KindUnavailable, 4}, outcome{apiclient.KindUnknownOutcome, 1}},
			{"500 as HTML", func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(500)
				io.WriteString(w, "<html><body>Oops</body></html>")
			}, outcome{apiclient.KindServer, 1}, outcome{apiclient.KindServer, 1}},
			{"refusal with 200", always(200, `{"error":"forbidden","message":"No."}`), outcome{apiclient.KindForbidden, 1}, outcome{apiclient.KindForbidden, 1}},
		}},
	} {
		for _, tc := range slices.Concat(everywhere, platform.more) {
			for _, method := range []struct {
				op   *schemas.Operation
				want outcome
			}{{platform.read, tc.get}, {platform.change, tc.post}, {platform.remove, tc.post}} {
				t.Run(platform.name+" "+tc.name+" "+method.op.Method(), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						f := &fake{answer: tc.answer}
						c, stop := inMemoryFor(t, platform.account, f, func(o *apiclient.Options, tr *http.Transport) {
							o.MaxResponse = 4 << 20
							tr.DisableKeepAlives = true // or net/http adds a try of its own, see TestTransportRepeatsNoChanges
						})
						defer stop()
						_, err := send(t, c, method.op, project)
						var kind apiclient.Kind
						if err != nil {
							e := asError(t, err)
							kind = e.Kind
							checkError(t, e, method.op)
						}
						if kind != method.want.kind {
							t.Errorf("got %q (%v), want %q", kind, err, method.want.kind)
						}
						if got := f.seen(); len(got) != method.want.calls {
							t.Errorf("the platform saw %d calls, want %d: %v", len(got), method.want.calls, got)
						}
					})
				})
			}
		}
	}
}

// checkError is what every error must be: complete, one line, with a next step and without secrets.
func checkError(t *testing.T, e *apiclient.Error, op *schemas.Operation) {
	t.Helper()
	if e.Hint == "" {
		t.Errorf("no next step in %q", e)
	}
	if e.Operation != op.Name || e.Account != "test" || e.Method != op.Method() || e.Path == "" || e.Platform != op.Platform {
		t.Errorf("the error does not say what was tried: %+v", e)
	}
	if strings.Contains(e.Error(), "token-") || strings.Contains(e.Error(), "\n") {
		t.Errorf("unfit text: %q", e)
	}
	if e.Retryable && e.Kind == apiclient.KindUnknownOutcome {
		t.Error("an unknown outcome must not be called retryable")
	}
}

// A change whose connection never stood did not arrive, so it may be tried again.
func TestDialFailuresAreRepeated(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		failures, want int
		kind           apiclient.Kind
	}{{2, 1, ""}, {4, 0, apiclient.KindUnavailable}} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 201, "{}") }}
			var dials atomic.Int32
			c, stop := inMemory(t, f, func(_ *apiclient.Options, tr *http.Transport) {
				dial := tr.DialContext
				tr.DisableKeepAlives = true // or the token's connection would be used again
				tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					if n := dials.Add(1); n > 1 && int(n) <= 1+tc.failures {
						return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
					}
					return dial(ctx, network, addr)
				}
			})
			defer stop()
			_, err := send(t, c, changeRow, project)
			if (err != nil) != (tc.kind != "") || err != nil && asError(t, err).Kind != tc.kind {
				t.Errorf("%d failures: got %v, want kind %q", tc.failures, err, tc.kind)
			}
			if got := len(f.seen()); got != tc.want {
				t.Errorf("%d failures: the platform saw %d calls, want %d", tc.failures, got, tc.want)
			}
		})
	}
}

// net/http repeats a GET by itself when a kept connection turns out dead. It must never do that to a change: the
// connection here dies after the request has been read, which is when a platform may already be at work.
func TestTransportRepeatsNoChanges(t *testing.T) {
	t.Parallel()
	for _, o := range []*schemas.Operation{readRow, changeRow, deleteRow} {
		t.Run(o.Method(), func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var arrived atomic.Int32
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						for first, r := true, bufio.NewReader(conn); ; first = false {
							request, err := http.ReadRequest(r)
							if err != nil {
								return
							}
							io.Copy(io.Discard, request.Body)
							body := `{"access_token":"token-1","expires_in":900}`
							if request.URL.Path != "/oauth2/token" {
								if n := arrived.Add(1); n == 1 {
									if first {
										t.Error("the call did not reuse the token's connection, so this test shows nothing")
									}
									conn.(*net.TCPConn).SetLinger(0) // reset
									return
								}
								body = "{}"
							}
							fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
						}
					}()
				}
			}()
			transport := apiclient.NewTransport()
			t.Cleanup(func() { transport.CloseIdleConnections(); listener.Close() })
			c := newClient(t, "http://"+listener.Addr().String(), apiclient.Options{Transport: transport})
			_, err = send(t, c, o, project)
			if o.IsRead() {
				if err != nil || arrived.Load() != 2 {
					t.Errorf("read: %v after %d calls, want success after 2", err, arrived.Load())
				}
				return
			}
			if e := asError(t, err); e.Kind != apiclient.KindUnknownOutcome || arrived.Load() != 1 {
				t.Errorf("got %v after %d calls, want an unknown outcome after 1", e, arrived.Load())
			}
		})
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	hang := func(_ int, _ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does the server watch for the client's leaving
		<-r.Context().Done()
	}
	busy := func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 503, "{}") }
	limited := func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "50")
		giveJSON(w, 429, "{}")
	}
	for _, tc := range []struct {
		name   string
		fake   *fake
		op     *schemas.Operation
		want   apiclient.Kind
		before bool
	}{
		{"before the call", &fake{answer: hang}, changeRow, apiclient.KindCanceled, true},
		{"while the token is fetched", &fake{token: hang}, changeRow, apiclient.KindCanceled, false},
		{"while a read waits for the answer", &fake{answer: hang}, readRow, apiclient.KindCanceled, false},
		{"while a change waits for the answer", &fake{answer: hang}, changeRow, apiclient.KindUnknownOutcome, false},
		{"between two tries", &fake{answer: limited}, readRow, apiclient.KindCanceled, false},
		{"between two tries of a change", &fake{answer: limited}, changeRow, apiclient.KindCanceled, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, stop := inMemory(t, tc.fake, nil)
				defer stop()
				ctx, cancel := context.WithCancel(t.Context())
				start := time.Now()
				if tc.before {
					cancel()
				}
				time.AfterFunc(3*time.Second, cancel)
				_, err := c.Send(ctx, build(t, tc.op, project), apiclient.Page{})
				if e := asError(t, err); e.Kind != tc.want || !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want kind %s that is context.Canceled", err, tc.want)
				}
				if took := time.Since(start); took > 3*time.Second {
					t.Errorf("took %v after being told to stop at 3 s", took)
				}
			})
		})
	}
	t.Run("deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, stop := inMemory(t, &fake{answer: busy}, nil)
			defer stop()
			ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
			defer cancel()
			if _, err := c.Send(ctx, build(t, readRow, project), apiclient.Page{}); err == nil {
				t.Error("no error after the deadline")
			}
		})
	})
}
