package e2e_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/approval"
	"paasmcp/internal/simulator"
	"paasmcp/schemas"
)

// workflow is one task from the first look to the state that it leaves behind.
type workflow struct {
	name    string
	prepare func(*simulator.Simulator)
	known   map[string]string // names that steps may use from the start
	secrets []string          // what no answer may show, besides the canary
	steps   []step
	after   func(t *testing.T, sim *simulator.Simulator, kept map[string]string)
}

// step is one call of an operation. Texts may name what earlier steps kept as {name}.
type step struct {
	do     string         // operation
	with   map[string]any // its arguments
	fields string         // what to see of the answer, in place of the usual
	save   string         // name of the file that the answer is saved as
	sends  []string       // what reaches the platform, exactly

	gate     gate
	card     []string // what the card says, besides the ids in the path and the request line
	declined bool     // the person says no at first

	fails string // the call fails: what its error says

	wait  string // how the job that it starts ends: success or failure
	tells string // what the wait says of how it went, in the job's text or the last lines of its log

	want want              // parts of the answer
	keep map[string]string // parts of the answer that later steps use
}

type (
	args = map[string]any
	want = map[string]any
	keep = map[string]string
)

// and adds further arguments: names and values by turns.
func and(all args, more []any) args {
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i].(string)] = more[i+1]
	}
	return all
}

// gate is what a person has to do before a call is sent. The zero gate asks nobody.
type gate struct {
	asks bool
	name string // to be typed
}

var form = gate{asks: true}

func typed(name string) gate { return gate{asks: true, name: name} }

// playAll runs workflows beside each other, every third one with an older client.
func playAll(t *testing.T, p platform, all []workflow) {
	for i, w := range all {
		revision := modern
		if i%3 == 2 {
			revision = legacy
		}
		t.Run(w.name+" "+revision, func(t *testing.T) {
			t.Parallel()
			w.play(t, p, revision)
		})
	}
}

// play runs a workflow with a server of its own against a simulator of its own.
func (w *workflow) play(t *testing.T, p platform, revision string) {
	t.Helper()
	p.secrets = slices.Concat(p.secrets, w.secrets)
	up := newUpstream(t, p, simulator.Options{})
	if w.prepare != nil {
		w.prepare(up.sim)
	}
	s := connect(t, up, revision)
	kept := maps.Clone(w.known)
	if kept == nil {
		kept = map[string]string{}
	}
	for i, st := range w.steps {
		u := &turn{session: s, step: st, kept: kept, at: fmt.Sprintf("step %d, %s", i+1, st.do)}
		u.op = u.operation()
		u.gate = u.onProduction()
		u.take()
		if t.Failed() {
			break
		}
	}
	s.end()
	if w.after != nil && !t.Failed() {
		w.after(t, up.sim, kept)
	}
}

// turn is a step on its way.
type turn struct {
	*session
	step
	kept map[string]string
	at   string
	op   *schemas.Operation
}

func (u *turn) operation() *schemas.Operation {
	u.t.Helper()
	catalog, err := catalogue()
	if err != nil {
		u.t.Fatal(err)
	}
	op, ok := catalog.Operation(u.do)
	if !ok {
		u.t.Fatalf("%s: there is no such operation", u.at)
	}
	return op
}

// onProduction is the gate of the step where it is about: on production every change is asked about, and what destroys needs the
// name.
func (u *turn) onProduction() gate {
	given, _ := u.fillAll(u.with).(map[string]any)
	var environment string
	for _, name := range []string{"environment_id", "env_name"} {
		if text, ok := given[name].(string); ok {
			environment = text
		}
	}
	switch risk := u.op.RiskFor(given); {
	case u.op.IsRead() || !slices.Contains(u.up.production, environment), u.want["kind"] == "refused": // which asks nobody
		return u.gate
	case slices.Contains(risk, schemas.Destructive) && u.gate.name == "":
		return typed(approval.TargetName(u.op, given))
	case u.gate == gate{}:
		return form
	}
	return u.gate
}

func (u *turn) errorf(format string, a ...any) {
	u.t.Helper()
	u.t.Errorf("%s: %s", u.at, fmt.Sprintf(format, a...))
}

// fill puts what earlier steps kept in place of its names.
func (u *turn) fill(text string) string {
	for name, value := range u.kept {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

func (u *turn) fillAll(v any) any {
	switch v := v.(type) {
	case string:
		return u.fill(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, child := range v {
			out[name] = u.fillAll(child)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = u.fillAll(v[i])
		}
		return out
	default:
		return v
	}
}

func (u *turn) take() {
	u.t.Helper()
	tool, arguments := u.route()
	if u.declined {
		u.decline(tool, arguments)
	}
	mark := u.up.mark()
	u.person.expect(func(c card) (any, bool) {
		if c.field == "confirm_name" {
			return u.fill(u.gate.name), u.gate.name != ""
		}
		return true, u.gate.asks
	})
	answer := u.call(tool, arguments)
	u.t.Logf("%s %v\n    → %s", u.at, arguments, answer.text)
	u.checkWire(mark)
	u.checkCard()
	u.checkAnswer(answer)
	if u.wait != "" && !u.t.Failed() {
		u.waitFor(answer)
	}
}

// route finds the way to the operation as a model does: the operation's own tool where there is one, otherwise the tool
// that the description names. What the description says about the gate has to come true.
func (u *turn) route() (tool string, arguments map[string]any) {
	u.t.Helper()
	given, _ := u.fillAll(u.with).(map[string]any)
	described := u.call("paas_describe", args{"tool": u.do})
	if described.failed {
		u.t.Fatalf("%s: %s", u.at, described.text)
	}
	gateText, _ := look(described.value, "gate")
	promised := gate{
		asks: strings.Contains(fmt.Sprint(gateText), "A person has to confirm"),
		name: map[bool]string{true: u.gate.name}[strings.Contains(fmt.Sprint(gateText), "They type the name")],
	}
	if u.gate.asks && !promised.asks || u.gate.name != "" && promised.name == "" {
		u.errorf("paas_describe promises %q, which is not %+v", gateText, u.gate)
	}
	if u.direct[u.do] {
		arguments = maps.Clone(given)
		if arguments == nil {
			arguments = args{}
		}
		if u.fields != "" {
			arguments["fields"] = strings.Split(u.fields, ",")
		}
		return u.do, arguments
	}
	with, _ := look(described.value, "call_with")
	arguments = args{"tool": u.do, "arguments": given}
	if u.save != "" {
		arguments["save_to"] = u.save
	}
	if u.fields != "" {
		arguments["fields"] = u.fields
	}
	return fmt.Sprint(with), arguments
}

// decline says no, and where a name has to be typed, types another one. Nothing may have been sent after either.
func (u *turn) decline(tool string, arguments map[string]any) {
	u.t.Helper()
	u.refuse(tool, arguments, func(card) (any, bool) { return nil, false })
	if u.gate.name != "" {
		u.refuse(tool, arguments, func(card) (any, bool) { return u.fill(u.gate.name) + "x", true })
	}
}

func (u *turn) refuse(tool string, arguments map[string]any, answerWith func(card) (any, bool)) {
	u.t.Helper()
	mark := u.up.mark()
	u.person.expect(answerWith)
	answer := u.call(tool, arguments)
	if diff := differs(answer.value, "kind", "refused"); !answer.failed || diff != "" {
		u.errorf("not approved, but the answer is %s", answer.text)
	}
	if cards := u.person.asked(); len(cards) != 1 {
		u.errorf("the person was asked %d times, want once", len(cards))
	}
	sent, _ := u.up.requests(mark)
	for _, r := range sent {
		if !u.up.looks(r) {
			u.errorf("not approved, but %s was sent", u.up.wire(u.t, []simulator.Request{r}))
		}
	}
}

// checkWire compares what was sent. Whatever the card looked up before the question was put must be only looks.
func (u *turn) checkWire(mark int) {
	u.t.Helper()
	if cards := u.person.asked(); len(cards) > 0 {
		asked := cards[0].mark
		before, _ := u.up.requests(mark)
		after, _ := u.up.requests(asked)
		for _, r := range before[:len(before)-len(after)] {
			if !u.up.looks(r) {
				u.errorf("%s was sent before the person was asked", u.up.wire(u.t, []simulator.Request{r}))
			}
		}
		mark = asked
	}
	sent, _ := u.up.requests(mark)
	if !u.op.IsRead() {
		sent = slices.DeleteFunc(sent, u.up.looks) // also those after the answer: the target must still be the same
	}
	expected := []string{}
	for _, line := range u.sends {
		line = u.fill(line)
		if head, body, ok := strings.Cut(line, "{"); ok {
			line = strings.TrimSpace(head) + " " + canonical(u.t, "{"+body)
		}
		expected = append(expected, line)
	}
	if have := u.up.wire(u.t, sent); !slices.EqualFunc(have, expected, sameRequest) {
		u.errorf("reached the platform:\n\t%s\nwant:\n\t%s", strings.Join(have, "\n\t"), strings.Join(expected, "\n\t"))
	}
}

// sameRequest compares a request with what was expected, where … at the end stands for whatever.
func sameRequest(have, expected string) bool {
	if head, open := strings.CutSuffix(expected, "…"); open {
		return strings.HasPrefix(have, head)
	}
	return have == expected
}

// checkCard checks that the right question was put, once, and that it names what will be hit.
func (u *turn) checkCard() {
	u.t.Helper()
	cards := u.person.asked()
	if !u.gate.asks {
		if len(cards) > 0 {
			u.errorf("a person was asked, want nobody:\n%s", cards[0].text)
		}
		return
	}
	if len(cards) != 1 {
		u.errorf("the person was asked %d times, want once", len(cards))
		return
	}
	c := cards[0]
	expect := append([]string{u.do, requestLine(u.sends)}, u.card...)
	expect = append(expect, u.targets()...)
	field, kind := "approve", "boolean"
	if u.gate.name != "" {
		field, kind = "confirm_name", "string"
		expect = append(expect, "type exactly: "+u.gate.name)
		if !strings.Contains(c.help, u.fill(u.gate.name)) {
			u.errorf("the form does not say what to type: %s", c.help)
		}
	}
	if c.field != field || c.kind != kind {
		u.errorf("the form asks for %s (%s), want %s (%s)", c.field, c.kind, field, kind)
	}
	for _, words := range expect {
		if !strings.Contains(c.text, u.fill(words)) {
			u.errorf("the card lacks %q:\n%s", u.fill(words), c.text)
		}
	}
}

// requestLine is method and path of the first request. The body is on the card too, with its secrets masked.
func requestLine(sends []string) string {
	if len(sends) == 0 {
		return "" // in every card
	}
	method, rest, _ := strings.Cut(sends[0], " ")
	path, _, _ := strings.Cut(rest, "{\"")
	return method + " " + strings.TrimSpace(path)
}

// catalogue holds the rows of all platforms; it is opened once.
var catalogue = sync.OnceValues(func() (*schemas.Catalog, error) { return schemas.Open(nil, schemas.Platforms()...) })

// targets are the ids in the path, and the environment where paths have none: a card that names them names what will be
// hit.
func (u *turn) targets() []string {
	u.t.Helper()
	var names []string
	for i := range u.op.Params {
		p := &u.op.Params[i]
		if value, given := u.with[p.Name]; given && (p.In == "path" || p.Name == "env_name") && !slices.Contains(u.op.Secrets, p.Name) {
			names = append(names, fmt.Sprint(value))
		}
	}
	return names
}

func (u *turn) checkAnswer(answer reply) {
	u.t.Helper()
	if u.fails != "" {
		if !answer.failed || !strings.Contains(answer.text, u.fill(u.fails)) {
			u.errorf("the answer is %q, want a failure with %q", answer.text, u.fill(u.fails))
		}
	} else if answer.failed {
		u.errorf("%s", answer.text)
		return
	}
	for _, path := range slices.Sorted(maps.Keys(u.want)) {
		if diff := differs(answer.value, u.fill(path), u.fillAll(u.want[path])); diff != "" {
			u.errorf("%s\nin %s", diff, answer.text)
		}
	}
	if u.save != "" {
		u.checkFile(answer)
	}
	for name, path := range u.keep {
		value, ok := look(answer.value, u.fill(path))
		if !ok {
			u.errorf("nothing to keep at %s in %s", path, answer.text)
		}
		u.kept[name] = plainText(value)
	}
}

// checkFile looks for the saved file, which only its owner may read: logs and dumps hold other people's data.
func (u *turn) checkFile(answer reply) {
	u.t.Helper()
	path := filepath.Join(u.server.files, u.save)
	about, err := os.Stat(path)
	if err != nil {
		u.errorf("%v", err)
		return
	}
	answer.expect(u.t, want{"file.saved_to": path, "file.bytes": about.Size()})
	if about.Size() == 0 || about.Mode().Perm() != 0o600 {
		u.errorf("the file has %d bytes and mode %o", about.Size(), about.Mode().Perm())
	}
}

// waitFor waits for the first job of an answer, which only looks at the platform.
func (u *turn) waitFor(answer reply) {
	u.t.Helper()
	job, ok := look(answer.value, "jobs.0.job")
	if !ok {
		u.errorf("the answer has no job: %s", answer.text)
		return
	}
	mark := u.up.mark()
	end := u.call("paas_wait", args{"job": job})
	u.t.Logf("%s, wait\n    → %s", u.at, end.text)
	sent, _ := u.up.requests(mark)
	if len(sent) == 0 {
		u.errorf("the wait did not look at the platform")
	}
	for _, r := range sent {
		if !u.up.looks(r) {
			u.errorf("the wait sent %s", u.up.wire(u.t, []simulator.Request{r}))
		}
	}
	expect := want{"done": true, "result": u.wait, "failed": u.wait == "failure", "job": job}
	for path, value := range expect {
		if diff := differs(end.value, path, value); diff != "" {
			u.errorf("wait: %s\nin %s", diff, end.text)
		}
	}
	text, _ := look(end.value, "text")
	log, _ := look(end.value, "log")
	if words := u.fill(u.tells); !strings.Contains(fmt.Sprint(text, log), words) {
		u.errorf("the wait does not tell %q: %s", words, end.text)
	}
}
