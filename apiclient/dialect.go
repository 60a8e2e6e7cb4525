package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"paasmcp/schemas"
)

// dialect is what one platform does differently once a request is built. Everything else, in particular every
// decision to send something again, is common to all.
type dialect interface {
	// grant gets a new access token for the account's credentials. It may be repeated after passing failures.
	grant(ctx context.Context) (*oauth2.Token, error)

	// dress puts the platform's headers and the credential on one attempt and returns the body to send. Most return
	// r.Body; Virtuozzo's session travels inside it.
	dress(r *Request, header http.Header, token *oauth2.Token) []byte

	// patience is how long one attempt may take; 0 means Options.Timeout.
	patience(op *schemas.Operation) time.Duration

	// verdict is nil for a success. Otherwise it says kind, code, message, fields and whether the token was stale;
	// the caller adds status, request id and the rest. Answers with status 300 and above come with Text, the others with
	// Value, since one platform reports its errors with status 200.
	verdict(r *Request, a *answer) *Error

	// advise is the next step after an error; empty when there is none to give.
	advise(r *Request, e *Error) string

	// misspelt says what to write in place of a value that cannot name what it should, such as an alias for an id; empty
	// when nothing is wrong with it. place is the hole of the path or the field of the form.
	misspelt(place, value string) string

	// unwrap takes the envelope off a successful answer and finds the jobs in it.
	unwrap(r *Request, result *Result)

	// pager follows the paging styles of the platform; nil for a style that it does not have.
	pager(style string) pager

	job(ctx context.Context, handle string) (*Job, error)
	// jobLog writes the log of a job; nothing where the platform has none. most bounds what is read of it, in bytes.
	jobLog(ctx context.Context, handle string, to LogWriter, most int64) error

	locator
}

// blocking is what a platform needs besides when its credential is a session and its calls answer only after the work
// is done; the other dialects leave it out.
type blocking interface {
	// prepare refuses a request that would cut off the account, and labels the others so that they can be followed.
	prepare(r *Request) (*Request, *Error)

	// handle is where the work of a request can be looked at while nobody has an answer to it; empty when nowhere.
	handle(r *Request) string

	// check asks the platform whether the credential is good, since there is no exchange that would show it.
	check(ctx context.Context) error

	// close gives back what the account holds at the platform.
	close(ctx context.Context) error
}

// answer is what one attempt brought back.
type answer struct {
	Status int
	Header http.Header
	Text   []byte // start of the body of a failure
	Value  any    // what the taker made of the body of a success

	Confirmed bool   // the body itself says that the call went well, so that nothing in it means that there is nothing
	Note      string // what is to be known besides the value
}

// requestID is what the vendor's support asks for. Only plain identifiers are passed on, and a credential is one.
func (c *Client) requestID(h http.Header) string {
	id := h.Get("X-Request-Id")
	if c.known.Mask(id) != id {
		return ""
	}
	for i := range len(id) {
		if !unreserved(id[i]) || i >= 64 {
			return ""
		}
	}
	return id
}

// dig reads a member of decoded JSON objects, nil when any step is missing.
func dig(value any, steps ...string) any {
	for _, step := range steps {
		object, _ := value.(map[string]any)
		value = object[step]
	}
	return value
}

// digText reads a member that should be a string; anything else is empty.
func digText(value any, steps ...string) string {
	s, _ := dig(value, steps...).(string)
	return s
}

// textOf is a string or a number as text; anything else is empty. Some resources write ids and codes as numbers.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
