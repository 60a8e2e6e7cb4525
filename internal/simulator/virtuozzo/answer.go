package virtuozzo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"paasmcp/internal/simulator/wire"
)

// Doc is a JSON object.
type Doc = map[string]any

// The result numbers, as far as the vendor's clients know them.
const (
	CodeInvalid       = 3    // a parameter; the text names it in brackets
	CodeNotFound      = 5    // no such object
	CodeForbidden     = 8    // no right on this object
	CodeNoEnvironment = 11   // no such environment
	CodeGeneral       = 99   // anything else, also from scripts
	CodeLogin         = 701  // login, session or token
	CodeBilling       = 2223 // the billing system refused
	CodeDomainTaken   = 2330 // external domain in use
	CodeNode          = 4109 // a node operation could not be carried out
	CodeTokenRight    = 8202 // the token may not call this method
)

// Error is an answer that is no success. It is sent with HTTP 200.
type Error struct {
	Code int
	Text string
	More Doc // further fields of the answer
}

func (e *Error) Error() string { return fmt.Sprintf("result %d: %s", e.Code, e.Text) }

func fail(code int, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

func invalid(name, why string) *Error {
	return fail(CodeInvalid, "invalid parameter [%s]: %s", name, why)
}

func notFound(what string, id any) *Error {
	return fail(CodeNotFound, "%s [%v] is not found", what, id)
}

// failed is the body of an error answer.
func failed(err error) Doc {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: CodeGeneral, Text: err.Error()}
	}
	d := Doc{"result": e.Code, "error": e.Text, "source": "simulator"}
	maps.Copy(d, e.More)
	return d
}

// encode returns the body of an answer: the document with result 0, or the error. It needs the lock, because answers
// hold live documents of the store.
func encode(d Doc, err error) []byte {
	switch {
	case err != nil:
		d = failed(err)
	case d == nil:
		d = Doc{"result": 0}
	default:
		d = maps.Clone(d)
		if _, ok := d["result"]; !ok {
			d["result"] = 0
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		panic(err) // documents hold strings, numbers, booleans, lists and documents
	}
	return b.Bytes()
}

func writeAnswer(w http.ResponseWriter, d Doc) { writeJSON(w, encode(d, nil)) }

func writeJSON(w http.ResponseWriter, data []byte) {
	wire.Send(w, http.StatusOK, "application/json; charset=utf-8", data)
}

// Refuse answers a request with an HTTP status. It is the page of the proxy before the platform: the platform itself answers
// every call with 200 and a result.
func Refuse(w http.ResponseWriter, status int) {
	line := fmt.Sprintf("%d %s", status, http.StatusText(status))
	wire.Send(w, status, "text/html; charset=utf-8", fmt.Appendf(nil,
		"<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n", line, line))
}

// scripted wraps an answer the way calls do that run through the scripting engine: a failure is visible only inside.
func scripted(d Doc, err error) (Doc, error) {
	if err != nil {
		return Doc{"response": failed(err)}, nil
	}
	inner := Doc{"result": 0}
	maps.Copy(inner, d)
	return Doc{"response": inner}, nil
}

// doubled is scripted for the marketplace calls, which repeat the fields outside.
func doubled(d Doc) (Doc, error) {
	out, err := scripted(d, nil)
	maps.Copy(out, d)
	return out, err
}

// perNode runs something on each node. Every node has a result of its own; the outer one fails only when all did.
func perNode(nodes []*node, do func(*node) (Doc, error)) (Doc, error) {
	responses := make([]any, 0, len(nodes))
	var last error
	ok := 0
	for _, n := range nodes {
		d, err := do(n)
		one := Doc{"result": 0, "nodeId": n.id, "name": n.title()}
		if err != nil {
			maps.Copy(one, failed(err))
			last = err
		} else {
			ok++
		}
		maps.Copy(one, d)
		responses = append(responses, one)
	}
	out := Doc{"responses": responses}
	if ok == 0 && last != nil {
		maps.Copy(out, failed(last))
	}
	return out, nil
}

// array is the answer of most lists.
func array(items []Doc) (Doc, error) { return Doc{"array": anySlice(items)}, nil }

// anySlice never returns nil: an empty list is [] and not null.
func anySlice[T any](items []T) []any {
	out := make([]any, len(items))
	for i, x := range items {
		out[i] = x
	}
	return out
}
