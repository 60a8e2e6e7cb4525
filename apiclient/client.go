package apiclient

import (
	"cmp"
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"paasmcp/internal/memory"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// Defaults of Options.
const (
	defaultMaxResponse = 16 << 20
	defaultTimeout     = 60 * time.Second
	defaultUserAgent   = "paas-mcp"
)

// Options tune a Client. The zero value is good.
type Options struct {
	UserAgent   string            // "paas-mcp" when empty; paas-mcp/<version> is the convention
	Logger      *slog.Logger      // one debug line per attempt; nil is silent
	Transport   http.RoundTripper // NewTransport() when nil; share one between the clients of a process
	MaxResponse int64             // bytes of one answer after decompression, 16 MiB when 0
	Known       *secrets.Known    // shared by the clients of a process, so that none shows what is another's; nil: its own
	Timeout     time.Duration     // of one attempt, 60 s when 0; a dialect may grant slow operations more
	// CursorKey gives the key that cursors are sealed with, [CursorKeySize] random bytes. It is called once, when the first list goes
	// on. Without it each client has a key of its own, and its cursors end with it.
	CursorKey func() []byte
}

// Client calls one platform with one account. It is safe for concurrent use; make one per account and keep it, since
// it holds the access token and the rate limit.
type Client struct {
	account Account
	options Options
	base    *url.URL
	http    *http.Client
	files   *http.Client   // leaves redirects to other hosts to the caller
	known   *secrets.Known // credentials of the account, those of the past too: nothing that leaves has them
	tokens  *tokens
	limit   limiter
	trail   trail
	cursors cursors
	dialect dialect
}

// New makes the client of a valid account. It sends nothing.
func New(account Account, options Options) (*Client, error) {
	if err := account.Validate(); err != nil {
		return nil, err
	}
	account = account.withDefaults()
	base, err := url.Parse(strings.TrimRight(account.APIURL, "/"))
	if err != nil {
		return nil, fmt.Errorf("account %q: API address: %w", account.Name, err)
	}
	options.MaxResponse = cmp.Or(options.MaxResponse, defaultMaxResponse)
	options.Timeout = cmp.Or(options.Timeout, defaultTimeout)
	options.UserAgent = cmp.Or(options.UserAgent, defaultUserAgent)
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.Transport == nil {
		options.Transport = NewTransport()
	}
	c := &Client{account: account, options: options, base: base, known: cmp.Or(options.Known, new(secrets.Known))}
	c.known.Add(account.Token.Reveal(), account.Key, account.Secret.Reveal(), account.Password.Reveal())
	c.cursors = cursors{account.Name, sync.OnceValue(func() cipher.AEAD { return newAEAD(options.CursorKey) })}
	c.http = &http.Client{Transport: options.Transport, CheckRedirect: checkRedirect}
	c.files = &http.Client{Transport: options.Transport, CheckRedirect: stopAtBorder}
	switch account.Platform {
	case schemas.Platformsh:
		c.dialect = &platformsh{c}
	case schemas.Acquia:
		c.dialect = &acquia{c}
	case schemas.Virtuozzo:
		c.dialect = newVirtuozzo(c)
	default:
		return nil, fmt.Errorf("account %q: platform %s cannot be called yet", account.Name, account.Platform)
	}
	c.tokens = &tokens{grant: func(ctx context.Context) (*oauth2.Token, error) {
		token, err := c.dialect.grant(ctx)
		if err == nil {
			c.known.Renew(account.Name+", access token", token.AccessToken)
			c.known.Renew(account.Name+", refresh token", token.RefreshToken)
		}
		return token, err
	}}
	c.limit.calls = account.CallsPerMinute
	return c, nil
}

// Account is the account with the addresses that are in use.
func (c *Client) Account() Account { return c.account }

// Health is what can be said about an account without showing its credentials.
type Health struct {
	Account          string
	Platform         schemas.Platform
	APIURL, TokenURL string
	Expires          time.Time // of the access token in hand; zero when it does not expire or there is none
	CallsLeft        int       // that can start now without waiting; -1 when the platform has no limit
}

// Health makes sure that the account can get an access token. The error says why it cannot.
func (c *Client) Health(ctx context.Context) (Health, error) {
	h := Health{Account: c.account.Name, Platform: c.account.Platform, APIURL: c.account.APIURL, TokenURL: c.account.TokenURL,
		CallsLeft: c.limit.left()}
	token, err := c.tokens.get(ctx)
	if err != nil {
		return h, c.complete(&Request{Op: &schemas.Operation{}}, err)
	}
	h.Expires = token.Expiry
	if b, ok := c.dialect.(blocking); ok {
		if err := b.check(ctx); err != nil {
			return h, c.complete(&Request{Op: &schemas.Operation{}}, err)
		}
	}
	return h, nil
}

// Close gives back what the account holds at the platform: a session that this client has opened is signed out. Where
// there is none it sends nothing. Make no calls after it.
func (c *Client) Close(ctx context.Context) error {
	if b, ok := c.dialect.(blocking); ok {
		return b.close(ctx)
	}
	return nil
}

// Result is what a call brought back.
type Result struct {
	Status    int
	RequestID string
	Value     any // decoded JSON, numbers as json.Number; nil when the answer was empty

	// Confirmed says that the platform itself said that it is done, so that an answer without content is one.
	Confirmed bool

	// For operations with a list. Value then holds what stands beside the list, such as totals, or nil.
	IsList bool
	Items  []any
	Next   string // cursor of the following items; empty at the end
	Total  int    // -1 when the platform does not say
	// Repeated says that the platform sent items again in place of further ones, so there may be some that it did not show.
	Repeated bool
	Partial  bool // the end of the list was not seen although there is nothing to follow: Next is empty

	Note string // what is to be known besides, for example that a part of it failed; empty as a rule
	Jobs []Job
	Look string // where to see what becomes of a change that has no job: "GET /path"; empty when there is nothing to wait for
	File *File  // for operations that do not answer with JSON
}

// Send makes the call. For operations with a list it follows pages until it has page.Limit items; for the others page
// is ignored. Errors are of type *Error.
func (c *Client) Send(ctx context.Context, r *Request, page Page) (*Result, error) {
	if err := c.serves(r); err != nil {
		return nil, err
	}
	if b, ok := c.dialect.(blocking); ok {
		prepared, refused := b.prepare(r)
		if refused != nil {
			return nil, c.complete(r, refused)
		}
		r = prepared
	}
	how := c.json()
	if returnsFile(r.Op) {
		how = reading{take: takeFile, max: c.options.MaxResponse, file: true, long: true}
	}
	tab := memory.From(ctx)
	how.held = tab.Begin(smallAnswer)
	defer tab.Done(how.held)
	if r.Op.List != "" {
		return c.list(ctx, r, page, how)
	}
	a, err := c.do(ctx, r, how)
	if err != nil {
		return nil, err
	}
	result := &Result{Status: a.Status, RequestID: c.requestID(a.Header), Value: a.Value, Total: -1, Note: a.Note,
		Confirmed: a.Confirmed || a.Status == http.StatusNoContent || a.Status == http.StatusResetContent || a.Status == http.StatusCreated}
	if file, ok := a.Value.(*File); ok {
		result.Value, result.File = nil, file
		return result, nil
	}
	c.dialect.unwrap(r, result)
	return result, nil
}

// serves refuses the operations of other platforms. The result is of type *Error.
func (c *Client) serves(r *Request) error {
	if r.Op.Platform == c.account.Platform {
		return nil
	}
	return c.complete(r, &Error{Kind: KindInvalid, Message: fmt.Sprintf("account %s is for %s, the operation for %s",
		c.account.Name, c.account.Platform, r.Op.Platform), Hint: "choose an account of that platform"})
}

// complete turns any error into an *Error that names account and operation.
func (c *Client) complete(r *Request, err error) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Kind: KindServer, Message: c.text(err.Error()), cause: err}
	}
	out := *e // a failed token exchange hands one error to many callers
	out.Platform, out.Account = c.account.Platform, c.account.Name
	out.Operation, out.Method, out.Path = r.Op.Name, r.Method, c.known.Mask(r.safePath())
	return &out
}
