package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"paasmcp/internal/memory"
)

// maxProblem is how much of a failure's body is read, in bytes, and maxProblemWeight what it may take decoded: one of ever so many values
// has no reason in it that a person could read.
const (
	maxProblem       = 64 << 10
	maxProblemWeight = 1 << 20
)

// once is one attempt.
func (c *Client) once(ctx context.Context, r *Request, token *oauth2.Token, how reading, turn pass) (*answer, *Error) {
	attempt, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := cmp.Or(c.dialect.patience(r.Op), c.options.Timeout)
	clock := time.AfterFunc(patience, cancel)
	defer clock.Stop()
	sent := func() bool { return true }
	if !r.Op.IsRead() || turn.limited() {
		attempt, sent = watchConnection(attempt, turn)
	}
	request := c.wire(attempt, r, token)
	var response *http.Response
	var err error
	if how.file {
		response, err = c.open(request)
	} else {
		response, err = c.http.Do(request)
	}
	if err != nil {
		e := c.connectionError(ctx, attempt, err)
		if !r.Op.IsRead() && sent() && e.Kind != KindServer {
			unknown(e)
		}
		return nil, c.settle(r, e)
	}
	c.learn(response)
	status := response.StatusCode
	if c.isForeign(response) {
		status = http.StatusFound // is what the platform said
	}
	held := turn.answered(status, retryAfter(response.Header, time.Now())) // at once: the body may take long
	defer response.Body.Close()
	if how.long {
		response.Body = &idle{response.Body, clock, patience}
	}

	a := &answer{Status: response.StatusCode, Header: response.Header}
	if a.Status >= 300 {
		if a.Text, _ = io.ReadAll(io.LimitReader(response.Body, maxProblem)); memory.Weigh(a.Text) > maxProblemWeight {
			a.Text = nil
		}
	} else if err := read(response, a, how); err != nil {
		e := c.readFailure(ctx, attempt, err)
		e.Status, e.RequestID = a.Status, c.requestID(a.Header)
		if !r.Op.IsRead() {
			e.Hint = "" // what to do about the answer matters less than whether the change was made
			unknown(e)
		}
		return a, c.settle(r, e)
	}
	if !how.credential {
		c.strike(a)
	}
	e := c.judge(r, a, response)
	if e == nil {
		return a, nil
	}
	e.Status, e.RequestID = a.Status, c.requestID(a.Header)
	e.RetryAfter = retryAfter(a.Header, time.Now())
	switch e.Kind {
	case KindRateLimited:
		e.passing, e.held = true, held
	case KindUnavailable:
		if e.passing = r.Op.IsRead(); !e.passing {
			unknown(e)
		}
	}
	e.Retryable = e.passing
	return a, c.settle(r, e)
}

// leastCookie is the length, in bytes, below which a cookie cannot be a session: load balancers set short ones.
const leastCookie = 12

// learn makes the cookies known that this client will send.
func (c *Client) learn(response *http.Response) {
	if c.http.Jar == nil {
		return
	}
	for _, cookie := range response.Cookies() {
		if len(cookie.Value) >= leastCookie {
			c.known.Renew(c.account.Name+", cookie "+cookie.Name, cookie.Value)
		}
	}
}

// strike takes the credentials of the account out of an answer, before anything is made of it: a filter or a cut would
// leave pieces that nobody recognizes. The bytes of a file are left as they are.
func (c *Client) strike(a *answer) {
	switch v := a.Value.(type) {
	case *File:
		v.FileInfo = c.plainInfo(v.FileInfo)
	case *FileInfo:
		*v = c.plainInfo(*v)
	default:
		a.Value = c.known.Strike(v)
	}
}

func (c *Client) plainInfo(info FileInfo) FileInfo {
	info.Name, info.ContentType = c.known.Mask(info.Name), c.known.Mask(info.ContentType)
	return info
}

// isForeign reports an answer from another host, to which the platform has sent us.
func (c *Client) isForeign(response *http.Response) bool {
	return response.Request != nil && response.Request.URL.Host != c.base.Host
}

// judge asks the dialect, unless the answer comes from another host: what that says is no word of the platform.
func (c *Client) judge(r *Request, a *answer, response *http.Response) *Error {
	if c.isForeign(response) {
		if a.Status < 300 {
			return nil
		}
		return storageProblem(a)
	}
	return c.dialect.verdict(r, a)
}

func (c *Client) readFailure(ctx, attempt context.Context, err error) *Error {
	var broken *readError
	if errors.As(err, &broken) {
		return c.connectionError(ctx, attempt, broken.err)
	}
	e := &Error{Kind: KindServer, Message: err.Error(), cause: err}
	var senseless *unreadable
	var partial *partialFile
	var full *noRoom
	switch {
	case errors.As(err, &full):
		e.Kind, e.Message, e.Hint, e.passing, e.Retryable = KindUnavailable, "there is no room for the answer", full.Error(), true, true
	case errors.As(err, &partial) && ctx.Err() != nil:
		return stopped(ctx)
	case errors.As(err, &partial):
		e.Kind, e.Hint, e.Retryable = partial.kind, partial.hint, partial.kind == KindUnavailable
	case errors.As(err, &senseless):
		e.Hint = senseless.hint
	}
	return e
}

// unknown turns the failure of a change that may have arrived into what it is.
func unknown(e *Error) {
	e.Kind, e.passing, e.Retryable = KindUnknownOutcome, false, false
}

// settle scrubs an error and adds the next step.
func (c *Client) settle(r *Request, e *Error) *Error {
	c.scrubError(e, r.Secrets...)
	if e.Kind == KindUnknownOutcome {
		e.Job = c.Handle(r)
	}
	if e.Kind == KindForbidden && e.Hint == "" && lacksFeature(e.Message) {
		e.Kind, e.Hint = KindPayment, featureHint
	}
	if e.Hint == "" {
		e.Hint = c.dialect.advise(r, e)
	}
	if hint := c.spelling(r, e); hint != "" {
		e.Hint = strings.TrimSuffix(hint+"; "+e.Hint, "; ")
	}
	return e
}

// wire makes the HTTP request. It is put together by hand for two reasons: RawPath keeps %2F as it is, and without
// GetBody net/http cannot send a body a second time on its own. (Its own repetitions are for GET, HEAD, OPTIONS and TRACE
// on a connection that died while idle; see Request.isReplayable. DELETE is not among them.)
func (c *Client) wire(ctx context.Context, r *Request, token *oauth2.Token) *http.Request {
	u := *c.base
	u.RawPath = u.EscapedPath() + r.Path
	if decoded, err := url.PathUnescape(r.Path); err == nil {
		u.Path += decoded
	}
	u.RawQuery = r.Query
	accept := typeJSON
	if r.Op.Returns != "" {
		accept = r.Op.Returns
	}
	header := http.Header{"Accept": {accept}, "User-Agent": {c.options.UserAgent}}
	if r.ContentType != "" {
		header["Content-Type"] = []string{r.ContentType}
	}
	body := c.dialect.dress(r, header, token)
	request := &http.Request{
		Method: r.Method, URL: &u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if len(body) > 0 {
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return request.WithContext(ctx)
}

// watchConnection reports whether a request may have left: true unless the transport asked for a connection and
// never got one. A transport that reports neither counts as having sent. The limiter is told when the request is written.
func watchConnection(ctx context.Context, turn pass) (context.Context, func() bool) {
	var asked, got atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { asked.Store(true) },
		GotConn:      func(httptrace.GotConnInfo) { got.Store(true) },
		WroteRequest: func(httptrace.WroteRequestInfo) { turn.written() },
	}), func() bool { return got.Load() || !asked.Load() }
}

// connectionError says why there was no whole answer. Kind is KindServer for a redirect that was refused, which is
// an answer of its own.
func (c *Client) connectionError(caller, attempt context.Context, err error) *Error {
	var redirect *redirectError
	var asked *url.Error // its text repeats the address with the query, which can hold secrets
	cause := err
	if errors.As(err, &asked) {
		cause = asked.Err
	}
	switch {
	case errors.As(err, &redirect):
		return &Error{Kind: KindServer, Message: redirect.reason, Hint: redirect.hint, cause: err}
	case errors.Is(caller.Err(), context.Canceled):
		return stopped(caller)
	case caller.Err() != nil:
		return &Error{Kind: KindUnavailable, Message: "no whole answer before the caller's deadline", Retryable: true, cause: caller.Err()}
	case attempt.Err() != nil:
		// Not repeated: whoever is this slow once will be again, and the caller has waited long enough.
		return &Error{Kind: KindUnavailable, Message: "no whole answer in time", Retryable: true, cause: context.DeadlineExceeded}
	}
	e := &Error{Kind: KindUnavailable, Message: "connection: " + c.text(cause.Error()), Retryable: true, passing: true, cause: err}
	if hint := permanent(err); hint != "" {
		e.Hint, e.passing, e.Retryable = hint, false, false
	}
	return e
}

// permanent gives the next step after connection failures that repeating cannot cure.
func permanent(err error) string {
	var unverified *tls.CertificateVerificationError
	var unknownCA x509.UnknownAuthorityError
	var plain tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.As(err, &unverified), errors.As(err, &unknownCA):
		return "the host's certificate cannot be trusted: check the address and the certificates of this machine"
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return "the host does not speak TLS: check scheme and port of the address"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host does not exist: check the address and the name server"
	}
	return ""
}
