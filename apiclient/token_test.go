package apiclient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
)

func fineAnswer(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 200, "{}") }

func TestTokenExchangeOnTheWire(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer token-1" {
			t.Errorf("Authorization is %q", got)
		}
		if r.Header.Get("Accept") != "application/json" || r.Header.Get("User-Agent") != "paas-mcp/9" || r.Header.Get("Content-Type") != "" {
			t.Errorf("headers %v", r.Header)
		}
		fineAnswer(0, w, r)
	}}
	f.token = func(n int, w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		r.ParseForm()
		if !ok || user != "platform-api-user" || password != "" || r.Method != "POST" || r.URL.RawQuery != "" ||
			r.PostForm.Encode() != "api_token="+apiToken+"&grant_type=api_token" || r.Header.Get("User-Agent") != "paas-mcp/9" {
			t.Errorf("exchange: %s %s %v %v (user %q)", r.Method, r.URL, r.PostForm, r.Header, user)
		}
		giveToken(w, n, 900)
	}
	c := onLoopback(t, f, apiclient.Options{UserAgent: "paas-mcp/9"})
	if _, err := send(t, c, readRow, project); err != nil {
		t.Fatal(err)
	}
	if f.exchanges() != 1 {
		t.Errorf("%d exchanges", f.exchanges())
	}
}

func TestOneExchangeForManyCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: fineAnswer}
		f.token = func(n int, w http.ResponseWriter, _ *http.Request) {
			time.Sleep(5 * time.Second)
			giveToken(w, n, 900)
		}
		c, stop := inMemory(t, f, nil)
		defer stop()
		// One of the callers leaves early; it must neither wait nor take the exchange with it.
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Health(impatient); err == nil || time.Since(start) != time.Second {
				t.Errorf("the impatient caller got %v after %v", err, time.Since(start))
			}
		})
		for range 1000 {
			wg.Go(func() {
				if _, err := c.Health(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if f.exchanges() != 1 {
			t.Errorf("%d exchanges for 1,000 callers, want 1", f.exchanges())
		}
	})
}

func TestRenewalAheadOfExpiry(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		lifetime   int
		still, old time.Duration // ages at which the first token is used, and used for the last time
	}{{900, 839 * time.Second, 845 * time.Second}, {100, 89 * time.Second, 95 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			var used string
			f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
				used = r.Header.Get("Authorization")
				fineAnswer(0, w, r)
			}}
			f.token = func(n int, w http.ResponseWriter, _ *http.Request) {
				if n > 1 {
					time.Sleep(time.Second)
				}
				giveToken(w, n, tc.lifetime)
			}
			c, stop := inMemory(t, f, nil)
			defer stop()
			start := time.Now()
			at := func(age time.Duration, wantToken string, wantExchanges int) {
				t.Helper()
				time.Sleep(age - time.Since(start))
				before := time.Now()
				if _, err := send(t, c, readRow, project); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(before); waited != 0 {
					t.Errorf("at %v the call waited %v for a token", age, waited)
				}
				synctest.Wait()
				if used != wantToken || f.exchanges() != wantExchanges {
					t.Errorf("at %v: %s after %d exchanges, want %s after %d", age, used, f.exchanges(), wantToken, wantExchanges)
				}
			}
			at(0, "Bearer token-1", 1)
			at(tc.still, "Bearer token-1", 1)
			at(tc.old, "Bearer token-1", 2) // renewed behind the back of this call
			at(tc.old+2*time.Second, "Bearer token-2", 2)
		})
	}
}

func TestFailedRenewalKeepsTheOldToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: fineAnswer}
		f.token = func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				giveToken(w, n, 900)
			} else {
				giveJSON(w, 400, `{"error":"invalid_grant"}`)
			}
		}
		c, stop := inMemory(t, f, nil)
		defer stop()
		if _, err := send(t, c, readRow, project); err != nil {
			t.Fatal(err)
		}
		time.Sleep(850 * time.Second)
		for range 100 {
			if _, err := send(t, c, readRow, project); err != nil {
				t.Fatalf("with 50 s left: %v", err)
			}
			synctest.Wait()
		}
		if f.exchanges() != 2 {
			t.Errorf("%d exchanges, want one attempt to renew and then a pause", f.exchanges())
		}
		time.Sleep(time.Minute)
		if _, err := send(t, c, readRow, project); asError(t, err).Kind != apiclient.KindAuth {
			t.Errorf("after expiry: %v", err)
		}
	})
}

func TestFailedExchangeIsNotKept(t *testing.T) {
	t.Parallel()
	f := &fake{answer: fineAnswer}
	f.token = func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			giveJSON(w, 401, `{"error":"invalid_grant","error_description":"API token has expired"}`)
		} else {
			giveToken(w, n, 900)
		}
	}
	c := onLoopback(t, f, apiclient.Options{})
	if _, err := send(t, c, readRow, project); asError(t, err).Kind != apiclient.KindAuth {
		t.Fatal(err)
	}
	if _, err := send(t, c, readRow, project); err != nil {
		t.Fatal(err)
	}
}

// Many calls hit the same expired token at once: the first to notice renews it, the others must not throw the new one away.
func TestRejectedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer token-1" {
				time.Sleep(time.Duration(n) * time.Millisecond) // the rejections arrive one after another
				giveJSON(w, 401, "{}")
				return
			}
			fineAnswer(n, w, r)
		}}
		c, stop := inMemory(t, f, nil)
		defer stop()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := send(t, c, changeRow, project); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if f.exchanges() != 2 {
			t.Errorf("%d exchanges, want 2", f.exchanges())
		}
	})
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	give := func(status int, contentType, body string) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for name, tc := range map[string]struct {
		token     func(int, http.ResponseWriter, *http.Request)
		kind      apiclient.Kind
		want      string
		exchanges int
	}{
		"invalid":   {give(400, "application/json", `{"error":"invalid_grant","error_description":"The API token is invalid"}`), apiclient.KindAuth, "create a new API token", 1},
		"sso":       {give(401, "application/json", `{"error":"invalid_grant","error_description":"Your SSO session has expired"}`), apiclient.KindAuth, "single sign-on", 1},
		"echo":      {give(400, "application/json", `{"error":"invalid_grant","error_description":"bad api_token=`+apiToken+` sent"}`), apiclient.KindAuth, "bad", 1},
		"html echo": {give(403, "text/html", `<title>blocked `+apiToken+`</title>`), apiclient.KindAuth, "blocked", 1},
		"gateway":   {give(502, "text/html", `<title>Bad gateway</title>`), apiclient.KindUnavailable, "token exchange", 4},
		"broken":    {give(500, "application/json", `{"message":"oops"}`), apiclient.KindServer, "oops", 1},
		"not json":  {give(200, "text/html", `<html>`+apiToken), apiclient.KindServer, "not with a token", 1},
		"no token":  {give(200, "application/json", `{"token_type":"bearer"}`), apiclient.KindServer, "not with a token", 1},
		"reset":     {func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, apiclient.KindUnavailable, "token address", 4},
		"redirect": {func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusTemporaryRedirect)
		}, apiclient.KindServer, "evil.example", 1},
		"limited": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "600")
			giveJSON(w, 429, `{}`)
		}, apiclient.KindRateLimited, "retry in 600 s", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{answer: fineAnswer, token: tc.token}
				c, stop := inMemory(t, f, func(_ *apiclient.Options, tr *http.Transport) { tr.DisableKeepAlives = true })
				defer stop()
				_, err := send(t, c, changeRow, project)
				e := asError(t, err)
				if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.want) || e.Hint == "" {
					t.Errorf("got kind %s: %v\nwant kind %s and %q", e.Kind, e, tc.kind, tc.want)
				}
				if strings.Contains(fmt.Sprintf("%+v %v", *e, err), apiToken) {
					t.Errorf("the API token leaked: %+v", *e)
				}
				if f.exchanges() != tc.exchanges || len(f.seen()) != 0 {
					t.Errorf("%d exchanges (want %d), %d calls (want none)", f.exchanges(), tc.exchanges, len(f.seen()))
				}
			})
		})
	}
}

// TestTokenAnswers: a token is read whatever the answer calls itself, and lives as long as the answer says, however it writes that.
func TestTokenAnswers(t *testing.T) {
	t.Parallel()
	const good, hour = `{"access_token":"token-1","expires_in":3600,"token_type":"bearer"}`, 3600
	const form = "access_token=token-1&expires_in=3600&token_type=bearer"
	for _, tc := range []struct {
		contentType, body string
		seconds           int // 0 for a token without end
	}{
		{"application/json", good, hour}, {"application/json; charset=utf-8", good, hour}, {"application/json;charset", good, hour},
		{"APPLICATION/JSON", good, hour}, {"application/hal+json", good, hour}, {"text/plain", good, hour}, {"text/plain; charset=UTF-8", good, hour},
		{"text/html", good, hour}, {"application/octet-stream", good, hour}, {"application/x-www-form-urlencoded", good, hour}, {"", good, hour},
		{"///", good, hour}, {"text/plain", "\ufeff\r\n" + good, hour},
		{"application/x-www-form-urlencoded", form, hour}, {"application/x-www-form-urlencoded; charset=utf-8", form, hour}, {"text/plain", form, hour},
		{"text/plain", form + "\n", hour}, {"application/json", form, hour}, {"", form, hour},
		{"application/json", `{"access_token":"token-1","expires_in":"3600"}`, hour}, {"application/json", `{"access_token":"token-1","expires_in":"3600.0"}`, hour},
		{"application/json", `{"access_token":"token-1","expires_in":3600.9}`, hour}, {"application/json", `{"access_token":"token-1","expires_in":3.6e3}`, hour},
		{"application/json", `{"access_token":"token-1","expires_in":""}`, 0}, {"application/json", `{"access_token":"token-1","expires_in":null}`, 0},
		{"application/json", `{"access_token":"token-1","expires_in":"never"}`, 0}, {"application/json", `{"access_token":"token-1","expires_in":1e99}`, 0},
		{"application/json", `{"access_token":"token-1"}`, 0},
	} {
		t.Run(tc.contentType+" "+tc.body, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{answer: fineAnswer, token: func(_ int, w http.ResponseWriter, _ *http.Request) {
					w.Header()["Content-Type"] = []string{tc.contentType}
					if tc.contentType == "" {
						w.Header()["Content-Type"] = nil // or net/http would guess one
					}
					io.WriteString(w, tc.body)
				}}
				c, stop := inMemory(t, f, nil)
				defer stop()
				health, err := c.Health(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				left := 0
				if !health.Expires.IsZero() {
					left = int(time.Until(health.Expires).Round(time.Second).Seconds())
				}
				if left != tc.seconds {
					t.Errorf("the token lives %d s, want %d", left, tc.seconds)
				}
				if _, err := send(t, c, readRow, project); err != nil || f.exchanges() != 1 {
					t.Errorf("%v after %d exchanges", err, f.exchanges())
				}
			})
		})
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: fineAnswer}
		c, stop := inMemory(t, f, nil)
		defer stop()
		h, err := c.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(h.Expires); left != 900*time.Second || h.Account != "test" || h.APIURL != "http://127.0.0.1" {
			t.Errorf("%+v, %v left", h, left)
		}
		if text := fmt.Sprintf("%+v", h); strings.Contains(text, "token-1") || strings.Contains(text, apiToken) {
			t.Errorf("credentials in %s", text)
		}
	})
}
