package acquia

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"paasmcp/internal/simulator/wire"
)

const maxBody = 16 << 20 // search configuration sets may have 10 MB

func readBody(hr *http.Request) ([]byte, error) {
	data, err := wire.Body(hr, maxBody)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return nil, &Problem{Status: http.StatusRequestEntityTooLarge, Slug: "bad_request", Message: "The request body is too large."}
	case err != nil:
		return nil, badRequest("The request body could not be read.")
	}
	return data, nil
}

// check decodes the body and checks it against the fields that the operation has.
func (c *call) check(fields []Field) error {
	body, err := c.decode(fields)
	if err != nil {
		return err
	}
	c.body = body
	return checkFields(body, fields)
}

// decode takes JSON, HAL JSON and forms: the vendor documents the latter two, its own clients send the first.
func (c *call) decode(fields []Field) (Doc, error) {
	if len(bytes.TrimSpace(c.raw)) == 0 {
		return Doc{}, nil
	}
	kind, _, err := mime.ParseMediaType(c.http.Header.Get("Content-Type"))
	if err != nil {
		return nil, badRequest("The body has no readable Content-Type header.")
	}
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		body := Doc{}
		if err := json.Unmarshal(c.raw, &body); err != nil || body == nil {
			return nil, badRequest("The request body is not a JSON object.")
		}
		return body, nil
	case kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(c.raw))
		if err != nil {
			return nil, badRequest("The request body is not form encoded.")
		}
		return fromForm(values, fields), nil
	case kind == "multipart/form-data":
		return c.decodeParts()
	}
	return nil, badRequest("The request body must be JSON or a form, not " + kind + ".")
}

// fromForm gives the texts of a form the types that the fields have. Lists come as name[] or name, repeated.
func fromForm(values url.Values, fields []Field) Doc {
	body := Doc{}
	for key, list := range values {
		name := strings.TrimSuffix(key, "[]")
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		kind := String
		if i >= 0 {
			kind = fields[i].Kind
		}
		body[name] = fromText(list, kind)
	}
	return body
}

func fromText(list []string, kind Kind) any {
	s := list[len(list)-1]
	switch kind {
	case Strings, Array:
		out := make([]any, len(list))
		for i, v := range list {
			out[i] = v
		}
		return out
	case Boolean:
		if b, err := strconv.ParseBool(s); err == nil {
			return b
		}
	case Integer:
		if n, err := strconv.Atoi(s); err == nil {
			return float64(n)
		}
	}
	return s
}

// decodeParts reads an upload: files become their contents.
func (c *call) decodeParts() (Doc, error) {
	hr := c.http.Clone(c.http.Context())
	hr.Body = io.NopCloser(bytes.NewReader(c.raw))
	reader, err := hr.MultipartReader()
	if err != nil {
		return nil, badRequest("The request body is not a readable upload.")
	}
	body := Doc{}
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, badRequest("The request body is not a readable upload.")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, badRequest("The request body is not a readable upload.")
		}
		body[part.FormName()] = string(data)
	}
}
