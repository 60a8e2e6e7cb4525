package apiclient

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"paasmcp/internal/lazy"
)

var (
	htmlTitle = lazy.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	htmlTag   = lazy.MustCompile(`(?s)<[^>]*>`)
)

// readProblem makes an error from a failure's body: {status, message, code, detail, title} with detail as text, as
// {"error": text} or as {field: [messages]}, {error: slug, message} with message as text or as {field: text},
// problem+json (RFC 9457), an OAuth2 error (RFC 6749 section 5.2), {errorCode, errorSummary} of an identity service, plain
// text, or the HTML page of a proxy.
func readProblem(body []byte, status int) *Error {
	e := &Error{Kind: kindOf(status)}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		e.Message = plainProblem(body)
	}
	if whole, ok := value.(string); ok {
		e.Message = whole
	}
	object, _ := value.(map[string]any)
	collect(e, "", object["detail"])
	for _, key := range []string{"error", "errorSummary", "error_description", "title", "detail", "message"} { // the last one wins
		if s := strings.TrimSpace(digText(object, key)); s != "" {
			e.Message = s
		}
	}
	if fields, ok := object["message"].(map[string]any); ok {
		e.Message = "" // the slug of the error says less than its fields
		collect(e, "", fields)
	}
	e.Code = textOf(object["code"])
	if slug := cmp.Or(digText(object, "error"), digText(object, "errorCode")); slug != "" && slug != e.Message {
		e.Code = slug
	}
	if e.Code == strconv.Itoa(status) {
		e.Code = "" // the status again
	}
	if e.Message == "" && len(e.Fields) == 0 {
		e.Message = http.StatusText(status)
	}
	return e
}

// collect flattens the messages about single fields. "error" and "general" are no fields but remarks about the whole.
func collect(e *Error, field string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			below := name
			if field != "" {
				below = field + "." + name
			}
			collect(e, below, v[name])
		}
	case []any:
		for _, item := range v {
			collect(e, field, item)
		}
	case string, json.Number, bool:
		message := fmt.Sprint(v)
		switch field {
		case "":
		case "error", "general":
			e.Message = message
		default:
			if e.Fields == nil {
				e.Fields = map[string][]string{}
			}
			e.Fields[field] = append(e.Fields[field], message)
		}
	}
}

// plainProblem is the readable part of a body that is not JSON.
func plainProblem(body []byte) string {
	if m := htmlTitle.FindSubmatch(body); m != nil {
		return "an HTML page: " + strings.TrimSpace(string(m[1]))
	}
	if bytes.HasPrefix(body, []byte("<")) {
		return strings.TrimSpace("an HTML page: " + string(htmlTag.ReplaceAll(body, []byte(" "))))
	}
	return string(body)
}
