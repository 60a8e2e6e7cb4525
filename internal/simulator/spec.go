package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var faultKinds = map[string]FaultKind{
	"slow": Slow, "status": ErrorStatus, "reset": Reset, "truncated": Truncated, "malformed": MalformedJSON, "html": HTMLPage, "huge": HugeBody,
}

// ParseFault reads a fault as people write it: [METHOD] /path, then what happens in any order:
//
//	GET /platformsh/projects/* status=503 retry-after=30s times=2
//	/acquia/** delay=2s
//	POST /virtuozzo/** reset after-work
//
// delay alone is slow; status alone is an error of the platform. A path has * for one segment and ** at its end for any rest.
func ParseFault(text string) (Fault, error) {
	f := Fault{Kind: -1}
	for i, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch {
		case i == 0 && slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, word):
			f.Method = word
		case strings.HasPrefix(word, "/"):
			f.Path = word
		case name == "delay":
			f.Delay, err = time.ParseDuration(value)
		case name == "retry-after":
			f.RetryAfter, err = time.ParseDuration(value)
		case name == "times":
			f.Times, err = strconv.Atoi(value)
		case name == "skip":
			f.Skip, err = strconv.Atoi(value)
		case name == "size":
			f.Size, err = strconv.ParseInt(value, 10, 64)
			f.Kind = HugeBody
		case word == "after-work":
			f.AfterWork = true
		case name == "status":
			if f.Status, err = strconv.Atoi(value); err == nil && (f.Status < 300 || f.Status > 599) {
				err = fmt.Errorf("%d is not the status of an error", f.Status)
			}
			if f.Kind < 0 {
				f.Kind = ErrorStatus
			}
		default:
			kind, ok := faultKinds[word]
			if !ok {
				return Fault{}, fmt.Errorf("fault %q: %q is not known: use a path, status=N, delay=D, retry-after=D, times=N, skip=N, size=BYTES, after-work, "+
					"or one of slow, reset, truncated, malformed, html, huge", text, word)
			}
			f.Kind = kind
		}
		if err != nil {
			return Fault{}, fmt.Errorf("fault %q: %s: %w", text, name, err)
		}
	}
	if f.Kind < 0 {
		if f.Delay == 0 {
			return Fault{}, fmt.Errorf("fault %q: it says what is hit and not what goes wrong: add status=500, delay=2s, reset, …", text)
		}
		f.Kind = Slow
	}
	return f, nil
}
