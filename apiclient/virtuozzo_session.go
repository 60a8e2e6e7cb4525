package apiclient

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"paasmcp/schemas"
)

// What the dialect calls on its own behalf.
var (
	signIn   = own("virtuozzo_sign_in", "POST /users/authentication/rest/signin", schemas.Write)
	signOut  = own("virtuozzo_sign_out", "POST /users/authentication/rest/signout", schemas.Write)
	userInfo = own("virtuozzo_health", "POST /users/account/rest/getuserinfo", schemas.Read)
)

func own(name, call string, risk schemas.Risk) schemas.Operation {
	return schemas.Operation{Name: name, Platform: schemas.Virtuozzo, Call: call, Risk: []schemas.Risk{risk}}
}

func ownRequest(op *schemas.Operation, fields ...pair) *Request {
	return &Request{Op: op, Method: http.MethodPost, Path: op.Path(), ContentType: typeForm, Body: []byte(pairs(fields).encode())}
}

// Bounds of a session.
const (
	idleAfter      = 10 * time.Minute // of silence, then it is signed out
	signOutTimeout = 10 * time.Second
)

// session is what the dialect knows about its credential besides the token that the client keeps.
type session struct {
	mu      sync.Mutex
	until   time.Time   // nobody can need the session after this
	timer   *time.Timer // nil when nothing is to be signed out
	refused *Error      // the sign-in that the platform refused
	closed  bool
}

func newJar() http.CookieJar {
	jar, _ := cookiejar.New(nil) // the error is always nil, says its documentation
	return jar
}

// grant gives the personal access token as it is, or signs in. A sign-in that was refused is not tried again by this
// client, however often it is called: the platform counts failures and locks the account, and the credentials of a
// client never change.
func (v *virtuozzo) grant(ctx context.Context) (*oauth2.Token, error) {
	if v.account.Token != "" {
		return &oauth2.Token{AccessToken: v.account.Token.Reveal()}, nil
	}
	v.session.mu.Lock()
	refused, closed := v.session.refused, v.session.closed
	v.session.mu.Unlock()
	switch {
	case refused != nil:
		return nil, refused
	case closed:
		return nil, &Error{Kind: KindCanceled, Message: "the server is shutting down", Hint: "try again when it runs"}
	}
	value, e := v.signIn(ctx)
	if e != nil {
		return nil, e
	}
	token := &oauth2.Token{AccessToken: value}
	v.session.mu.Lock()
	closed = v.session.closed
	v.session.mu.Unlock()
	if closed {
		v.end(ctx, token) // nobody else will
	}
	return token, nil
}

// signIn sends login and password. It is repeated only when the platform surely did not see it: an attempt that may
// have been counted is the last one.
func (v *virtuozzo) signIn(ctx context.Context) (string, *Error) {
	r := ownRequest(&signIn, pair{"login", v.account.Login}, pair{"password", v.account.Password.Reveal()})
	var a *answer
	e := retry(ctx, func(try int) *Error {
		var e *Error
		start := time.Now()
		a, e = v.once(ctx, r, &oauth2.Token{}, reading{take: takeJSON, max: v.options.MaxResponse, credential: true}, pass{})
		v.log(ctx, r, try, time.Since(start), a, e)
		return e
	})
	if e == nil {
		if value := digText(a.Value, "session"); value != "" {
			return value, nil
		}
		e = &Error{Kind: KindAuth, Message: "the platform gave no session", Status: a.Status}
		if dig(a.Value, "requiredAuthCheck") != nil || strings.HasPrefix(digText(a.Value, "authType"), "TFA") {
			e.Message = "the platform wants a second factor"
		}
		e.Hint = "create a personal access token in the provider's console and use it in place of login and password"
	}
	e.Message = "sign-in: " + e.Message
	if e.Kind == KindUnknownOutcome { // of the sign-in; nothing that the caller asked for has been sent
		e.Kind, e.Retryable = KindUnavailable, true
		e.Hint = "nothing was changed: check the API address of the account, then try again"
		return "", e
	}
	if a == nil || a.Status != http.StatusOK {
		return "", e
	}
	left, counts := dig(a.Value, "attemptsLeft").(json.Number)
	if counts {
		e.Message += fmt.Sprintf(" (%s attempts left)", left)
	}
	if e.Code == codeSession {
		e.Hint = "correct login and password of the account, or use a personal access token, then restart: they are not tried again until then"
	}
	if counts || e.Kind == KindAuth || e.Kind == KindForbidden {
		v.session.mu.Lock()
		v.session.refused = e
		v.session.mu.Unlock()
	}
	return "", e
}

// authHint is the next step after the credential was rejected.
func (v *virtuozzo) authHint() string {
	if v.account.Token != "" {
		return "the personal access token is not accepted: it may have expired or been revoked; create another one in the provider's console"
	}
	return "the session was not accepted: check login, password and API address of the account"
}

// timeout is how long one attempt of an operation may take.
func (v *virtuozzo) timeout(op *schemas.Operation) time.Duration {
	return cmp.Or(v.patience(op), v.options.Timeout)
}

// inUse notes that an attempt of at most this length begins, and keeps the session for it and a while longer.
func (v *virtuozzo) inUse(d time.Duration) {
	s := &v.session
	s.mu.Lock()
	defer s.mu.Unlock()
	d += idleAfter
	if until := time.Now().Add(d); until.After(s.until) {
		s.until = until
	}
	if s.timer == nil && !s.closed {
		s.timer = time.AfterFunc(d, v.idle)
	}
}

// idle signs out when nobody has used the session for long enough.
func (v *virtuozzo) idle() {
	s := &v.session
	s.mu.Lock()
	if left := time.Until(s.until); left > 0 && s.timer != nil {
		s.timer.Reset(left)
		s.mu.Unlock()
		return
	}
	s.timer = nil
	s.mu.Unlock()
	v.leave(context.Background())
}

// close signs out at the end of the process.
func (v *virtuozzo) close(ctx context.Context) error {
	s := &v.session
	s.mu.Lock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.mu.Unlock()
	return v.leave(ctx)
}

// leave signs out the session in hand. A personal access token is nobody's to end but its owner's.
func (v *virtuozzo) leave(ctx context.Context) error {
	if v.account.Token != "" {
		return nil
	}
	if token := v.tokens.take(); token != nil {
		return v.end(ctx, token)
	}
	return nil
}

// end signs out. A call that has the session in its hands and comes too late gets a new one, see once and do.
func (v *virtuozzo) end(ctx context.Context, token *oauth2.Token) error {
	ctx, cancel := context.WithTimeout(ctx, signOutTimeout)
	defer cancel()
	r := ownRequest(&signOut)
	start := time.Now()
	a, e := v.once(ctx, r, token, v.json(), pass{})
	v.log(ctx, r, 1, time.Since(start), a, e)
	if e == nil || e.staleToken {
		return nil // a session that is gone already is what was wanted
	}
	return v.complete(r, e)
}

// check asks for the user. A token may lack the right to do so and still be good.
func (v *virtuozzo) check(ctx context.Context) error {
	_, err := v.do(ctx, ownRequest(&userInfo), v.json())
	if e, ok := err.(*Error); ok && e.Code == codeTokenRights {
		return nil
	}
	return err
}
