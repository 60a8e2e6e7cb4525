package platformsh

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"paasmcp/internal/simulator/wire"
)

// Doc is a JSON object as it goes over the wire. Stored documents are live: handlers run under the server's lock and must
// not keep a Doc of the caller without clone.
type Doc = map[string]any

// Handler answers one operation. It runs under the server's lock. An error that is not a *Problem becomes a 500.
type Handler func(*Server, *Request) (Response, error)

// Route is one row of a route table. Call is spelled exactly as in the vendor's document: "GET /projects/{projectId}".
type Route struct {
	Call   string
	Handle Handler
}

// routes joins the tables of all files. A table is a plain slice, so that nothing depends on the order of initialization.
func routes() []Route {
	return slices.Concat(
		projectRoutes(),
		accountRoutes(),
	)
}

// Request is one authenticated call.
type Request struct {
	HTTP   *http.Request
	Query  url.Values
	UserID string    // the owner of the token
	Now    time.Time // UTC; the same for the whole request

	params map[string]string
	raw    []byte
}

// Param returns a decoded path parameter by its name in the template.
func (r *Request) Param(name string) string { return r.params[name] }

// Raw returns the body as it came, for calls that do not take JSON.
func (r *Request) Raw() []byte { return r.raw }

const maxBody = 4 << 20

func readBody(hr *http.Request) ([]byte, error) {
	data, err := wire.Body(hr, maxBody)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return nil, &Problem{Status: http.StatusRequestEntityTooLarge, Message: "The request body is too large."}
	case err != nil:
		return nil, &Problem{Status: http.StatusBadRequest, Message: "The request body could not be read."}
	}
	return data, nil
}

// Object decodes and checks a JSON object body. No body counts as {}, because clients send none for actions without
// arguments.
func (r *Request) Object(fields ...Field) (Doc, error) {
	body, err := r.anyObject()
	if err != nil {
		return nil, err
	}
	if err := checkFields(body, fields); err != nil {
		return nil, err
	}
	return body, nil
}

// anyObject decodes without checking, for bodies whose fields depend on one of them.
func (r *Request) anyObject() (Doc, error) {
	if err := r.needJSON(); err != nil {
		return nil, err
	}
	body := Doc{}
	if len(bytes.TrimSpace(r.raw)) > 0 {
		if err := json.Unmarshal(r.raw, &body); err != nil || body == nil {
			return nil, &Problem{Status: http.StatusBadRequest, Message: "The request body is not a JSON object."}
		}
	}
	return body, nil
}

// needJSON refuses a body that is announced as something else, which a client does who forgets the header.
func (r *Request) needJSON() error {
	kind, _, err := mime.ParseMediaType(r.HTTP.Header.Get("Content-Type"))
	if len(r.raw) == 0 || err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return nil
	}
	return &Problem{Status: http.StatusUnsupportedMediaType, Message: "The request body must be application/json."}
}

// List decodes and checks a body that is a JSON array of objects.
func (r *Request) List(fields ...Field) ([]Doc, error) {
	if err := r.needJSON(); err != nil {
		return nil, err
	}
	var list []Doc
	if err := json.Unmarshal(r.raw, &list); err != nil {
		return nil, &Problem{Status: http.StatusBadRequest, Message: "The request body is not a JSON array of objects."}
	}
	if len(list) == 0 {
		return nil, &Problem{Status: http.StatusBadRequest, Message: "The request body is an empty array."}
	}
	for i, item := range list {
		if err := checkFields(item, fields); err != nil {
			for f, msgs := range err.Detail {
				delete(err.Detail, f)
				err.Detail[fmt.Sprintf("%d.%s", i, f)] = msgs
			}
			return nil, err
		}
	}
	return list, nil
}
