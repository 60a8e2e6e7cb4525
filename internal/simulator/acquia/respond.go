package acquia

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"paasmcp/internal/simulator/wire"
)

// Doc is a JSON object as it goes over the wire.
type Doc = map[string]any

const halJSON = "application/hal+json"

// Response is the answer to one operation. Body is encoded as JSON unless Raw is set.
type Response struct {
	Status      int // 200 when zero
	Body        any
	Raw         []byte
	ContentType string // application/hal+json when empty
	Location    string // of a redirect
}

func ok(body any) (Response, error) { return Response{Body: body}, nil }

func file(contentType string, data []byte) (Response, error) {
	return Response{Raw: data, ContentType: contentType}, nil
}

func (r Response) encode() ([]byte, error) {
	if r.Raw != nil || r.Location != "" {
		return r.Raw, nil
	}
	return encode(r.Body)
}

func (r Response) write(w http.ResponseWriter, data []byte) {
	w.Header().Set("X-CloudAPI-Stability", "production")
	if r.Location != "" {
		w.Header().Set("Location", r.Location)
		w.WriteHeader(r.Status)
		return
	}
	wire.Send(w, cmp.Or(r.Status, http.StatusOK), cmp.Or(r.ContentType, halJSON), data)
}

// Problem is an error answer. Its message goes out as a text, or, when Fields is set, as an object of texts by field, where
// "general" stands for the whole request. Clients must take both.
type Problem struct {
	Status     int
	Slug       string
	Message    string
	Fields     map[string]string
	Allow      []string // methods, for 405
	Auth       string   // WWW-Authenticate, for 401
	RetryAfter int      // seconds, for 429
}

func (p *Problem) Error() string { return fmt.Sprintf("%d %s %s", p.Status, p.Slug, p.Message) }

func badRequest(message string) *Problem {
	return &Problem{Status: http.StatusBadRequest, Slug: "bad_request", Message: message}
}

func notFound(message string) *Problem {
	return &Problem{Status: http.StatusNotFound, Slug: "not_found", Message: message}
}

func forbidden(message string) *Problem {
	return &Problem{Status: http.StatusForbidden, Slug: "forbidden", Message: message}
}

// conflict is the answer when the state does not admit the call.
func conflict(format string, args ...any) *Problem {
	return &Problem{Status: http.StatusConflict, Slug: "conflict", Message: fmt.Sprintf(format, args...)}
}

// invalid is the answer to a bad field; field is "general" when the request as a whole is wrong.
func invalid(field, format string, args ...any) *Problem {
	return &Problem{Status: http.StatusBadRequest, Slug: "validation_failed", Fields: map[string]string{field: fmt.Sprintf(format, args...)}}
}

func (p *Problem) write(w http.ResponseWriter) {
	if len(p.Allow) > 0 {
		w.Header().Set("Allow", strings.Join(p.Allow, ", "))
	}
	if p.Auth != "" {
		w.Header().Set("WWW-Authenticate", p.Auth)
	}
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	message := any(p.Message)
	if p.Fields != nil {
		message = p.Fields
	}
	writeJSON(w, p.Status, halJSON, Doc{"error": p.Slug, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	data, err := encode(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	wire.Send(w, status, contentType, data)
}

// encode writes JSON without HTML escaping, which would hide the & of links.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// stamp formats a time as the service does: whole seconds and a numeric zone.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-07:00") }
