package apiclient

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"paasmcp/internal/lazy"
)

var (
	htmlTitle  = lazy.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	htmlHidden = lazy.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<!--.*?-->`)
	htmlTag    = lazy.MustCompile(`(?s)<[^>]*>`)
)

// readProblem makes an error from a failure's body, whatever its form: the members below with a text, a list or an object of
// texts in each, problem+json (RFC 9457), an OAuth2 error (RFC 6749 section 5.2), a list of problems, plain text, or the HTML
// page of a proxy. Every text that says something is kept, once.
func readProblem(body []byte, status int) *Error {
	e := &Error{Kind: kindOf(status)}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		e.Message = plainProblem(body)
	} else {
		p := problem{fields: map[string][]string{}}
		if object, ok := value.(map[string]any); ok {
			delete(object, "path") // of the request
			p.item("", object)
		} else {
			p.about("", value)
		}
		p.finish(e, value, status)
	}
	if e.Message == "" && len(e.Fields) == 0 {
		e.Message = http.StatusText(status)
	}
	return e
}

// refusal is the error of an answer that failed: by its status, or by what it says in spite of a status of success. Nil where
// it succeeded.
func refusal(r *Request, a *answer) *Error {
	if a.Status >= 300 {
		return readProblem(a.Text, a.Status)
	}
	object, _ := a.Value.(map[string]any)
	failed := !r.Op.IsRead() && (object["success"] == false || object["ok"] == false)
	status := a.Status
	for key, member := range object {
		switch key {
		case "error", "errors":
			failed = failed || textOf(member) != "" || member == true || len(listOf(member)) > 0 || digText(member, "message") != ""
		case "status", "code", "statusCode":
			if n, err := strconv.Atoi(textOf(member)); err == nil && n >= 400 && n < 600 {
				failed, status = true, n
			} else if err != nil && textOf(member) != "error" && key == "status" {
				return nil // of the object
			}
		case "message", "detail", "details", "title", "type", "instance", "timestamp", "path", "error_description", "request_id", "requestId", "success", "ok", "_links":
		default:
			if member != nil && (r.Op.IsRead() || object["success"] != false && object["ok"] != false) {
				return nil // an object: it may well have an error among its members
			}
		}
	}
	if !failed {
		return nil
	}
	text, _ := compact(a.Value)
	e := readProblem([]byte(text), status)
	if status == a.Status {
		e.Kind = KindServer
		if e.Message == http.StatusText(status) {
			e.Message = "the platform says that it failed"
		}
	}
	return e
}

func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}

// wordy are the members of a problem that speak about the whole of it, those first that say most to a person.
var wordy = []string{
	"message", "detail", "details", "error_description", "error_message", "errorMessage", "errorSummary", "description", "reason", "msg", "errors", "errorCauses",
	"violations", "invalid-params", "invalid_params", "error", "exception", "fault", "faultstring", "hint", "title", "_embedded",
}

// general are the names in a list of fields that are no fields: what they say is about the whole.
var general = []string{"", "error", "errors", "general", "message", "detail", "details", "_error", "base", "non_field_errors"}

// placing are the members that say which argument a problem is about.
var placing = []string{"field", "property", "propertyPath", "property_path", "parameter", "param", "pointer", "path", "name"}

// mostFields is how many arguments an error speaks of.
const mostFields = 20

// problem collects what a failure says.
type problem struct {
	remarks remarks
	fields  map[string][]string
}

// about collects the texts of a value that speaks about a field, or about the whole where field is empty.
func (p *problem) about(field string, value any) {
	switch v := value.(type) {
	case string, json.Number, bool:
		p.say(field, strings.TrimSpace(fmt.Sprint(v)))
	case []any:
		for _, item := range v {
			if object, ok := item.(map[string]any); !ok || !p.item(field, object) {
				p.about(field, item)
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			below := name
			switch {
			case slices.Contains(general, name):
				below = field
			case field != "":
				below = field + "." + name
			}
			p.about(below, v[name])
		}
	}
}

// item collects what one problem says: the whole answer, or one of a list. It reports whether there was anything.
func (p *problem) item(field string, object map[string]any) bool {
	if at := argumentOf(object); at != "" {
		field = strings.TrimPrefix(field+"."+at, ".")
	}
	said := false
	for _, key := range wordy {
		inner, nested := object[key].(map[string]any)
		switch {
		case object[key] == nil, key == "error" && slugOf(object[key]) != "": // the code, see finish
			continue
		case nested && slices.Contains([]string{"error", "exception", "fault", "_embedded"}, key):
			p.item(field, inner)
		default:
			p.about(field, object[key])
		}
		said = true
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if text, _ := object[key].(string); !slices.Contains(wordy, key) && strings.Contains(strings.TrimSpace(text), " ") {
			p.about(strings.TrimPrefix(field+"."+key, "."), text)
			said = true
		}
	}
	if !said && field != "" {
		p.about(field, object)
		said = true
	}
	return said
}

// say keeps one text.
func (p *problem) say(field, text string) {
	switch {
	case text == "":
	case field == "":
		p.remarks.add(text)
	case len(p.fields) < mostFields || p.fields[field] != nil:
		if !slices.Contains(p.fields[field], text) && len(p.fields[field]) < maxRemarks {
			p.fields[field] = append(p.fields[field], text)
		}
	}
}

// finish puts what was collected into the error.
func (p *problem) finish(e *Error, value any, status int) {
	object, _ := value.(map[string]any)
	e.Code = textOf(object["code"])
	if slug := cmp.Or(slugOf(object["error"]), slugOf(object["errorCode"]), slugOf(dig(object, "error", "code"))); slug != "" {
		e.Code = slug
	}
	if e.Code == strconv.Itoa(status) {
		e.Code = "" // the status again
	}
	// The name of the status says something only where nothing else does.
	if len(p.remarks) > 1 || len(p.fields) > 0 {
		p.remarks = slices.DeleteFunc(p.remarks, func(text string) bool { return fold(text) == fold(http.StatusText(status)) })
	}
	if len(p.fields) > 0 {
		e.Fields = p.fields
	}
	e.Message = p.remarks.String()
	if e.Message == "" && len(p.fields) == 0 {
		switch kind := digText(object, "type"); {
		case slugOf(object["error"]) != "":
			e.Message, e.Code = slugOf(object["error"]), ""
		case kind != "" && kind != "about:blank":
			e.Message = path.Base(kind)
		}
	}
}

// slugOf is a word for programs, such as validation_failed; empty for a text.
func slugOf(value any) string {
	text, _ := value.(string)
	if text = strings.TrimSpace(text); strings.ContainsAny(text, " \t\n") {
		return ""
	}
	return text
}

// argumentOf is the argument that a problem is about; empty when it names none.
func argumentOf(object map[string]any) string {
	at := digText(object, "source", "pointer")
	for _, key := range placing {
		if text := digText(object, key); at == "" && !strings.ContainsAny(text, " \t") {
			at = text
		}
	}
	if steps, ok := object["loc"].([]any); ok && at == "" {
		for _, step := range steps {
			at += "/" + textOf(step)
		}
	}
	return strings.ReplaceAll(strings.Trim(at, "/#"), "/", ".")
}

// plainProblem is the readable part of a body that is not JSON. A page gives its title and its text.
func plainProblem(body []byte) string {
	if !bytes.HasPrefix(body, []byte("<")) {
		return string(body)
	}
	var r remarks
	if m := htmlTitle.FindSubmatch(body); m != nil {
		r.add(html.UnescapeString(string(m[1])))
	}
	text := htmlTag.ReplaceAll(htmlHidden.ReplaceAll(body, []byte(" ")), []byte(" "))
	r.add(strings.Join(strings.Fields(html.UnescapeString(string(text))), " "))
	return strings.TrimSpace("an HTML page: " + r.String())
}
