package platformsh

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"paasmcp/internal/simulator/wire"
)

// Response is the answer to one operation. Body is encoded as JSON unless Raw is set.
type Response struct {
	Status      int // 200 when zero
	Body        any
	Raw         []byte
	ContentType string // application/json when empty
}

// OK answers 200 with a body.
func OK(body any) (Response, error) { return Response{Body: body}, nil }

// Created answers 201 with a body.
func Created(body any) (Response, error) {
	return Response{Status: http.StatusCreated, Body: body}, nil
}

// NoContent answers 204.
func NoContent() (Response, error) { return Response{Status: http.StatusNoContent}, nil }

func (r Response) encode() ([]byte, error) {
	if r.Raw != nil || r.Status == http.StatusNoContent {
		return r.Raw, nil
	}
	return encode(r.Body)
}

func (r Response) write(w http.ResponseWriter, data []byte) {
	if r.Status == http.StatusNoContent {
		w.WriteHeader(r.Status)
		return
	}
	wire.Send(w, cmp.Or(r.Status, http.StatusOK), cmp.Or(r.ContentType, "application/json"), data)
}

// Problem is an error answer: status, message, code, title and detail per field.
type Problem struct {
	Status  int
	Message string
	Detail  map[string][]string
	Allow   []string // methods, for 405
	Auth    string   // WWW-Authenticate, for 401
}

func (p *Problem) Error() string { return fmt.Sprintf("%d %s", p.Status, p.Message) }

// NotFound is the answer for an id that does not exist or is not visible: the real service does not tell which.
func NotFound(what, id string) *Problem {
	return &Problem{Status: http.StatusNotFound, Message: fmt.Sprintf("%s %q was not found.", what, id)}
}

// Forbidden is the answer when the user lacks a permission.
func Forbidden(message string) *Problem {
	return &Problem{Status: http.StatusForbidden, Message: message}
}

// Conflict is the answer when the state of the resource does not admit the call.
func Conflict(format string, args ...any) *Problem {
	return &Problem{Status: http.StatusConflict, Message: fmt.Sprintf(format, args...)}
}

// Invalid is the answer to a bad body or query: messages per field.
func Invalid(detail map[string][]string) *Problem {
	return &Problem{Status: http.StatusBadRequest, Message: "Bad Request", Detail: detail}
}

// InvalidField is Invalid for one field.
func InvalidField(name, format string, args ...any) *Problem {
	return Invalid(map[string][]string{name: {fmt.Sprintf(format, args...)}})
}

// write sends the problem. The services behind /projects answer errors as plain JSON, the others as
// application/problem+json; clients must take both.
func (p *Problem) write(w http.ResponseWriter, path string) {
	if len(p.Allow) > 0 {
		w.Header().Set("Allow", strings.Join(p.Allow, ", "))
	}
	if p.Auth != "" {
		w.Header().Set("WWW-Authenticate", p.Auth)
	}
	detail := any(Doc{})
	if p.Detail != nil {
		detail = p.Detail
	}
	data, err := json.Marshal(Doc{
		"status":  strconv.Itoa(p.Status),
		"code":    p.Status,
		"title":   http.StatusText(p.Status),
		"message": p.Message,
		"detail":  detail,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	ct := "application/problem+json"
	if strings.HasPrefix(path, "/projects/") {
		ct = "application/json"
	}
	wire.Send(w, p.Status, ct, data)
}

// stamp formats a time as the service does: microseconds and a numeric zone.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// stampOrNil is stamp, or JSON null for the zero time.
func stampOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// link is one entry of _links: {"href": "…"}. A type of its own, because a map for each of the dozens of links of an
// answer costs more than all the rest.
type link string

// MarshalJSON writes what encode writes.
func (l link) MarshalJSON() ([]byte, error) { return encode(Doc{"href": string(l)}) }

// links builds _links from name, href pairs.
func links(pairs ...string) Doc {
	l := make(Doc, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		l[pairs[i]] = link(pairs[i+1])
	}
	return l
}

// clone copies a document one level deep, enough to change top-level fields of an answer.
func clone(d Doc) Doc { return maps.Clone(d) }

// merge copies the given fields of a PATCH body over a stored document.
func merge(dst, patch Doc) { maps.Copy(dst, patch) }
