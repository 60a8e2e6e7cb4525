package apiclient

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	"2212":          {KindConflict, "the environment is stopped or asleep: start it first"},
	"4109":          {KindConflict, commandHint},
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

const commandHint = "the command failed on the node, or the node does not run: start the environment first if it is stopped, and read the command's output if it is not"

const certificateHint = "Let's Encrypt gave no certificate: check that the domain's DNS points to the environment, that port 80 answers, and its rate limit"

// verdict looks for a failure in all the places where the platform hides one in an answer with status 200: the result
// itself, that of the script behind it and of what the script gave out, and that of each node. What says neither that it
// went well nor that it failed is no success.
func (v *virtuozzo) verdict(r *Request, a *answer) *Error {
	if a.Status >= 300 {
		return readProblem(a.Text, a.Status)
	}
	f := failureIn(a.Value, r.Op.IsRead())
	if f.code == "" && (len(f.failed) == 0 || r.Op.IsRead() && len(f.done) > 0) {
		if r.Op == &signIn {
			return nil
		}
		if e := unproven(r, a.Value); e != nil {
			return e
		}
		// What some nodes told is worth having.
		a.Note, a.Confirmed, a.Value = v.text(f.reasons(), r.Secrets...), true, content(a.Value)
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

// unproven is the error of an answer without evidence that the call went well. Of a read, content is evidence enough.
func unproven(r *Request, value any) *Error {
	object, isObject := value.(map[string]any)
	said := texts(object)
	if succeeded(object) || isObject && r.Op.IsRead() && said == "" && content(lacking(object, []string{"result"})) != nil {
		return nil
	}
	e := &Error{Kind: KindServer, Message: "the platform did not say whether it worked: it answered " + glimpse(value), Hint: proxyHint}
	if said != "" {
		e.Message = said + "; the platform named no result code"
	}
	if !r.Op.IsRead() {
		e.Kind, e.Hint = KindUnknownOutcome, ""
	}
	return e
}

// glimpse is the beginning of an answer that makes no sense, for an error.
func glimpse(value any) string {
	if value == nil {
		return "nothing"
	}
	text, err := compact(value)
	if err != nil {
		return "something unreadable"
	}
	return string(text)
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
		e.Message = strings.TrimPrefix(cmp.Or(f.text, first.text)+"; "+f.partly(), "; ")
		if len(f.done) > 0 {
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
	case strings.HasPrefix(e.Code, exitStatus):
		e.Kind, e.Hint = KindConflict, cmp.Or(e.Hint, commandHint)
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

// partly says which of several failed and which did not; empty when none failed.
func (f *failure) partly() string {
	if len(f.failed) == 0 {
		return ""
	}
	text := fmt.Sprintf("failed on %d of %d", len(f.failed), len(f.failed)+len(f.done))
	if len(f.done) == 0 {
		return text
	}
	var names []string
	for _, n := range f.failed {
		names = append(names, n.name)
	}
	return text + " (" + listed(names) + "), done on " + listed(f.done)
}

// reasons is partly with what went wrong on each.
func (f *failure) reasons() string {
	var whys []string
	for _, n := range f.failed {
		whys = append(whys, n.name+": "+n.describe())
	}
	return strings.TrimSuffix(f.partly()+"; "+listed(whys), "; ")
}

// listed joins names; of very many the rest is counted.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// nodeResult is the outcome on one node, or on one resource where a call takes several.
type nodeResult struct{ name, code, text string }

func (n nodeResult) describe() string {
	if strings.HasPrefix(n.code, exitStatus) {
		return strings.TrimSpace(n.text + " (" + n.code + ")")
	}
	return strings.TrimSpace(n.text + " (code " + n.code + ")")
}

// failureIn reads an answer of any shape. A failure further in counts more than the envelope around it. Rows of a read
// that stand under response are outcomes only where they say what went wrong: a history of actions has results as well.
func failureIn(value any, read bool) failure {
	var f failure
	object, ok := value.(map[string]any)
	if !ok {
		return f
	}
	if f.code = failureCode(object); f.code != "" {
		f.text = texts(object)
	}
	var outcomes []any
	for _, key := range []string{"response", "out", "result"} {
		value := object[key]
		if object["exitStatus"] == nil && !strings.HasPrefix(nodeName(object, 0), "node ") { // what a command prints says nothing about the command
			value = decoded(value)
		}
		switch below := value.(type) {
		case map[string]any:
			if inner := failureIn(below, read); inner.code != "" || len(inner.failed) > 0 {
				inner.code, inner.text = cmp.Or(inner.code, f.code), joined(inner.text, f.text)
				f, f.inScript = inner, true
			}
		case []any:
			if !read || slices.ContainsFunc(below, explainsFailure) {
				outcomes = append(outcomes, below...)
			}
		}
	}
	switch responses := object["responses"].(type) {
	case []any:
		outcomes = append(outcomes, responses...)
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(responses)) {
			if of := failureIn(responses[name], read); of.code != "" || len(of.failed) > 0 {
				f.failed = append(f.failed, of.onNode(legible.Line(name)))
			} else {
				f.done = append(f.done, legible.Line(name))
			}
		}
	}
	for i, outcome := range outcomes {
		of, name := failureIn(outcome, read), nodeName(outcome, i)
		if of.code == "" && len(of.failed) == 0 {
			f.done = append(f.done, name)
		} else {
			f.failed = append(f.failed, of.onNode(name))
		}
	}
	return f
}

// decoded is an object that a script returned as a text of JSON, or the value as it is.
func decoded(value any) any {
	text, _ := value.(string)
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return value
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var object map[string]any
	if err := dec.Decode(&object); err != nil || dec.More() {
		return value
	}
	return object
}

func explainsFailure(row any) bool {
	object, _ := row.(map[string]any)
	return failureCode(object) != "" && texts(object) != ""
}

// onNode is the failure as that of one node of several.
func (f *failure) onNode(name string) nodeResult {
	if f.code == "" { // it is another level below
		return nodeResult{name, f.failed[0].code, f.failed[0].text}
	}
	return nodeResult{name, f.code, f.text}
}

// exitStatus begins the code of a command that failed although its call did not.
const exitStatus = "exit status "

// failureCode is the result code of an object that failed; empty for one that did not.
func failureCode(object map[string]any) string {
	switch code := codeOf(object["result"]); {
	case code != "" && code != "0":
		return code
	case strings.EqualFold(digText(object, "type"), "error") && texts(object) != "": // how scripts end with an error
		return "error"
	}
	if code := codeOf(object["exitStatus"]); code != "" && code != "0" {
		return exitStatus + code
	}
	return ""
}

// codeOf reads a result: "0" of a success, the number or word of a failure, empty where it says neither. Scripts answer
// with words.
func codeOf(result any) string {
	switch result := result.(type) {
	case bool:
		if result {
			return "0"
		}
		return "false"
	case json.Number, string:
		word := strings.ToLower(strings.TrimSpace(textOf(result)))
		if number, err := strconv.ParseFloat(word, 64); err == nil {
			if number == 0 {
				return "0"
			}
			return word
		}
		switch word {
		case "error", "fail", "failed", "failure":
			return word
		case "success", "ok", "done", "info", "warning":
			return "0"
		}
	}
	return ""
}

// succeeded reports whether an answer says that the call went well, itself or in what a script or each node returned.
func succeeded(object map[string]any) bool {
	if codeOf(object["result"]) == "0" {
		return true
	}
	if inner, ok := object["response"].(map[string]any); ok && succeeded(inner) {
		return true
	}
	responses, _ := object["responses"].([]any)
	return len(responses) > 0 && !slices.ContainsFunc(responses, func(response any) bool {
		inner, _ := response.(map[string]any)
		return !succeeded(inner)
	})
}

// texts are what an object says about its failure: its own words, and what a command wrote, to stderr if it did.
func texts(object map[string]any) string {
	output := digText(object, "errOut")
	if output == "" {
		output = digText(object, "out")
	}
	return joined(digText(object, "error"), digText(object, "message"), digText(object, "response"), digText(object, "reason"), output)
}

// nodeName says which of several an outcome is about.
func nodeName(response any, i int) string {
	for _, key := range []string{"nodeid", "nodeId", "nodeID", "node_id"} {
		if id := textOf(dig(response, key)); id != "" {
			return "node " + legible.Line(id)
		}
	}
	for _, key := range []string{"resourceId", "envName", "appid", "name", "id"} {
		if id := textOf(dig(response, key)); id != "" {
			return strings.TrimSpace(strings.TrimPrefix(key+" "+legible.Line(id), "name "))
		}
	}
	return fmt.Sprintf("item %d", i+1)
}

// content is what an answer says besides how it went: without the marks of success and the engine's own accounting, and
// with what a script returned lifted out of the engine's envelope. Nil when nothing is left.
func content(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	rest := maps.Clone(object)
	for _, key := range []string{"result", "reason"} {
		if result := rest[key]; result == nil || textOf(result) == "0" {
			delete(rest, key)
		}
	}
	if _, fails := rest["error"]; !fails {
		delete(rest, "source") // the part of the platform that answered
	}
	for _, key := range []string{"debug", "className", "genericClass"} { // of the engine's program
		delete(rest, key)
	}
	if inner, wrapped := rest["response"]; wrapped {
		delete(rest, "response")
		delete(rest, "time") // that the script took
		switch inner := content(inner).(type) {
		case nil:
		case map[string]any:
			if !addNew(rest, inner) {
				rest["response"] = inner
			}
		case []any:
			if len(rest) == 0 {
				return inner
			}
			rest["response"] = inner
		default:
			rest["response"] = inner
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// addNew adds members to an object unless one of them is in it already.
func addNew(object, members map[string]any) bool {
	for key := range members {
		if _, taken := object[key]; taken {
			return false
		}
	}
	maps.Copy(object, members)
	return true
}
