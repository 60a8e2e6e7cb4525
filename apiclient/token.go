package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// exchangeTimeout bounds one token exchange with its repetitions. Callers wait for it no longer than their own context.
const exchangeTimeout = 30 * time.Second

// tokens keeps the access token of one account. It does what oauth2.ReuseTokenSource does and three things more that a
// busy server needs: callers share one exchange and still leave when their own context ends, the token is renewed
// before it expires, and a rejected one can be dropped.
type tokens struct {
	grant func(context.Context) (*oauth2.Token, error)

	mu     sync.Mutex
	token  *oauth2.Token
	renew  time.Time // when to fetch the next one; zero for never
	flight *flight   // the exchange under way
}

// flight is one exchange that any number of callers wait for. The fields are set when done is closed.
type flight struct {
	done  chan struct{}
	token *oauth2.Token
	err   error
}

// get returns a token that is good now. Within the last moments of a token's life it starts the exchange for the next
// one and returns the old one without waiting.
func (t *tokens) get(ctx context.Context) (*oauth2.Token, error) {
	t.mu.Lock()
	token, now := t.token, time.Now()
	if token != nil && (t.renew.IsZero() || now.Before(t.renew)) {
		t.mu.Unlock()
		return token, nil
	}
	if t.flight == nil {
		t.flight = &flight{done: make(chan struct{})}
		// The exchange outlives the caller that happened to start it: others wait for it too.
		go t.exchange(context.WithoutCancel(ctx), t.flight)
	}
	f := t.flight
	t.mu.Unlock()

	if token != nil && now.Before(token.Expiry) {
		return token, nil
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, stopped(ctx)
	}
}

func (t *tokens) exchange(ctx context.Context, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	f.token, f.err = t.grant(ctx)

	t.mu.Lock()
	defer t.mu.Unlock()
	t.flight = nil
	switch now := time.Now(); {
	case f.err == nil:
		t.token, t.renew = f.token, renewal(f.token.Expiry, now)
	case t.token != nil:
		// The old token may still be good; do not ask again with every call until it is not.
		t.renew = now.Add(5 * time.Second)
	}
	close(f.done)
}

// drop forgets a token that the platform rejected, unless another caller has renewed it in the meantime.
func (t *tokens) drop(rejected *oauth2.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == rejected {
		t.token = nil
	}
}

// take forgets the token in hand, whoever uses it, and returns it; nil when there is none.
func (t *tokens) take() *oauth2.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := t.token
	t.token = nil
	return token
}

// renewal is 60 s before the end, and a tenth of the lifetime for tokens that live less than ten minutes.
func renewal(expiry, now time.Time) time.Time {
	if expiry.IsZero() {
		return time.Time{}
	}
	return expiry.Add(-min(time.Minute, expiry.Sub(now)/10))
}

// exchange asks an OAuth2 token endpoint (RFC 6749 section 4.4 and its likes), with repetitions after passing failures:
// asking twice does no harm there. The token endpoint is another service than the API and does not count against its limit.
func (c *Client) exchange(ctx context.Context, config *clientcredentials.Config) (*oauth2.Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Transport:     tokenAnswers{agent{c.options.UserAgent, c.options.Transport}},
		CheckRedirect: checkRedirect,
	})
	var token *oauth2.Token
	failed := retry(ctx, func(int) *Error {
		var err error
		if token, err = config.Token(ctx); err != nil {
			return c.exchangeError(ctx, err)
		}
		return nil
	})
	if failed != nil {
		return nil, failed
	}
	return token, nil
}

// maxTokenAnswer bounds the answer of a token endpoint, in bytes.
const maxTokenAnswer = 1 << 20

// tokenAnswers labels the answers of a token endpoint as what they are. The library reads them by their content type alone, and endpoints
// and the proxies before them also send JSON as text/plain, and forms without any type.
type tokenAnswers struct{ next http.RoundTripper }

func (t tokenAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTokenAnswer))
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch form, err := url.ParseQuery(string(body)); {
	case bytes.HasPrefix(body, []byte("{")):
		response.Header.Set("Content-Type", typeJSON)
		body = wholeSeconds(body)
	case err == nil && (form.Has("access_token") || form.Has("error")):
		response.Header.Set("Content-Type", typeForm)
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return response, nil
}

// wholeSeconds makes the lifetime of a token a whole number, or leaves it out where it is none: the library refuses others, and with
// them the token.
func wholeSeconds(body []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return body
	}
	const key = "expires_in"
	given, ok := members[key]
	if !ok {
		return body
	}
	delete(members, key)
	if n, err := strconv.ParseFloat(strings.Trim(string(given), "\" "), 64); err == nil && n > 0 && n < math.MaxInt32 {
		members[key] = json.RawMessage(strconv.Itoa(int(n)))
	}
	out, err := json.Marshal(members)
	if err != nil {
		return body // not reachable: the members came from JSON
	}
	return out
}

// exchangeError reads what the token endpoint said. The library's own text is not used: it repeats the whole answer,
// and some endpoints echo the credential.
func (c *Client) exchangeError(ctx context.Context, err error) *Error {
	var unreachable *url.Error
	if errors.As(err, &unreachable) {
		e := c.connectionError(context.Background(), ctx, err)
		e.Message = "token exchange: " + e.Message
		e.Hint = cmp.Or(e.Hint, "check that the token address is right and reachable")
		return e
	}
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return &Error{Kind: KindServer, Message: "the token address answered, but not with a token: " + c.text(err.Error()),
			Hint: "check the token address of the account"}
	}
	status := refused.Response.StatusCode
	e := readProblem(refused.Body, status)
	e.Status, e.RequestID = status, c.requestID(refused.Response.Header)
	e.RetryAfter = retryAfter(refused.Response.Header, time.Now())
	e.Code = cmp.Or(refused.ErrorCode, e.Code)
	e.Message = "token exchange: " + cmp.Or(refused.ErrorDescription, e.Message, http.StatusText(status))
	switch e.Kind = kindOf(status); e.Kind {
	case KindRateLimited, KindUnavailable:
		e.passing, e.Retryable = true, true
		e.Hint = "the token service has a problem: try again in a minute"
	case KindServer:
		e.Hint = "the token service has a problem: try later"
	default:
		e.Kind = KindAuth
		e.Hint = "check the credentials of the account"
	}
	c.scrubError(e)
	return e
}
