package apiclient

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"paasmcp/schemas"
)

// advice is the next step where the platforms do not differ; empty when there is none to give.
func advice(r *Request, e *Error) string {
	object := objectOf(r.Op)
	switch e.Kind {
	case KindNotFound:
		return "the " + object + " does not exist or this account cannot see it: look it up with the list call"
	case KindInvalid:
		return "correct the arguments and try again"
	case KindPayment:
		return "a payment or the plan is in the way: ask the organization's owner to look at billing"
	case KindUnavailable:
		return "nothing was changed: try again in a minute"
	case KindServer:
		if e.Status >= 500 {
			return "the platform has a problem with " + r.Method + " " + r.safePath() + ": try later, and give its support the request id if there is one"
		}
		return proxyHint
	case KindUnknownOutcome:
		return "it may have been done: read the " + object + " again before trying again"
	}
	return ""
}

// spelling says what to write in place of ids in a request that cannot be ids. Only failures ask for it: the platform decides
// what is an id.
func (c *Client) spelling(r *Request, e *Error) string {
	if e.Kind != KindNotFound && e.Kind != KindInvalid && e.Kind != KindForbidden && e.Kind != KindServer {
		return ""
	}
	check := func(place, value string) string {
		if plain, err := url.PathUnescape(value); err == nil && plain != value {
			return "write " + quote(plain) + " in place of " + quote(value) + ": ids are escaped here, not by the caller"
		}
		return c.dialect.misspelt(place, value)
	}
	given := strings.Split(r.Path, "/")
	for i, place := range strings.Split(r.Op.Path(), "/") {
		if !strings.HasPrefix(place, "{") || i >= len(given) {
			continue
		}
		if value, err := url.PathUnescape(given[i]); err == nil {
			if hint := check(strings.Trim(place, "{}"), value); hint != "" {
				return hint
			}
		}
	}
	if r.ContentType == typeForm {
		for place, values := range formOf(r) {
			if hint := c.dialect.misspelt(place, values[0]); hint != "" {
				return hint
			}
		}
	}
	return ""
}

// lacksFeature reports whether a refusal speaks of the plan or the product, and of no right that a person lacks.
func lacksFeature(text string) bool {
	words := strings.Fields(fold(text))
	has := func(list ...string) bool {
		return slices.ContainsFunc(list, func(word string) bool { return slices.Contains(words, word) })
	}
	if has("permission", "permissions", "role", "roles", "privilege", "privileges", "administrator", "admin", "owner", "authorized", "unauthorized") {
		return false
	}
	return has("plan", "plans", "tier", "entitlement", "entitlements", "entitled", "upgrade", "trial", "add-on", "feature", "features", "contract", "license", "licence") ||
		has("subscription", "subscriptions", "product") && has("include", "includes", "included", "support", "supports", "allow", "allows", "require", "requires",
			"without", "part", "cover", "covers", "covered", "contain", "contains", "available", "enabled")
}

const featureHint = "the plan or the product lacks this, it is not a question of roles: ask the organization's owner whether to change the plan"

// objectOf is what an operation works on, as its path says: the word before the last hole, or else the last one.
func objectOf(op *schemas.Operation) string {
	word, last := "", ""
	for segment := range strings.SplitSeq(op.Path(), "/") {
		if strings.HasPrefix(segment, "{") {
			word = last
		}
		last = segment
	}
	word = strings.ReplaceAll(cmp.Or(word, last, "object"), "-", " ")
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "ss"):
		return word
	case strings.HasSuffix(word, "xes"):
		return strings.TrimSuffix(word, "es")
	}
	return strings.TrimSuffix(word, "s")
}

// pathID is the decoded segment that follows a word of the path; empty when there is none.
func pathID(r *Request, word string) string {
	_, after, found := strings.Cut(r.Path, "/"+word+"/")
	if !found {
		return ""
	}
	id, _, _ := strings.Cut(after, "/")
	id, _ = url.PathUnescape(id)
	return id
}
