package apiclient

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"paasmcp/schemas"
)

// platformsh is the dialect of Platform.sh, which is also called Upsun: bearer tokens, JSON in and out, HAL envelopes,
// activities for work that goes on.
type platformsh struct{ *Client }

// grant trades the API token for an access token. The grant type api_token is the vendor's own; the user name without a
// password is what its clients send.
func (p *platformsh) grant(ctx context.Context) (*oauth2.Token, error) {
	token, err := p.exchange(ctx, &clientcredentials.Config{
		ClientID:       "platform-api-user",
		TokenURL:       p.account.TokenURL,
		AuthStyle:      oauth2.AuthStyleInHeader,
		EndpointParams: url.Values{"grant_type": {"api_token"}, "api_token": {p.account.Token.Reveal()}},
	})
	if e, ok := err.(*Error); ok && e.Kind == KindAuth {
		switch message := strings.ToLower(e.Message); {
		case strings.Contains(message, "sso"):
			e.Hint = "sign in to the console with single sign-on once, then try again"
		default:
			e.Hint = "create a new API token in the console under the user's profile and put it into the account; an access token or a token of the other host (platform.sh, upsun.com) does not work"
		}
	}
	return token, err
}

func (*platformsh) dress(r *Request, header http.Header, token *oauth2.Token) []byte {
	header["Authorization"] = []string{"Bearer " + token.AccessToken}
	return r.Body
}

func (*platformsh) patience(*schemas.Operation) time.Duration { return 0 }

func (*platformsh) pager(style string) pager {
	switch style {
	case "cursor", "link":
		return linked{}
	case "page":
		return numbered{}
	case "timestamp":
		return timed{}
	}
	return nil
}

// Hints that depend on more than the kind of the error.
const (
	stepUpHint = "the platform wants a fresh or stronger login, which an API token cannot give: do this in the console"
	tokenHint  = "the access token was rejected twice: check that the API token is valid and belongs to this host"
)

func (*platformsh) verdict(r *Request, a *answer) *Error {
	e := refusal(r, a)
	if e == nil {
		return nil
	}
	if a.Status == http.StatusUnauthorized {
		// RFC 9470. No other access token would help, so the one in hand stays.
		if strings.Contains(strings.Join(a.Header.Values("WWW-Authenticate"), " "), "insufficient_user_authentication") {
			e.Hint = stepUpHint
		} else {
			e.staleToken, e.Hint = true, tokenHint
		}
	}
	return e
}

func (p *platformsh) advise(r *Request, e *Error) string {
	object := objectOf(r.Op)
	switch e.Kind {
	case KindNotFound, KindForbidden:
		// The account does not show whose organizations it has: both names of the vendor lead to organizations of either kind.
		if r.Op.Only != "" {
			return "this call is for " + r.Op.Only + " organizations only: look at the vendor of the organization"
		}
	}
	switch e.Kind {
	case KindForbidden:
		return "this account may not do that with the " + object + ": ask an admin for the permission, or check that the plan has the feature"
	case KindConflict:
		if _, can := r.Op.Param("force"); can {
			return "an invitation of this person is probably pending already: list the invitations, and set force to true to cancel that one and send a new one"
		}
		return "it exists already, its state does not allow this, or another activity is running: read the " + object + " and its activities, then decide"
	case KindUnknownOutcome:
		if project := pathID(r, "projects"); project != "" {
			return "it may have been done: before trying again look at the newest activities of the project and at the " + object
		}
	}
	return advice(r, e)
}

// misspelt knows what the ids of the platform look like.
func (*platformsh) misspelt(place, value string) string {
	place = strings.ToLower(strings.ReplaceAll(place, "_", ""))
	switch {
	case strings.HasPrefix(place, "organization") && !strings.HasPrefix(value, "name=") && len(value) != organizationIDLength && !isUUID(value):
		return quote(value) + " may be the name of the organization: write name=" + value + ", or its id of " + strconv.Itoa(organizationIDLength) + " letters and digits"
	case strings.HasPrefix(place, "user") && strings.Contains(value, "@"):
		return quote(value) + " is an address: the id of its user comes from GET /users/email=" + escape(value)
	case strings.HasPrefix(place, "project") && strings.ContainsFunc(value, func(c rune) bool { return !('a' <= c && c <= 'z' || '0' <= c && c <= '9') }):
		return quote(value) + " cannot be a project: an id is lower-case letters and digits, not a title, an alias or an address"
	case strings.HasPrefix(place, "environment") && strings.HasPrefix(value, "@"):
		return quote(value) + " is an alias, which the API does not know: write the environment's id"
	case strings.HasPrefix(place, "environment") && strings.HasPrefix(value, "refs/heads/"):
		return "write " + quote(strings.TrimPrefix(value, "refs/heads/")) + " in place of " + quote(value)
	}
	return ""
}

// organizationIDLength is the length of a ULID.
const organizationIDLength = 26

// unwrap lifts the changed object and the activities out of {"status", "code", "_embedded": {"entity", "activities"}}, and
// keeps what else there is.
// The main activity comes first: what an integration does besides is rarely what the caller waits for.
func (p *platformsh) unwrap(r *Request, result *Result) {
	object, ok := result.Value.(map[string]any)
	if !ok || r.Method == http.MethodGet {
		return
	}
	embedded, _ := object["_embedded"].(map[string]any)
	activities, _ := embedded["activities"].([]any)
	var side []Job
	for _, activity := range activities {
		job := activityJob(pathID(r, "projects"), activity)
		if strings.HasPrefix(job.Kind, "integration.") {
			side = append(side, job)
		} else {
			result.Jobs = append(result.Jobs, job)
		}
	}
	result.Jobs = append(result.Jobs, side...)
	if embedded != nil {
		result.Value = opened(object)
	}
	if r.Op.Async == schemas.Accepted {
		result.Jobs = append(result.Jobs, purchase(r, result.Value)...)
	}
}

// opened is the object inside an envelope, or the envelope without its activities where there is none. What the envelope says
// besides its status is added to the object, unless the object has a member of that name.
func opened(envelope map[string]any) any {
	rest := lacking(envelope, []string{"_embedded", "entity"})
	activities := dig(envelope, "_embedded", "activities")
	if _, isList := activities.([]any); isList || activities == nil {
		rest = lacking(rest, []string{"_embedded", "activities"})
	}
	switch entity := dig(envelope, "_embedded", "entity").(type) {
	case nil:
		return rest
	case map[string]any:
		for key, member := range rest {
			if _, taken := entity[key]; !taken && key != "status" && key != "code" {
				entity[key] = member
			}
		}
		return entity
	default:
		return entity
	}
}

// purchase is the provisioning of a project that was just bought, as a subscription or as a project that names its
// subscription.
func purchase(r *Request, bought any) []Job {
	organization, id := pathID(r, "organizations"), digText(bought, "subscription_id")
	if strings.HasSuffix(r.Path, "/subscriptions") {
		id = textOf(dig(bought, "id"))
	}
	if organization == "" || id == "" {
		return nil
	}
	return []Job{subscriptionJob(organization, id, bought)}
}

// timed pages backwards in time: the next page starts at the creation of the oldest item so far, which comes again.
type timed struct{}

// mostTimed is how many items are asked for at once. No document says how many may be; more pages are cheaper than a refusal.
const mostTimed = 100

func (timed) ask(r *Request, at position, want int) *Request {
	more := sizeKey(r, min(want+len(at.Seen), mostTimed))
	if at.Before != "" {
		if more != "" {
			more += "&"
		}
		more += "starts_at=" + escape(at.Before)
	}
	return r.withQuery(more)
}

func (timed) after(r *Request, at position, p listing) (position, bool) {
	if p.fresh == 0 {
		return position{}, false
	}
	// A page shorter than asked is the last one only where the vendor promises to give as many as asked.
	asked := p.asked + len(at.Seen)
	short := r.Op.Paging.Size != "" && asked <= r.Op.Paging.Max && len(p.items) < asked
	next := position{Before: digText(p.items[len(p.items)-1], "created_at")}
	if short || next.Before == "" {
		return position{}, false
	}
	for i, item := range p.items {
		if digText(item, "created_at") == next.Before {
			next.Seen = append(next.Seen, p.marks()[i])
		}
	}
	if digText(p.items[0], "created_at") != next.Before { // else the next page rightly begins as this one
		next.First = opening(p.marks())
	}
	if next.Before == at.Before {
		next.Seen = append(next.Seen, at.Seen...)
	}
	return next, true
}
