package apiclient

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"paasmcp/schemas"
)

// Kind says what a caller can do about an error.
type Kind string

// The kinds of errors.
const (
	KindAuth           Kind = "auth"            // the credentials are wrong, expired or too weak
	KindForbidden      Kind = "forbidden"       // known, but not allowed
	KindNotFound       Kind = "not_found"       // missing, or invisible to this account
	KindInvalid        Kind = "invalid"         // the request is wrong
	KindConflict       Kind = "conflict"        // not in this state, or not now
	KindRateLimited    Kind = "rate_limited"    // too many calls
	KindPayment        Kind = "payment"         // the plan or the bill is in the way
	KindUnavailable    Kind = "unavailable"     // nothing happened; later may be better
	KindUnknownOutcome Kind = "unknown_outcome" // a change was sent and nobody knows whether it was made
	KindServer         Kind = "server"          // the platform broke, or gave an answer that makes no sense
	KindCanceled       Kind = "canceled"        // the caller stopped waiting
)

// Error is the one error of this package. Its texts are scrubbed of credentials and safe to show.
type Error struct {
	Platform  schemas.Platform
	Account   string
	Operation string
	Method    string
	Path      string

	Kind       Kind
	Status     int    // of HTTP; 0 when there was no answer
	Code       string // the vendor's own
	Message    string
	Fields     map[string][]string // what is wrong with single fields
	RequestID  string              // what the vendor's support asks for
	RetryAfter time.Duration       // 0 when the platform named none
	Hint       string              // the next step
	Retryable  bool                // the same call may work later, and repeating it cannot do harm
	Job        string              // handle for Client.Job of work that may be going on in spite of the error; often empty

	cause      error
	staleToken bool // another token may help
	noRepeat   bool // with staleToken: the request itself must not be repeated with the other token
	passing    bool // worth another try, now, by this client
	held       bool // the limiter has the pause before that
}

// Error is one line: the operation, what went wrong, the next step.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	b.WriteString(strings.ReplaceAll(string(e.Kind), "_", " "))
	if e.Message != "" {
		b.WriteString(": " + strings.TrimRight(e.Message, ". "))
	}
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		fmt.Fprintf(&b, "; %s: %s", field, strings.Join(e.Fields[field], ", "))
	}
	var facts []string
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.Code != "" {
		facts = append(facts, "code "+e.Code)
	}
	if e.RequestID != "" {
		facts = append(facts, "request id "+e.RequestID)
	}
	if len(facts) > 0 {
		b.WriteString(" (" + strings.Join(facts, ", ") + ")")
	}
	if e.Hint != "" {
		b.WriteString(". Next: " + e.Hint)
	}
	return b.String()
}

// Unwrap gives the cause, so that errors.Is finds context.Canceled and its like.
func (e *Error) Unwrap() error { return e.cause }

// kindOf is what the HTTP status says when the platform says nothing better.
func kindOf(status int) Kind {
	switch status {
	case 401:
		return KindAuth
	case 402:
		return KindPayment
	case 403:
		return KindForbidden
	case 404, 410:
		return KindNotFound
	case 409, 423:
		return KindConflict
	case 429:
		return KindRateLimited
	case 502, 503, 504, 524: // 524 is Cloudflare's "the origin took too long"
		return KindUnavailable
	}
	if status >= 500 || status < 400 {
		return KindServer
	}
	return KindInvalid
}
