package apiclient

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"paasmcp/internal/legible"
)

// Codes that decide what happens next.
const (
	codeInvalid     = "3"
	codeSession     = "701"
	codeTokenRights = "8202"
)

// resultCodes are the result codes that are known. The vendor publishes no list; these are what public clients, plugins
// and add-ons of the platform act on. Others are reported as they come.
var resultCodes = map[string]struct {
	kind Kind
	hint string
}{
	codeInvalid:     {KindInvalid, "correct the parameter in brackets and try again"},
	"5":             {KindNotFound, ""},
	"8":             {KindForbidden, ""},
	"11":            {KindNotFound, "there is no such environment, or this account cannot see it: list the environments for their names"},
	"99":            {KindServer, ""},
	codeSession:     {KindAuth, ""},
	"1702":          {KindNotFound, "the script does not exist: list the installed applications and their actions"},
	"2031":          {KindConflict, "the mount exists already: list the mount points"},
	"2207":          {KindPayment, "the provider's billing failed: ask the account's owner"},
	"2223":          {KindPayment, "the provider's billing refused it: ask the account's owner"},
	"2313":          {KindNotFound, "no application is deployed in that context: list the deployments"},
	"2330":          {KindConflict, "the domain is bound to another environment: find it there and unbind it first"},
	"2500":          {KindNotFound, "there is no project in that context: list the projects"},
	"4109":          {KindConflict, "the command or the work on the node failed: read its output, and see whether the node runs"},
	codeTokenRights: {KindForbidden, ""}, // names the method, see resultError
	"12001":         {KindConflict, certificateHint},
	"12002":         {KindConflict, certificateHint},
	"12003":         {KindConflict, certificateHint},
	"12004":         {KindConflict, certificateHint},
	"12005":         {KindConflict, certificateHint},
	"12006":         {KindConflict, certificateHint},
	"12007":         {KindConflict, certificateHint},
	"12008":         {KindConflict, certificateHint},
}

const certificateHint = "Let's Encrypt gave no certificate: check that the domain's DNS points to the environment, that port 80 answers, and its rate limit"

// verdict looks for a failure in the three places where the platform hides one in an answer with status 200: the result
// itself, the result of the script behind it, and the result of each node. It also takes the account's own credential
// out of the answer, which getuserinfo and others repeat.
func (v *virtuozzo) verdict(r *Request, a *answer) *Error {
	if a.Status >= 300 {
		return readProblem(a.Text, a.Status)
	}
	v.session.mu.Lock()
	own := v.session.own
	v.session.mu.Unlock()
	if r.Op != &signIn { // its answer is where the session comes from
		a.Value = without(a.Value, own)
	}
	f := failureIn(a.Value)
	if f.code == "" && (len(f.failed) == 0 || r.Op.IsRead() && len(f.done) > 0) {
		// What some nodes told is worth having, and the codes of the others stand beside it.
		if r.Op != &signIn {
			a.Value = tidy(a.Value)
		}
		return nil
	}
	e := v.resultError(r, f)
	if e.Kind == KindAuth && f.refused() && v.account.Token == "" && !slices.Contains(withoutSession, r.Path) {
		e.staleToken = true
		// 701 may mean the password in the form, and each try counts.
		e.noRepeat = takesAccountPassword(r)
	}
	if e.noRepeat {
		e.Hint = "the session had ended or the password in the call is wrong: check the password, then call again"
	}
	return e
}

// takesAccountPassword reports whether the form holds what could be the password of the account.
func takesAccountPassword(r *Request) bool {
	return (strings.HasPrefix(r.Path, "/users/") || strings.HasSuffix(r.Path, "/deleteenv")) && formOf(r).Has("password")
}

// resultError is the error of a failure.
func (v *virtuozzo) resultError(r *Request, f failure) *Error {
	e := &Error{Kind: KindServer, Code: f.code, Message: f.text}
	if len(f.failed) > 0 {
		first := f.failed[0]
		e.Code = cmp.Or(e.Code, first.code)
		e.Message = strings.TrimPrefix(fmt.Sprintf("%s; failed on %d of %d", cmp.Or(f.text, first.text), len(f.failed), len(f.failed)+len(f.done)), "; ")
		if len(f.done) > 0 {
			e.Message += ", done on " + strings.Join(f.done, ", ")
			e.Hint = "part of it was done: repeat it for those that failed only"
		}
		e.Fields = map[string][]string{}
		for _, n := range f.failed {
			e.Fields[n.name] = append(e.Fields[n.name], n.describe())
		}
	}
	if known, ok := resultCodes[e.Code]; ok {
		e.Kind, e.Hint = known.kind, cmp.Or(e.Hint, known.hint)
	}
	switch {
	case e.Code == codeInvalid && strings.Contains(e.Message, "[session]"):
		e.Kind, e.Hint = KindAuth, ""
	case e.Code == codeTokenRights:
		e.Hint = "allow the method " + methodOf(r) + " for this personal access token in the provider's console"
	}
	return e
}

// failure is what went wrong in one answer. An empty code means that the whole did not fail.
type failure struct {
	code, text string
	inScript   bool // the envelope is fine, the script behind it failed
	failed     []nodeResult
	done       []string // names of the nodes that succeeded
}

// refused reports whether the call was turned away as a whole. Once a script or a node has begun, a rejected session
// no longer means that nothing was done.
func (f *failure) refused() bool { return !f.inScript && len(f.failed) == 0 && len(f.done) == 0 }

// nodeResult is the outcome on one node, or on one resource where a call takes several.
type nodeResult struct{ name, code, text, output string }

func (n nodeResult) describe() string {
	s := n.text
	if n.output != "" && n.output != n.text {
		s = strings.TrimPrefix(s+": "+n.output, ": ")
	}
	return strings.TrimSpace(s + " (code " + n.code + ")")
}

// failureIn reads an answer of any shape. The script's own failure counts more than the envelope around it.
func failureIn(value any) failure {
	var f failure
	object, ok := value.(map[string]any)
	if !ok {
		return f
	}
	if f.code = failureCode(object); f.code != "" {
		f.text = failureText(object)
	}
	if inner := failureIn(object["response"]); inner.code != "" || len(inner.failed) > 0 {
		inner.code, inner.text = cmp.Or(inner.code, f.code), cmp.Or(inner.text, f.text)
		f, f.inScript = inner, true
	}
	responses, _ := object["responses"].([]any)
	for i, response := range responses {
		of := failureIn(response)
		name := nodeName(response, i)
		if of.code == "" && len(of.failed) == 0 {
			f.done = append(f.done, name)
			continue
		}
		n := nodeResult{name, of.code, of.text, cmp.Or(digText(response, "errOut"), digText(response, "out"))}
		if of.code == "" { // the failure stands another level below
			n.code, n.text, n.output = of.failed[0].code, of.failed[0].text, of.failed[0].output
		}
		f.failed = append(f.failed, n)
	}
	return f
}

// failureCode is the result code of an object that failed; empty for one that did not. Scripts answer with words.
func failureCode(object map[string]any) string {
	switch result := object["result"].(type) {
	case json.Number:
		if result.String() != "0" {
			return result.String()
		}
	case string:
		if word := strings.ToLower(strings.TrimSpace(result)); word != "" && strings.Trim(word, "-0123456789") == "" && word != "0" || word == "error" {
			return word
		}
	}
	return ""
}

func failureText(object map[string]any) string {
	return cmp.Or(digText(object, "error"), digText(object, "message"), digText(object, "response"))
}

// nodeName says which of several an outcome is about.
func nodeName(response any, i int) string {
	for _, key := range []string{"nodeid", "nodeId"} {
		if id, ok := dig(response, key).(json.Number); ok {
			return "node " + id.String()
		}
	}
	for _, key := range []string{"nodeid", "nodeId", "resourceId", "envName", "appid", "name"} {
		if id := digText(response, key); id != "" {
			return strings.TrimSpace(strings.TrimPrefix(key+" "+legible.Line(id), "name "))
		}
	}
	return fmt.Sprintf("item %d", i+1)
}

// tidy drops the marks of success, which say nothing more once it is known. An answer without anything else is empty.
func tidy(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for _, key := range []string{"result", "reason"} {
		if number, ok := object[key].(json.Number); ok && number.String() == "0" {
			delete(object, key)
		}
	}
	if _, fails := object["error"]; !fails {
		delete(object, "source") // the part of the platform that answered
	}
	if len(object) == 0 {
		return nil
	}
	return object
}

// without replaces secrets wherever they stand in decoded JSON.
func without(value any, secrets []string) any {
	switch v := value.(type) {
	case string:
		for _, secret := range secrets {
			if len(secret) >= 4 && strings.Contains(v, secret) {
				value = strings.ReplaceAll(value.(string), secret, redacted)
			}
		}
	case []any:
		for i := range v {
			v[i] = without(v[i], secrets)
		}
	case map[string]any:
		for key := range v {
			v[key] = without(v[key], secrets)
		}
	}
	return value
}
