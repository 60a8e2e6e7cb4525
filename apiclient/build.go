package apiclient

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"

	"paasmcp/internal/spelling"
	"paasmcp/schemas"
)

// Content types of the requests that Build makes.
const (
	typeJSON      = "application/json"
	typeForm      = "application/x-www-form-urlencoded"
	typeMultipart = "multipart/form-data"
)

// Request is a fully built call that has not been sent. It is a pure function of the row and the arguments and holds no
// credentials of the account, so it can be shown to a person, hashed and compared.
type Request struct {
	Op          *schemas.Operation
	Method      string
	Path        string // escaped, below the account's API address
	Query       string // encoded, without the question mark
	ContentType string // empty without a body
	Body        []byte // nil without a body

	// Secrets are values in it that no error and no log may repeat, although the platform may. The maker of the request
	// fills them in.
	Secrets []string

	started time.Time // when Send took it over
}

// Build makes the request of one operation. Arguments carry the names of the row's parameters; values are what
// encoding/json decodes into an any. What the schema says about types and required arguments is the caller's to check;
// Build refuses what could change the meaning of the request: unknown names and unsafe path values. A null is sent
// where the parameter is nullable and left out elsewhere. An operation that takes a body gets one, empty or not. Errors are of type *Error and kind KindInvalid.
func Build(op *schemas.Operation, args map[string]any) (*Request, error) {
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if _, ok := op.Param(name); !ok {
			return nil, invalid(op, "there is no argument "+quote(name), suggest(name, op))
		}
	}
	if op.Platform == schemas.Acquia {
		if err := checkQuery(op, args); err != nil {
			return nil, err
		}
	}
	r := &Request{Op: op, Method: op.Method()}
	var err error
	if r.Path, err = buildPath(op, args); err != nil {
		return nil, err
	}
	var query, form pairs
	var body map[string]any
	hasForm := op.Platform == schemas.Virtuozzo // even when it is empty: the session travels in it, never in the address
	for i := range op.Params {
		p := &op.Params[i]
		hasForm = hasForm || p.In == "form"
		if p.In == "body" && body == nil {
			body = make(map[string]any, len(args)) // sent as {} when nothing is given: most platforms refuse a change without a body
		}
		value, given := args[p.Name]
		if !given || value == nil && !p.Nullable {
			continue
		}
		switch p.In {
		case "query", "form":
			if value == nil {
				continue // neither has a way to write null
			}
			to := &query
			if p.In == "form" {
				to = &form
			}
			if err := to.add(p.WireName(), style(p), value); err != nil {
				return nil, invalid(op, "argument "+p.Name+": "+err.Error(), "")
			}
		case "body":
			body[p.WireName()] = value
		case "root":
			r.ContentType = typeJSON
			if r.Body, err = compact(value); err != nil {
				return nil, invalid(op, "argument "+p.Name+": "+err.Error(), "")
			}
		}
	}
	r.Query = query.encode()
	switch {
	case op.Media == typeMultipart:
		err = r.setMultipart(args)
	case hasForm:
		r.ContentType, r.Body = typeForm, []byte(form.encode())
	case body != nil:
		r.ContentType = typeJSON
		r.Body, err = compact(body)
	case r.Body == nil && op.Platform == schemas.Acquia && r.Method == "POST":
		// Acquia refuses a POST without a body and a content type.
		r.ContentType, r.Body = typeJSON, []byte("{}")
	}
	if err != nil {
		return nil, invalid(op, "the body: "+err.Error(), "")
	}
	if op.Media != "" && op.Media != typeMultipart && r.Body != nil {
		r.ContentType = op.Media
	}
	return r, nil
}

// style is how the parameter's non-scalar values are written when the row does not say.
func style(p *schemas.Param) string {
	switch {
	case p.Style != "":
		return p.Style
	case p.In == "form":
		return "json"
	case p.Type == "object":
		return "deep"
	default:
		return "repeat"
	}
}

// buildPath fills the holes of the row's path. Literals such as "email=" stay as they are.
func buildPath(op *schemas.Operation, args map[string]any) (string, error) {
	rest := op.Path()
	var b strings.Builder
	for {
		literal, after, found := strings.Cut(rest, "{")
		b.WriteString(literal)
		if !found {
			return b.String(), nil
		}
		wire, after, _ := strings.Cut(after, "}")
		rest = after
		i := slices.IndexFunc(op.Params, func(p schemas.Param) bool { return p.In == "path" && p.WireName() == wire })
		if i < 0 {
			return "", invalid(op, "the row has no parameter for {"+wire+"} of its path", "")
		}
		p := &op.Params[i]
		value, given := args[p.Name]
		if !given || value == nil {
			return "", invalid(op, "argument "+p.Name+" is missing; the path needs it", "")
		}
		text, err := scalar(value)
		if err == nil && p.Format == "git-ref" {
			text, err = gitRef(text)
		}
		if err == nil {
			text, err = pathSegment(text)
		}
		if err != nil {
			return "", invalid(op, "argument "+p.Name+" cannot be used in a path: "+err.Error(), "")
		}
		b.WriteString(text)
	}
}

// String is the request as examples and cards show it: METHOD /path?query {"body":"as JSON"}. It is what goes over
// the wire, with three differences for the reader: square brackets of the query stand as they are, a form is written as
// a JSON object (typed by the row, so that numbers and JSON texts are not quoted again), and a file is its name and size.
func (r *Request) String() string {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.Path)
	if r.Query != "" {
		b.WriteString("?" + strings.NewReplacer("%5B", "[", "%5D", "]").Replace(r.Query))
	}
	if body := r.readableBody(); len(body) > 0 {
		b.WriteByte(' ')
		b.Write(body)
	}
	return b.String()
}

func (r *Request) readableBody() []byte {
	media, params, _ := mime.ParseMediaType(r.ContentType)
	var object map[string]any
	switch media {
	case typeForm:
		object = r.readableForm()
	case typeMultipart:
		object = readableParts(r.Body, params["boundary"])
	default:
		return r.Body
	}
	if len(object) == 0 {
		return nil
	}
	text, err := compact(object)
	if err != nil {
		return r.Body
	}
	return text
}

func (r *Request) readableForm() map[string]any {
	form, _ := url.ParseQuery(string(r.Body))
	object := make(map[string]any, len(form))
	for key, texts := range form {
		isText, isList := true, len(texts) > 1
		for i := range r.Op.Params {
			if p := &r.Op.Params[i]; p.WireName() == key {
				repeated := p.Type == "array" && style(p) == "repeat"
				isText, isList = p.Type == "string" || repeated && p.Items.Type == "string", repeated
			}
		}
		values := make([]any, len(texts))
		for i, text := range texts {
			values[i] = text
			if !isText && json.Valid([]byte(text)) {
				values[i] = json.RawMessage(text)
			}
		}
		if object[key] = any(values); !isList {
			object[key] = values[0]
		}
	}
	return object
}

// Digest is the SHA-256, in hexadecimal, of everything that decides what the request does. An approval is bound to it.
// The account is not part of it; the caller binds that itself.
func (r *Request) Digest() string {
	h := sha256.New()
	for _, part := range []string{string(r.Op.Platform), r.Method, r.Path, r.Query, r.ContentType} {
		io.WriteString(h, part)
		h.Write([]byte{0}) // none of the parts can hold a zero byte, so no two requests run together
	}
	io.Copy(h, bytes.NewReader(r.Body))
	return hex.EncodeToString(h.Sum(nil))
}

func invalid(op *schemas.Operation, message, hint string) *Error {
	return &Error{
		Platform: op.Platform, Operation: op.Name, Method: op.Method(), Path: op.Path(),
		Kind: KindInvalid, Message: message, Hint: hint,
	}
}

func quote(s string) string { return fmt.Sprintf("%q", clip(s, 60)) }

// suggest names the argument that was probably meant, or lists those there are.
func suggest(name string, op *schemas.Operation) string {
	var best string
	names := make([]string, len(op.Params))
	nearest := len(name)/2 + 1
	for i := range op.Params {
		names[i] = op.Params[i].Name
		if d := spelling.Distance(name, names[i]); d < nearest {
			best, nearest = names[i], d
		}
	}
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case len(names) == 0:
		return "it takes no arguments"
	default:
		return "it takes " + strings.Join(names, ", ")
	}
}

// safePath is the path for logs and errors: with its values, unless one of them is a secret.
func (r *Request) safePath() string {
	for i := range r.Op.Params {
		if p := &r.Op.Params[i]; p.In == "path" && (slices.Contains(r.Op.Secrets, p.Name) || slices.Contains(r.Op.Secrets, p.WireName())) {
			return r.Op.Path()
		}
	}
	return r.Path
}
