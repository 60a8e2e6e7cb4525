// Package caller says who makes a call: the principal, the transport it came over, the client program, and how that
// client can ask its user.
//
// It is a leaf, so that tools, policy and audit can read the caller without importing the transports. A transport puts
// a [Source] into the context of every request; everybody else reads it with [From] and [Capabilities].
package caller

import (
	"context"
	"errors"
	"strings"

	"paasmcp/internal/lazy"
)

// Local is the principal of calls for which nothing had to be proven: on stdio, on the command line, and over HTTP on loopback
// without a token. Whatever runs on the machine can make such a call, so it stands for no one person.
const Local = "local"

var personName = lazy.MustCompile(`^[a-z0-9]([a-z0-9._@-]{0,62}[a-z0-9])?$`)

// IsPerson reports whether a name is that of one person: the principal of a named token, or an operator. [Local] is not, and
// neither is a bearer token without a name, which several people may share.
func IsPerson(name string) bool { return name != Local && personName.MatchString(name) }

// Caller identifies who makes a call and over what.
type Caller struct {
	// Principal is the authenticated identity: [Local] on stdio and on loopback without a token, over HTTP the name of the token,
	// or "bearer:1a2b3c4d" (the start of a hash) for a token without one. Only this field is proven; the client chooses its own name.
	Principal string
	// Transport is "stdio", "http" or "sse".
	Transport string
	// Address is the network address of the client, also behind a proxy that is trusted; empty on stdio.
	Address string
	// ClientName and ClientVersion are what the client program says about itself, cut at 64 bytes; often useful in an
	// audit, never a ground to trust. Empty when the client did not say.
	ClientName    string
	ClientVersion string
	// SessionID names the session, for logs: "stdio", or a digest of the id a client holds, which is a secret itself.
	// Empty for clients without a session, as in revision 2026-07-28.
	SessionID string
}

// Quota is whom bounds count for, so that one caller cannot take what is there for all: the principal, and for principals that many can
// be at once, such as everybody with the one bearer token, the address too.
func (c Caller) Quota() string {
	if c.Address == "" || c.Principal != Local && !strings.HasPrefix(c.Principal, "bearer:") {
		return c.Principal
	}
	return c.Principal + " at " + c.Address
}

// Asking says in which ways the client behind a call can put a question to its user (elicitation). The zero value
// means not at all, so a caller that forgets to check finds no channel and refuses.
type Asking struct {
	Form bool // a form of simple fields
	URL  bool // opening a page
}

// Any reports whether the client can ask at all.
func (a Asking) Any() bool { return a.Form || a.URL }

// Source answers for one request. It is asked late, from inside the handler, because a request of revision 2026-07-28
// carries its client's name and capabilities in its own body, which is read after the transport made the context.
type Source interface {
	Caller() Caller
	Asking() Asking
}

// Idler is a [Source] whose call holds a place among the running ones, which it can lend to others while it waits for a person.
type Idler interface {
	// Idle gives the place back for now; the returned function takes one again.
	Idle() (resume func(context.Context))
}

// Idle says that the call waits for a person from now on, until the returned function is called.
func Idle(ctx context.Context) (resume func(context.Context)) {
	if s, ok := ctx.Value(key{}).(Idler); ok {
		return s.Idle()
	}
	return func(context.Context) {}
}

// Why the context of a call is over before the call is: its cause, see [context.Cause].
var (
	// ErrCancelled is the cause where the client took its request back.
	ErrCancelled error = cause("cancelled by the client")
	// ErrStopping is the cause where the server ends.
	ErrStopping error = cause("the server is stopping")
)

type cause string

func (c cause) Error() string { return string(c) }

// Ended says in words why a context is over, for sentences that people read, and nil while it is not. "context canceled" belongs
// into no sentence. It wraps the error of the context.
func Ended(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	words := "cancelled"
	switch why := context.Cause(ctx); {
	case errors.Is(why, context.DeadlineExceeded):
		words = "the time for it was up"
	case !errors.Is(why, context.Canceled):
		words = why.Error()
	}
	return &ended{words, err}
}

type ended struct {
	words string
	err   error
}

func (e *ended) Error() string { return e.words }
func (e *ended) Unwrap() error { return e.err }

// Why a question of the server to its client's user ended without an answer. The transport puts one of them into the content of the
// answer "cancel"; a client's own is left out.
const (
	NoAnswerInTime = "no one answered in time"
	ClientGone     = "the connection of the client ended"
	ServerStopping = "the server is stopping"
	CallEnded      = "the call was cancelled"
)

type key struct{}

// WithSource attaches the source that [From] and [Capabilities] read.
func WithSource(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, key{}, s)
}

// With attaches a caller whose client has the given ways to ask; for the command line and for tests.
func With(ctx context.Context, c Caller, a ...Asking) context.Context {
	f := fixed{caller: c}
	for _, one := range a {
		f.asking.Form = f.asking.Form || one.Form
		f.asking.URL = f.asking.URL || one.URL
	}
	return WithSource(ctx, f)
}

// From returns the caller of the request that ctx belongs to, and the zero Caller when there is none.
func From(ctx context.Context) Caller {
	if s, ok := ctx.Value(key{}).(Source); ok {
		return s.Caller()
	}
	return Caller{}
}

// Capabilities returns how the client behind the request can ask its user. Revisions before 2026-07-28 declare it once
// when a session starts, later ones with every request; this covers both.
func Capabilities(ctx context.Context) Asking {
	if s, ok := ctx.Value(key{}).(Source); ok {
		return s.Asking()
	}
	return Asking{}
}

type fixed struct {
	caller Caller
	asking Asking
}

func (f fixed) Caller() Caller { return f.caller }
func (f fixed) Asking() Asking { return f.asking }
