package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Assistant stands in for a model, without its wits: it searches with the person's words, takes the first operation that it
// can fill in, looks up what it lacks, and waits for jobs. It knows the hand-written tools and their way of working, which
// the instructions teach, and no operation: whatever it does with one comes from paas_find, paas_describe and answers.
// What it manages, a model should manage with less detours.
type Assistant struct {
	session  *Session
	memory   memory
	platform string // once known
	step     int
	said     []string        // the sentence at hand
	tried    map[string]bool // look-ups that were made
	looking  map[string]bool // nouns whose look-up is under way
	used     map[int]int     // facts of the sentence that found a place, and how well they fit there
	searched map[string][]hit
	texts    map[string]description
}

func newAssistant(s *Session) *Assistant {
	return &Assistant{session: s, tried: map[string]bool{}, looking: map[string]bool{}, searched: map[string][]hit{}, texts: map[string]description{}}
}

// Bounds of one sentence: what does not work after a few attempts is reported, not forced.
const (
	mostHits     = 8
	mostPlans    = 4 // operations looked at closely
	mostFailures = 2 // calls that went wrong
	mostPages    = 3 // of a look-up
)

// hit is an operation as paas_find tells of it.
type hit struct {
	Tool     string   `json:"tool"`
	Platform string   `json:"platform"`
	Risk     []string `json:"risk"`
	Required []string `json:"required"`
}

func (h hit) reads() bool { return slices.Contains(h.Risk, "read") }

// Do acts on one sentence and returns what it learned, as text. The error is about the session.
func (a *Assistant) Do(ctx context.Context, i int, step Step) (string, error) {
	a.step, a.said, a.used = i, words(step.Say), map[int]int{}
	a.memory.hear(step.Given, i)
	if p := platformIn(a.said); p != "" {
		a.platform = p
	}
	if host := hostName(step.Given); host != "" && a.platform == "" {
		return a.locate(ctx, host)
	}
	hits, err := a.find(ctx, needOf(step), mostHits)
	if err != nil {
		return "", err
	}
	question := asks(lastSentence(step.Say))
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.reads() != question })
	var spare []*plan
	plans, failures, last := 0, 0, ""
	for _, h := range hits {
		if plans++; plans > mostPlans {
			break
		}
		if slices.Contains(h.Risk, "irreversible") && (plans > 2 || failures > 0) {
			continue // too far down the list for something that cannot be undone
		}
		p, err := a.plan(ctx, h)
		if err != nil {
			return "", err
		}
		switch {
		case p == nil: // something required is missing
		case p.unplaced > 0: // it has no place for something that the person said
			spare = append(spare, p)
		default:
			text, ok, err := a.carryOut(ctx, p)
			if err != nil || ok {
				return text, err
			}
			last = text
			if failures++; failures == mostFailures {
				return text, nil
			}
		}
	}
	slices.SortStableFunc(spare, func(x, y *plan) int { return x.unplaced - y.unplaced })
	for _, p := range spare[:min(len(spare), mostFailures-failures)] {
		if slices.Contains(p.hit.Risk, "irreversible") && failures > 0 {
			continue
		}
		text, ok, err := a.carryOut(ctx, p)
		if err != nil || ok {
			return text, err
		}
		last = text
	}
	return last, nil
}

// hostName is a value of a sentence that looks like one.
func hostName(given map[string]any) string {
	for _, label := range sortedKeys(given) {
		if name, _ := given[label].(string); hostText.MatchString(name) {
			return name
		}
	}
	return ""
}

var hostText = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// locate asks which of all platforms serves a host name, as the instructions teach for when nobody said.
func (a *Assistant) locate(ctx context.Context, host string) (string, error) {
	answer, err := a.session.Call(ctx, a.step, "paas_locate", map[string]any{"name": host})
	if err != nil || answer.Failed {
		return answer.Text, err
	}
	a.memory.learn("paas_locate", nil, map[string]any{"items": answer.Value["places"]}, false)
	if places, _ := answer.Value["places"].([]any); len(places) > 0 {
		place, _ := places[0].(map[string]any)
		a.platform, _ = place["platform"].(string)
		for _, what := range []string{"project", "application", "environment"} {
			thing, _ := place[what].(map[string]any)
			if name, _ := thing["name"].(string); name != "" {
				a.session.person.IsTold(name)
			}
		}
	}
	return answer.Text, nil
}

// needOf is what to search for: the sentence with every name and value in it replaced by what it is, unless the sentence
// says so anyway. Names are of no use to a search.
func needOf(step Step) string {
	need := " " + lastSentence(step.Say) + " "
	labels := sortedKeys(step.Given)
	slices.SortStableFunc(labels, func(x, y string) int { return len(scalar(step.Given[y])) - len(scalar(step.Given[x])) })
	for _, label := range labels {
		for _, name := range leaves(step.Given[label]) {
			at := wholeWord(need, name)
			if at < 0 {
				continue
			}
			before, after := need[:at], need[at+len(name):]
			if containsAll(words(before+after), words(label)) {
				need = before + strings.TrimPrefix(after, " ")
			} else {
				need = before + label + after
			}
		}
	}
	return strings.TrimSpace(need)
}

// wholeWord is the last place where a text stands by itself, and not within another word; -1 when there is none.
func wholeWord(text, name string) int {
	const inside = "-_/@:abcdefghijklmnopqrstuvwxyz0123456789"
	lower, name := strings.ToLower(text), strings.ToLower(name)
	for at := strings.LastIndex(lower, name); at > 0; at = strings.LastIndex(lower[:at], name) {
		end := at + len(name)
		if !strings.ContainsRune(inside, rune(lower[at-1])) && (end == len(lower) || !strings.ContainsRune(inside, rune(lower[end]))) {
			return at
		}
	}
	return -1
}

// lastSentence is where people say what they want, after what led to it.
func lastSentence(text string) string {
	sentences := sentenceEnd.Split(text, -1)
	return sentences[len(sentences)-1]
}

var sentenceEnd = regexp.MustCompile(`[.?!] `)

func (a *Assistant) find(ctx context.Context, query string, limit int) ([]hit, error) {
	args := map[string]any{"query": query}
	if a.platform != "" {
		args["platform"] = a.platform
	}
	if limit < mostHits {
		args["limit"] = limit
	}
	answer, err := a.session.Call(ctx, a.step, "paas_find", args)
	if err != nil || answer.Failed {
		return nil, err
	}
	var found struct{ Operations []hit }
	return found.Operations, decode([]byte(compact(answer.Value)), &found)
}

// carryOut makes the call of a plan, once more with what an error taught, and waits for its jobs.
func (a *Assistant) carryOut(ctx context.Context, p *plan) (text string, ok bool, err error) {
	a.platform = p.hit.Platform
	answer, err := a.call(ctx, p)
	if err != nil {
		return "", false, err
	}
	if answer.Failed && a.learnFrom(ctx, p, answer) {
		if answer, err = a.call(ctx, p); err != nil {
			return "", false, err
		}
	}
	if answer.Failed {
		// It may have been the wrong operation, unless the person does not want it at all.
		return answer.Text, answer.Remark == notWanted, nil
	}
	text = answer.Text
	jobs, _ := answer.Value["jobs"].([]any)
	for _, job := range jobs {
		ref, _ := job.(map[string]any)
		for range mostPages {
			end, err := a.session.Call(ctx, a.step, "paas_wait", map[string]any{"job": ref["job"]})
			if err != nil {
				return "", false, err
			}
			text += "\n" + end.Text
			if end.Failed || end.Value["done"] == true {
				break
			}
		}
	}
	return text, true, nil
}

func (a *Assistant) call(ctx context.Context, p *plan) (Answer, error) {
	answer, err := a.session.Call(ctx, a.step, p.with, map[string]any{"tool": p.hit.Tool, "arguments": p.args})
	if err == nil && !answer.Failed {
		a.memory.learn(p.hit.Tool, p.args, answer.Value, !p.hit.reads())
	}
	return answer, err
}

// learnFrom corrects a plan by the error it met: an accepted value that the error names, or an id in place of a name that
// was tried as it is. It reports whether there is something new to try.
func (a *Assistant) learnFrom(ctx context.Context, p *plan, answer Answer) bool {
	before := compact(p.args)
	message := answer.Text
	for name, value := range p.args {
		said, isText := value.(string)
		at := strings.Index(message, name+":")
		if !isText || at < 0 {
			continue
		}
		for _, accepted := range quoted(message[at:]) {
			if accepted != said && (strings.HasPrefix(accepted, said) || strings.HasPrefix(said, accepted)) {
				p.args[name] = accepted
			}
		}
	}
	fields, _ := answer.Value["fields"].(map[string]any)
	for name := range fields { // of several switches of which one has to be on, the one that the person spoke of
		parts := words(name)
		if _, set := p.args[name]; !set && p.switches[name] && slices.Contains(a.said, parts[len(parts)-1]) {
			p.args[name] = true
		}
	}
	if kind := answer.Value["kind"]; kind == "not_found" || kind == "invalid" {
		for _, name := range p.raw {
			if noun, _ := nounOf(name); len(noun) > 0 {
				w := wanted{argument: name, noun: noun, listers: a.texts[p.hit.Tool].listers(name)}
				if id, ok, _ := a.lookUp(ctx, w, scalar(p.args[name]), others(p.args, name), p.hit.Platform); ok {
					p.args[name] = id
				}
			}
		}
	}
	return compact(p.args) != before
}

// quoted are the texts between quotes in a message.
func quoted(message string) []string {
	var found []string
	parts := strings.FieldsFunc(message, func(r rune) bool { return r == '\'' || r == '"' })
	for i := 1; i < len(parts); i += 2 {
		found = append(found, parts[i])
	}
	return found
}

func others(args map[string]any, name string) map[string]any {
	rest := map[string]any{}
	for k, v := range args {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}

// platformIn is the platform that a sentence names.
func platformIn(said []string) string {
	for i, w := range said {
		switch w {
		case "upsun", "platformsh":
			return "platformsh"
		case "sh":
			if i > 0 && said[i-1] == "platform" {
				return "platformsh"
			}
		case "acquia":
			return "acquia"
		case "virtuozzo", "jelastic":
			return "virtuozzo"
		}
	}
	return ""
}

// asks says whether a sentence wants to know something, in contrast to an order.
func asks(sentence string) bool {
	said := words(sentence)
	opening := strings.Join(said[:min(3, len(said))], " ")
	for _, order := range []string{"can you", "could you", "would you", "please"} {
		if strings.HasPrefix(opening, order) {
			said = said[len(words(order)):]
			return slices.Contains(lookingVerbs, said[0])
		}
	}
	if strings.HasSuffix(strings.TrimSpace(sentence), "?") {
		return true
	}
	// "On Upsun, show …": the verb follows the place.
	if place, rest, ok := strings.Cut(sentence, ", "); ok && len(words(place)) <= 6 && platformIn(words(place)) != "" {
		said = words(rest)
	}
	return slices.Contains(lookingVerbs, said[0]) || len(said) > 1 && said[1] == "me"
}

var lookingVerbs = []string{"show", "list", "find", "look", "check", "see", "read", "what", "which", "who", "how", "why", "when", "where", "is", "are", "does", "do", "did", "has", "have"}

func (p *plan) String() string { return fmt.Sprintf("%s %s", p.hit.Tool, compact(p.args)) }
