package apiclient

import (
	"cmp"
	"net/url"
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
