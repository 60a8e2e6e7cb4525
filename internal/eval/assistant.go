package main

import (
	"context"
	"slices"
	"strings"
)

// Assistant stands in for a model, without its wits: it searches with the person's words, takes the first operation that it
// can fill in, looks up what it lacks, and waits for jobs. It knows the hand-written tools and their way of working, which
// the instructions teach, and no operation: whatever it does with one comes from paas_find, paas_describe and answers.
// What it manages, a model should manage with fewer detours.
type Assistant struct {
	session  *Session
	memory   memory
	platform string // once known
	step     int
	said     []string               // the sentence at hand
	used     map[int]int            // facts that found a place in the plan at hand, and how well they fit there
	tried    map[string]Answer      // look-ups that were made
	known    map[string]bool        // what was learned from them
	looking  map[string]bool        // kinds of things whose look-up is under way
	texts    map[string]description // operations that were described
}

func newAssistant(s *Session) *Assistant {
	return &Assistant{session: s, tried: map[string]Answer{}, known: map[string]bool{}, looking: map[string]bool{}, texts: map[string]description{}}
}

// Bounds of one sentence: what does not work after a few attempts is reported, not forced.
const (
	mostHits     = 8
	mostPlans    = 4 // operations looked at closely
	mostFailures = 2 // calls that went wrong
	mostPlaces   = 3 // of a look-up
	mostWaits    = 3 // for one job
)

// hit is an operation as paas_find tells of it.
type hit struct {
	Tool     string   `json:"tool"`
	Platform string   `json:"platform"`
	Risk     []string `json:"risk"`
	Required []string `json:"required"`
}

func (h hit) reads() bool { return slices.Contains(h.Risk, "read") }
func (h hit) final() bool { return slices.Contains(h.Risk, "irreversible") }

// Do acts on one sentence and returns what it learned, as text. The error is about the session.
func (a *Assistant) Do(ctx context.Context, i int, step Step) (string, error) {
	a.step, a.said = i, words(step.Say)
	a.memory.hear(step.Given, i)
	if p := platformIn(a.said); p != "" {
		a.platform = p
	}
	if host := hostName(step.Given); host != "" && a.platform == "" {
		return a.locate(ctx, host)
	}
	question := asks(lastSentence(step.Say))
	if question && (slices.Contains(a.said, "log") || slices.Contains(a.said, "logs")) {
		if text, ok, err := a.logs(ctx); ok || err != nil {
			return text, err
		}
	}
	hits, err := a.find(ctx, needOf(step), a.platform, mostHits)
	if err != nil {
		return "", err
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.reads() != question })
	var spare []*plan // those without a place for something that the person said
	failures, text := 0, ""
	try := func(p *plan) (done bool, err error) {
		if p.hit.final() && failures > 0 {
			return false, nil // something else was right, or nothing is: no time for what cannot be undone
		}
		if text, done, err = a.carryOut(ctx, p); !done {
			failures++
		}
		return done || failures == mostFailures, err
	}
	for n, h := range hits[:min(len(hits), mostPlans)] {
		if h.final() && n > 1 {
			continue // too far down the list
		}
		p, err := a.plan(ctx, h)
		switch {
		case err != nil:
			return "", err
		case p == nil: // something required is missing
		case p.unplaced > 0:
			spare = append(spare, p)
		default:
			if done, err := try(p); done || err != nil {
				return text, err
			}
		}
	}
	slices.SortStableFunc(spare, func(x, y *plan) int { return x.unplaced - y.unplaced })
	for _, p := range spare {
		if done, err := try(p); done || err != nil {
			return text, err
		}
	}
	return text, nil
}

func (a *Assistant) find(ctx context.Context, query, platform string, limit int) ([]hit, error) {
	args := map[string]any{"query": query}
	if platform != "" {
		args["platform"] = platform
	}
	if limit != mostHits {
		args["limit"] = limit
	}
	answer, err := a.session.Call(ctx, a.step, "paas_find", args)
	if err != nil || answer.Failed {
		return nil, err
	}
	var found struct{ Operations []hit }
	return found.Operations, decode([]byte(compact(answer.Value)), &found)
}

// locate asks which of all platforms serves a host name, as the instructions teach for when nobody said.
func (a *Assistant) locate(ctx context.Context, host string) (string, error) {
	answer, err := a.session.Call(ctx, a.step, "paas_locate", map[string]any{"name": host})
	if err != nil || answer.Failed {
		return answer.Text, err
	}
	a.memory.learn([]string{"place"}, nil, map[string]any{"items": answer.Value["places"]}, false)
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

// logs asks for the log of what the conversation is about, as far as that is known by now.
func (a *Assistant) logs(ctx context.Context) (text string, ok bool, err error) {
	f := &filling{a: a, tool: "paas_logs", args: map[string]any{}}
	for _, name := range []string{"project_id", "environment_id", "env_name", "node_id", "path"} {
		i := f.fact(name, schema{})
		if i < 0 || name == "env_name" && f.args["environment_id"] != nil {
			continue
		}
		noun, _ := nounOf(name)
		said := scalar(a.memory.facts[i].value)
		if id, ok := a.remembered(wanted{argument: name, noun: noun}, said, nil); ok {
			f.args[name] = id
		} else if name == "path" {
			f.args[name] = said
		}
	}
	if len(f.args) < 2 {
		return "", false, nil // of what? an operation may tell
	}
	answer, err := a.session.Call(ctx, a.step, f.tool, f.args)
	return answer.Text, !answer.Failed, err
}

// carryOut makes the call of a plan, once more with what an error taught, and waits for its jobs. done is false when
// another operation may be the right one.
func (a *Assistant) carryOut(ctx context.Context, p *plan) (text string, done bool, err error) {
	a.platform = p.hit.Platform
	answer, err := a.call(ctx, p)
	if err == nil && answer.Failed && a.learnFrom(p, answer) {
		answer, err = a.call(ctx, p)
	}
	if err != nil || answer.Failed {
		return answer.Text, answer.Remark == notWanted, err
	}
	text = answer.Text
	jobs, _ := answer.Value["jobs"].([]any)
	for _, job := range jobs {
		ref, _ := job.(map[string]any)
		for range mostWaits {
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
		a.memory.learn(resource(p.hit.Tool), p.args, answer.Value, !p.hit.reads())
	}
	return answer, err
}

// learnFrom corrects a plan by what the error names: a value that is accepted and close to the one that was sent, or
// switches of which one has to be on, and the person spoke of one. It reports whether there is something new to try.
func (a *Assistant) learnFrom(p *plan, answer Answer) bool {
	before := compact(p.args)
	for name, value := range p.args {
		said, isText := value.(string)
		_, after, named := strings.Cut(answer.Text, name+":")
		if !isText || !named {
			continue
		}
		parts := strings.FieldsFunc(after, func(r rune) bool { return r == '\'' || r == '"' })
		for i := 1; i < len(parts); i += 2 { // what stands in quotes
			if accepted := parts[i]; accepted != said && (strings.HasPrefix(accepted, said) || strings.HasPrefix(said, accepted)) {
				p.args[name] = accepted
			}
		}
	}
	fields, _ := answer.Value["fields"].(map[string]any)
	for name := range fields {
		parts := words(name)
		if _, set := p.args[name]; !set && p.switches[name] && slices.Contains(a.said, parts[len(parts)-1]) {
			p.args[name] = true
		}
	}
	return compact(p.args) != before
}
