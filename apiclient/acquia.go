package apiclient

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// acquia is the dialect of the Acquia Cloud Platform API v2: short bearer tokens, a version in the Accept header, HAL
// envelopes, 100 calls a minute, notifications for work that goes on.
type acquia struct{ *Client }

const (
	acquiaCalls  = 100 // a minute, for all that one user does
	acquiaAccept = "application/hal+json, version=2"
)

// Hints that depend on more than the kind of the error.
const (
	keyHint   = "the API key or secret is wrong or was revoked: create a new API token on the profile page and put both parts into the account"
	scopeHint = "the organization signs on with its own identity provider: set the account's scope to organization:UUID, with the UUID of the organization"
)

// grant trades key and secret for an access token, which lives for five minutes and cannot be refreshed.
func (a *acquia) grant(ctx context.Context) (*oauth2.Token, error) {
	config := &clientcredentials.Config{
		ClientID:     a.account.Key,
		ClientSecret: a.account.Secret.Reveal(),
		TokenURL:     a.account.TokenURL,
		AuthStyle:    oauth2.AuthStyleInParams,
	}
	if a.account.Scope != "" {
		config.Scopes = []string{a.account.Scope}
	}
	token, err := a.exchange(ctx, config)
	if e, ok := err.(*Error); ok && e.Kind == KindAuth {
		if e.Hint = keyHint; needsScope(e) {
			e.Hint = scopeHint
		}
	}
	return token, err
}

// dress asks for version 2, or the newest version of a resource would answer, whatever that is by then. Downloads break
// with that header; there the type that the row names stays.
func (*acquia) dress(r *Request, header http.Header, token *oauth2.Token) []byte {
	header["Authorization"] = []string{"Bearer " + token.AccessToken}
	if !returnsFile(r.Op) {
		header["Accept"] = []string{acquiaAccept}
	}
	return r.Body
}

func (*acquia) patience(*schemas.Operation) time.Duration { return 0 }

func (*acquia) pager(style string) pager {
	switch style {
	case "offset":
		return indexed{}
	case "page":
		return offsetPages{}
	}
	return nil
}

// verdict goes by the status, and then by the error that a success can hold.
func (*acquia) verdict(r *Request, a *answer) *Error {
	e := refusal(r, a)
	if e == nil {
		return nil
	}
	slug := cmp.Or(e.Code, e.Message)
	switch {
	case needsScope(e):
		e.Kind, e.Hint = KindAuth, scopeHint // no new token would help without it
	case a.Status == http.StatusUnauthorized:
		e.staleToken, e.Hint = true, keyHint
	case a.Status < 300:
		e.Kind = cmp.Or(acquiaKinds[slug], e.Kind)
	case a.Status < 500 && len(e.Fields) > 0 && acquiaKinds[slug] == KindInvalid:
		e.Kind = KindInvalid // some bad arguments come with status 409
	}
	return e
}

// acquiaKinds is what the slugs in `error` mean where the status does not tell.
var acquiaKinds = map[string]Kind{
	"validation_failed": KindInvalid,
	"validation_error":  KindInvalid,
	"bad_request":       KindInvalid,
	"invalid_operation": KindInvalid,
	"not_available":     KindForbidden,
	"forbidden":         KindForbidden,
	"unauthorized":      KindForbidden,
	"not_found":         KindNotFound,
	"conflict":          KindConflict,
}

func needsScope(e *Error) bool {
	const slug = "additional_authentication_required"
	return e.Code == slug || e.Message == slug || strings.Contains(strings.ToLower(e.Message), "additional authentication")
}

func (*acquia) advise(r *Request, e *Error) string {
	object := objectOf(r.Op)
	switch e.Kind {
	case KindForbidden, KindNotFound:
		switch {
		case e.Code == "not_available" || e.Kind == KindForbidden && e.Code == "not_found":
			return "this is not available for this kind of application or environment: read the application and its features"
		case strings.HasSuffix(r.Op.Path(), "/logs/{logType}"):
			return "there may be no snapshot of this log: create one, wait for its job, then download again"
		case e.Kind == KindForbidden:
			return "a role of this account lacks the permission: " + cmp.Or(permissionsOf(r), "read the permissions on the application") + " shows what it may do"
		}
	case KindConflict:
		return "the " + object + " is busy, in that state already, or guarded by production mode: read it and the newest notifications, and try again when the running task is done"
	case KindInvalid:
		if r.Method == http.MethodPost && strings.HasSuffix(r.Op.Path(), "/ides") {
			return "correct the arguments; if they are right, no IDE may be left: list the IDEs of the application"
		}
	case KindUnknownOutcome:
		if application := applicationOf(r); application != "" {
			return "it may have been done: before trying again look at the newest notifications (GET /applications/" + escape(application) +
				"/notifications, sort -created_at) and at the " + object
		}
	}
	return advice(r, e)
}

// misspelt knows what the ids of the platform look like. An alias is a convenience of command line tools.
func (*acquia) misspelt(place, value string) string {
	number, rest, _ := strings.Cut(value, "-")
	switch lower := strings.ToLower(place); {
	case isUUID(value):
	case lower == "environmentid" && number != "" && strings.Trim(number, "0123456789") == "" && isUUID(rest):
	case lower == "environmentid":
		return quote(value) + " cannot be an environment: an environment id reads NUMBER-APPLICATION_UUID, or is a UUID in codebases and sites; aliases such as myapp.dev are not known to the API"
	case strings.HasSuffix(lower, "uuid"):
		return quote(value) + " cannot be the " + strings.TrimSuffix(lower, "uuid") + ": it takes a UUID, not a name or an alias"
	}
	return ""
}

// applicationOf is the UUID of the application that a request is about: an environment's id ends with it.
func applicationOf(r *Request) string {
	if id := pathID(r, "applications"); isUUID(id) {
		return id
	}
	if _, id, _ := strings.Cut(pathID(r, "environments"), "-"); isUUID(id) {
		return id
	}
	return ""
}

func permissionsOf(r *Request) string {
	if id := applicationOf(r); id != "" {
		return "GET /applications/" + id + "/permissions"
	}
	return ""
}

// isUUID reports whether a text reads 8-4-4-4-12 hexadecimal digits.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// unwrap finds the notification of a change; where there is none although the change goes on, it says where to look.
func (a *acquia) unwrap(r *Request, result *Result) {
	if r.Method == http.MethodGet {
		return
	}
	if id := lastStep(digText(result.Value, "_links", "notification", "href")); isUUID(id) {
		result.Jobs = []Job{{Handle: notificationHandle + id, State: inProgress, Percent: -1, Text: legible.Line(digText(result.Value, "message"))}}
		return
	}
	if r.Op.Async != "" {
		result.Look = "GET " + a.lookAt(r, result.Value)
	}
}

// lookAt is the path of what a change works on: the object that the answer links to, or else what the request was sent
// to. An action stands below its object, at times with one word between them, as in
// /environments/ID/production-mode/actions/enable.
func (a *acquia) lookAt(r *Request, value any) string {
	at := r.Path
	for _, name := range []string{"self", "get"} { // a link named get leads closer
		if link := a.ownPath(digText(value, "_links", name, "href")); link != "" {
			at = link
		}
	}
	object, _, isAction := strings.Cut(at, "/actions/")
	if template, _, _ := strings.Cut(r.Op.Path(), "/actions/"); isAction && !strings.HasSuffix(template, "}") {
		object = path.Dir(object)
	}
	return object
}

// ownPath is the path of a link below the API address; empty for a link to anywhere else.
func (a *acquia) ownPath(link string) string {
	target, err := url.Parse(link)
	if err != nil || target.Host != a.base.Host {
		return ""
	}
	below, found := strings.CutPrefix(target.EscapedPath(), a.base.EscapedPath())
	if !found || !strings.HasPrefix(below, "/") {
		return ""
	}
	return strings.TrimRight(below, "/")
}

// lastStep is the end of a link's path.
func lastStep(link string) string {
	target, err := url.Parse(link)
	if err != nil || target.Path == "" {
		return ""
	}
	return path.Base(target.Path)
}
