// Package apiclient is how a call travels: it turns a row of the catalogue and its arguments into one HTTP request,
// sends it with the account's credentials, and brings back a decoded answer, the next page, the platform's jobs or
// one kind of error.
//
//	Build    row + arguments → Request     a pure function; cards, digests and examples are made from its result
//	Send     Request → Result              token, rate limit, retry, pages, decoding, errors
//	Download Request → io.Writer           the same for files of any size
//	Job      handle → Job                  one look at work that goes on after the answer
//
// Everything that the platforms do alike stands in the files named after the step (token.go, retry.go, page.go …).
// What differs is one dialect per platform, see dialect.go.
//
// # What is sent twice
//
// A read may be repeated after any passing failure. A change is repeated only when the platform said that it did not
// take it (429, a rejected token) or when no connection ever stood. In every other case its outcome is unknown, and
// the error says so and how to look: guessing wrong here deletes or bills twice.
//
// # Who waits
//
// A platform that asks for patience (429 with Retry-After) holds back all calls of the account, for a minute at most. Then one
// call probes: admitted, it lets the others go; refused, all wait for another minute. A caller that cannot wait that long, or that
// did not say for how long it waits while nobody knows how long it takes, hears at once when to come back.
//
// # What never leaves
//
// Credentials go to the configured hosts alone, links and redirects of the answers included. They appear in no error,
// log line or result; text from the platforms is scrubbed of them, because some services echo what they were sent.
package apiclient
