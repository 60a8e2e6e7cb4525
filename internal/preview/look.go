package preview

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/internal/spelling"
)

// look is one look at one call.
type look struct {
	Call
	ctx       context.Context
	previewer *Previewer
	reader    Reader
	dialect   dialect

	mu     sync.Mutex
	target Target
}

// together runs reads side by side: a person waits for the slowest, not for all of them.
func (l *look) together(steps ...func()) {
	var all sync.WaitGroup
	for _, step := range steps {
		all.Go(step)
	}
	all.Wait()
}

var errNothingToShow = errors.New("the platform answered with nothing that could be shown")

// object reads one object.
func (l *look) object(tool string, args map[string]any) (map[string]any, error) {
	answer, err := l.reader.Read(l.ctx, tool, args)
	if err != nil {
		return nil, err
	}
	object, ok := answer.(map[string]any)
	if !ok || len(object) == 0 {
		return nil, errNothingToShow
	}
	return object, nil
}

// list reads a list of objects.
func (l *look) list(tool string, args map[string]any) ([]map[string]any, error) {
	list, _, err := l.listed(tool, "", args)
	return list, err
}

// The parts of a target are added under the lock: reads run side by side.

func (l *look) detail(name, value string) { l.add(&l.target.Details, name, value) }
func (l *look) along(name, value string)  { l.add(&l.target.Along, name, value) }
func (l *look) state(name, value string)  { l.add(&l.target.State, name, value) }

// states is state for all that a resource keeps, each name after what the resource is.
func (l *look) states(what string, r resource) {
	for _, s := range r.state {
		l.state(what+" "+s.Name, s.Value)
	}
}

func (l *look) add(to *[]approval.Detail, name, value string) {
	if value == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	*to = append(*to, approval.Detail{Name: name, Value: value})
}

// doubt notes what could not be looked up. The reason is the platform's or the network's, and stands on the card as data.
func (l *look) doubt(what string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target.Doubts = append(l.target.Doubts, what+": "+err.Error())
}

// argument is a scalar argument as text, empty when it is not given.
func (l *look) argument(name string) string { return text(l.Args[name]) }

// environmentKind looks up every environment that the call names. What is only copied from counts where nothing else is named: a copy
// from production into a test environment changes the test environment.
func (l *look) environmentKind() Kind {
	hits := l.dialect.environments(l.Call)
	if slices.ContainsFunc(hits, func(h hit) bool { return !h.source }) {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return h.source })
	}
	if len(hits) == 0 {
		return Kind{}
	}
	kinds := make([]Kind, len(hits))
	var steps []func()
	for i, h := range hits {
		steps = append(steps, func() { kinds[i] = l.kindOf(h) })
	}
	l.together(steps...)
	var names []policy.Names
	for _, k := range kinds {
		names = append(names, k.Names...)
	}
	// Production first; stable, so that the first environment speaks for others of its kind.
	slices.SortStableFunc(kinds, func(a, b Kind) int {
		return cmp.Compare(btoi(b.Environment == policy.Production), btoi(a.Environment == policy.Production))
	})
	kinds[0].Names = names
	return kinds[0]
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *look) kindOf(h hit) Kind {
	kind, err := l.dialect.kind(l, h)
	if err != nil {
		kind = Kind{Environment: policy.Production, Name: h.String(), Names: make([]policy.Names, 1),
			Doubt: fmt.Sprintf("environment %s, which therefore counts as production: %v", h, err)}
	}
	for _, names := range kind.Names {
		if l.declared(slices.Concat(names.Own, names.Labels)...) {
			kind.Environment = policy.Production
		}
	}
	if kind.Source = h.source; h.source && kind.Note == "" && kind.Environment == policy.Production {
		kind.Note = "production, which is only read from"
	}
	return kind
}

// declared reports whether the account's configuration declares one of these names to be production.
func (l *look) declared(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return policy.MatchesName(l.reader.Production(), name) })
}

// same reports whether one of the names is the name that the caller gave, however it is spelled.
func same(asked string, names ...string) bool {
	asked = spelling.Fold(asked)
	return asked != "" && slices.ContainsFunc(names, func(name string) bool { return spelling.Fold(name) == asked })
}

// another is the error of an answer about an environment that was not asked about: its kind says nothing about the one that was.
func another(names []string) error {
	if len(names) == 0 {
		return errors.New("the platform does not say which environment its answer is about")
	}
	return fmt.Errorf("the platform answered about another one, %s", names[0])
}

// text writes a string, a number or a truth value as people would, and anything else as nothing.
func text(v any) string {
	if is, ok := v.(bool); ok {
		return strconv.FormatBool(is)
	}
	return approval.Scalar(v)
}

// texts are the scalars of a list as text.
func texts(v any) []string {
	var list []string
	items, _ := v.([]any)
	for _, item := range items {
		if t := text(item); t != "" {
			list = append(list, t)
		}
	}
	return list
}

// field follows a dotted path into an object.
func field(object map[string]any, dotted string) any {
	var at any = object
	for key := range strings.SplitSeq(dotted, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[key]
	}
	return at
}

// first is the first of some fields that holds a text.
func first(object map[string]any, dotted ...string) string {
	for _, d := range dotted {
		if t := text(field(object, d)); t != "" {
			return t
		}
	}
	return ""
}

// under are the texts at a dotted path, each of a list where the path says [].
func under(v any, dotted string) []string {
	key, rest, more := strings.Cut(dotted, ".")
	name, each := strings.CutSuffix(key, "[]")
	object, _ := v.(map[string]any)
	items := []any{object[name]}
	if each {
		items, _ = object[name].([]any)
	}
	var found []string
	for _, item := range items {
		if more {
			found = append(found, under(item, rest)...)
		} else if t := text(item); t != "" {
			found = append(found, t)
		}
	}
	return found
}
