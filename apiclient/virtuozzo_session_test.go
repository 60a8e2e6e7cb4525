package apiclient_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func TestSignInOnTheWire(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &provider{signIn: func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" || r.URL.RawQuery != "" || r.URL.Path != "/1.0/users/authentication/rest/signin" || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		if got := r.PostForm; len(got) != 3 || got.Get("login") != "dev@example.com" || got.Get("password") != vzPassword || got.Get("appid") == "" {
			t.Errorf("form %v", got)
		}
		http.SetCookie(w, &http.Cookie{Name: "route", Value: "node-3", Path: "/"})
		giveJSON(w, 200, `{"result":0,"session":"session-of-the-test","uid":7}`)
	}, answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("route"); err != nil || cookie.Value != "node-3" || r.PostForm.Get("session") != "session-of-the-test" {
			t.Errorf("cookie %v %v, form %v", cookie, err, r.PostForm)
		}
		giveJSON(w, 200, `{"result":0,"session":"session-of-the-test"}`)
	}}
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := vzClient(t, withLogin, apiclient.Options{Transport: inProcess{p}, Logger: logger})
	for range 3 {
		result, err := send(t, c, vzWrite, map[string]any{"envName": "shop", "displayName": "body-secret"})
		if err != nil || fmt.Sprint(result.Value) != "map[session:"+mask("session-of-the-test")+"]" {
			t.Errorf("%v %v", result, err)
		}
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if in, signedOut := p.sessions(); in != 1 || signedOut != 1 {
		t.Errorf("%d sign-ins, %d sign-outs", in, signedOut)
	}
	text := out.String()
	for _, secret := range []string{vzPassword, "pass+word", "pass%20word", "session-of-the-test", "body-secret"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log shows %s: %s", secret, text)
		}
	}
	for _, want := range []string{"operation=virtuozzo_sign_in", "operation=virtuozzo_sign_out", "path=/users/authentication/rest/signin", "account=vz"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %s: %s", want, text)
		}
	}
}

func TestOneSignInForManyCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &provider{}
		p.signIn = func(n int, w http.ResponseWriter, _ *http.Request) {
			time.Sleep(3 * time.Second)
			giveJSON(w, 200, fmt.Sprintf(`{"result":0,"session":"session-%d"}`, n))
		}
		p.answer = func(n int, w http.ResponseWriter, r *http.Request) {
			if r.PostForm.Get("session") == "session-1" {
				time.Sleep(time.Duration(n) * time.Millisecond) // the rejections arrive one after another
				giveJSON(w, 200, `{"result":701}`)
				return
			}
			giveJSON(w, 200, `{"result":0}`)
		}
		c, stop := p.inMemory(t, withLogin, nil)
		defer stop()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if _, err := send(t, c, vzWrite, shop); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in, _ := p.sessions(); in != 2 {
			t.Errorf("%d sign-ins, want 2: one for all, and one after the session ended", in)
		}
	})
}

func TestIdleSignOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &provider{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/stopenv") {
				time.Sleep(19 * time.Minute)
			}
			giveJSON(w, 200, `{"result":0}`)
		}}
		c, stop := p.inMemory(t, withLogin, nil)
		defer stop()
		expect := func(when string, in, out int) {
			t.Helper()
			synctest.Wait()
			if gotIn, gotOut := p.sessions(); gotIn != in || gotOut != out {
				t.Errorf("%s: %d sign-ins and %d sign-outs, want %d and %d", when, gotIn, gotOut, in, out)
			}
		}
		call := func(o *schemas.Operation) {
			t.Helper()
			if _, err := send(t, c, o, shop); err != nil {
				t.Error(err)
			}
		}
		for range 5 {
			call(vzRead)
			time.Sleep(9 * time.Minute)
		}
		expect("in use", 1, 0)
		time.Sleep(3 * time.Minute)
		expect("idle", 1, 1)
		time.Sleep(24 * time.Hour)
		expect("long idle", 1, 1)
		call(vzRead)
		expect("used again", 2, 1)
		call(vzBlock)
		expect("after a call longer than the pause", 2, 1)
		time.Sleep(time.Hour)
		expect("idle again", 2, 2)
	})
}

func TestCloseSignsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &provider{}
		c, stop := p.inMemory(t, withLogin, nil)
		defer stop()
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if in, out := p.sessions(); in+out != 0 {
			t.Errorf("a client that did nothing: %d sign-ins, %d sign-outs", in, out)
		}
		if _, err := send(t, c, vzRead, shop); asError(t, err).Kind != apiclient.KindCanceled {
			t.Errorf("after Close: %v", err)
		}
		time.Sleep(24 * time.Hour)
	})
	// A sign-in under way when the client is closed gives its session back.
	synctest.Test(t, func(t *testing.T) {
		p := &provider{signIn: func(_ int, w http.ResponseWriter, _ *http.Request) {
			time.Sleep(5 * time.Second)
			giveJSON(w, 200, `{"result":0,"session":"session-1"}`)
		}}
		c, stop := p.inMemory(t, withLogin, nil)
		defer stop()
		done := make(chan error)
		go func() { _, err := send(t, c, vzRead, shop); done <- err }()
		time.Sleep(time.Second)
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		<-done
		if in, out := p.sessions(); in != 1 || out != 1 {
			t.Errorf("%d sign-ins, %d sign-outs", in, out)
		}
	})
	// A platform that does not answer must not keep the process from ending.
	synctest.Test(t, func(t *testing.T) {
		hung := false
		p := &provider{answer: func(_ int, w http.ResponseWriter, r *http.Request) { giveJSON(w, 200, `{"result":0}`) }}
		c, stop := p.inMemory(t, withLogin, func(o *apiclient.Options, tr *http.Transport) {
			o.Transport = hanging{tr, &hung}
		})
		defer stop()
		if _, err := send(t, c, vzRead, shop); err != nil {
			t.Fatal(err)
		}
		hung = true
		start := time.Now()
		if err := c.Close(context.Background()); err == nil || time.Since(start) > 10*time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

// hanging answers nothing once it is told to hang.
type hanging struct {
	http.RoundTripper
	hung *bool
}

func (h hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	if *h.hung {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return h.RoundTripper.RoundTrip(r)
}

// A token is not ours to end.
func TestTokenIsNeverSignedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &provider{}
		c, stop := p.inMemory(t, withToken, nil)
		defer stop()
		if _, err := send(t, c, vzRead, shop); err != nil {
			t.Error(err)
		}
		row := vzRow("/users/authentication/rest/signout", schemas.Write)
		if _, err := send(t, c, row, nil); asError(t, err).Kind != apiclient.KindInvalid || !strings.Contains(err.Error(), "personal access token") {
			t.Errorf("a sign-out by row: %v", err)
		}
		time.Sleep(24 * time.Hour)
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if in, out := p.sessions(); in+out != 0 {
			t.Errorf("%d sign-ins, %d sign-outs with a token", in, out)
		}
	})
	// A session that the client opened may be closed by a row; the next call opens another.
	p := &provider{}
	p.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
		code := 0
		if r.PostForm.Get("session") == "session-1" {
			code = 701
		}
		giveJSON(w, 200, fmt.Sprintf(`{"result":%d}`, code))
	}
	c := p.direct(t, withLogin)
	if _, err := send(t, c, vzRow("/users/authentication/rest/signout", schemas.Write), nil); err != nil {
		t.Error(err)
	}
	if _, err := send(t, c, vzRead, shop); err != nil {
		t.Error(err)
	}
	if in, out := p.sessions(); in != 2 || out != 1 {
		t.Errorf("%d sign-ins, %d sign-outs", in, out)
	}
}

func TestVirtuozzoHealth(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		credential func(*apiclient.Account)
		body       string
		kind       apiclient.Kind
	}{
		"token":             {withToken, `{"result":0,"session":"` + vzToken + `","email":"dev@example.com"}`, ""},
		"token with rights": {withToken, `{"result":8202,"error":"permission denied"}`, ""},
		"bad token":         {withToken, `{"result":701,"error":"authentication failed"}`, apiclient.KindAuth},
		"login":             {withLogin, `{"result":0}`, ""},
		"broken":            {withLogin, `<html>`, apiclient.KindServer},
	} {
		p := gives(200, tc.body)
		h, err := p.direct(t, tc.credential).Health(t.Context())
		var kind apiclient.Kind
		if err != nil {
			kind = asError(t, err).Kind
		}
		if kind != tc.kind || h.Account != "vz" || h.APIURL != "http://127.0.0.1/1.0" || !h.Expires.IsZero() {
			t.Errorf("%s: %+v %v, want kind %q", name, h, err, tc.kind)
		}
		if text := fmt.Sprintf("%+v %v", h, err); strings.Contains(text, vzToken) || strings.Contains(text, "session-") {
			t.Errorf("%s: credentials in %s", name, text)
		}
		if calls := p.seen(); len(calls) == 0 || calls[0].path != "/users/account/rest/getuserinfo" {
			t.Errorf("%s: asked %v", name, calls)
		}
	}
	// The other platforms have nothing to close.
	if err := onLoopback(t, fixed(200, "{}"), apiclient.Options{}).Close(t.Context()); err != nil {
		t.Error(err)
	}
}
