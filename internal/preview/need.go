package preview

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"paasmcp/internal/legible"
	"paasmcp/internal/spelling"
)

// need is something without which a call cannot work and which a read can tell. It is looked up before a person is asked: a question
// about a call that must fail teaches people to say yes.
type need struct {
	of    []string // operations without the platform's name; with * at the end all that begin so; none for all that have the argument
	but   []string // of those, not these
	at    string   // path of the argument's values, see [under]
	what  string   // what they name
	read  string   // the read that lists what there is, without the platform's name
	in    string   // path of the list in its answer, where the read is of one thing
	keys  []string // fields by which the platform takes one of the list; the first that one has is shown
	flag  string   // field that is false for what is in the list and cannot be taken
	taken bool     // the other way round: it must not be there yet
	with  func(l *look) map[string]any
	skip  func(value string) bool // values that name nothing of the list
}

// args are the arguments that the read needs and the call has, or what with says. It is nil where the call does not say enough.
func (n need) args(l *look, tool string) map[string]any {
	if n.with != nil {
		return n.with(l)
	}
	op, ok := l.previewer.catalog.Operation(tool)
	if !ok {
		return nil
	}
	args := map[string]any{}
	for _, name := range op.RequiredArguments() {
		if l.argument(name) == "" {
			return nil
		}
		args[name] = l.Args[name]
	}
	return args
}

// names are those that one of the list has under the first key that it has.
func (n need) names(item map[string]any) []string {
	for _, key := range n.keys {
		if names := under(item, key); len(names) > 0 {
			return names
		}
	}
	return nil
}

func (n need) about(operation string) bool {
	if slices.Contains(n.but, operation) {
		return false
	}
	return len(n.of) == 0 || slices.ContainsFunc(n.of, func(of string) bool {
		start, all := strings.CutSuffix(of, "*")
		return operation == of || all && strings.HasPrefix(operation, start)
	})
}

// needs looks up everything that the table of the platform says of the call.
func (l *look) needs() {
	platform := string(l.Op.Platform) + "_"
	var steps []func(*look)
	for _, n := range l.dialect.needs() {
		if n.about(strings.TrimPrefix(l.Op.Name, platform)) && len(under(l.Args, n.at)) > 0 {
			steps = append(steps, func(l *look) { l.need(n, platform+n.read) })
		}
	}
	l.inOrder(append(steps, (*look).pems)...)
}

func (l *look) need(n need, tool string) {
	args := n.args(l, tool)
	if args == nil {
		return
	}
	values, shown := under(l.Args, n.at), under(l.Masked, n.at)
	list, whole, err := l.listed(tool, n.in, args)
	if err != nil {
		l.doubt(n.what+" "+strings.Join(shown, ", "), err)
		return
	}
	if n.flag != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(item map[string]any) bool { return item[n.flag] == false })
	}
	for i, value := range values {
		if i >= len(shown) || shown[i] != value || n.skip != nil && n.skip(value) { // a secret names nothing that could be shown
			continue
		}
		is := func(item map[string]any) bool {
			return slices.ContainsFunc(n.keys, func(key string) bool {
				there := under(item, key)
				return slices.Contains(there, value) || !n.taken && same(value, there...)
			})
		}
		found := slices.ContainsFunc(list, is)
		switch {
		case n.taken && found:
			l.impossible("%s %s exists already; %s shows it", n.what, quoted(value), tool)
		case n.taken && whole:
			l.detail(n.what+" "+value, "free: this account sees none of this name")
		case n.taken:
			l.detail(n.what+" "+value, "not among the first "+fmt.Sprint(len(list))+" that "+tool+" shows")
		case !found:
			var there []string
			for _, item := range list {
				label := first(item, "label", "title", "name", "displayName")
				for _, name := range n.names(item) {
					if label == name {
						label = ""
					}
					there = append(there, with(name, label))
				}
			}
			l.absent(n.what, value, there, whole, tool)
		}
	}
}

// absent refuses a call that names what is not there. Only a list that was seen to its end proves that, and an empty one does not:
// platforms leave out what the account may not see.
func (l *look) absent(what, value string, there []string, whole bool, tool string) {
	switch {
	case len(there) == 0:
		l.doubt(what+" "+value, fmt.Errorf("%s shows none at all", tool))
	case !whole:
		l.doubt(what+" "+value, fmt.Errorf("it is not among the first %d that %s shows", len(there), tool))
	default:
		l.impossible("there is no %s %s; %s shows %s", what, quoted(value), tool, nearest(value, there))
	}
}

// impossible notes why the call cannot work, as the platform itself says. Nobody is asked about such a call.
func (l *look) impossible(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target.Impossible = append(l.target.Impossible, fmt.Sprintf(format, args...))
}

const mostShown = 80 // characters of a name in a refusal

func quoted(value string) string { return `"` + legible.Spelled(value, mostShown) + `"` }

// nearest writes some of the names that there are, those first that look most like the one that was given.
func nearest(value string, there []string) string {
	const most = 10
	value = spelling.Fold(value)
	far := func(name string) int {
		folded := spelling.Fold(name)
		d := spelling.Distance(value[:min(len(value), mostShown)], folded[:min(len(folded), mostShown)])
		if value != "" && (strings.Contains(folded, value) || folded != "" && strings.Contains(value, folded)) {
			d = min(d, 1)
		}
		return d
	}
	there = slices.Clone(there)
	slices.Sort(there)
	there = slices.Compact(there)
	slices.SortStableFunc(there, func(a, b string) int { return cmp.Compare(far(a), far(b)) })
	names := make([]string, len(there))
	for i, name := range there {
		names[i] = legible.Spelled(name, mostShown)
	}
	return some(names, most)
}

// listed reads a list of things, in the answer of a read of one thing where in says so. Things that are mere names become objects.
func (l *look) listed(tool, in string, args map[string]any) (list []map[string]any, whole bool, err error) {
	answer, err := l.reader.Read(l.ctx, tool, args)
	if err != nil {
		return nil, false, err
	}
	if in != "" {
		object, _ := answer.(map[string]any)
		answer = field(object, in)
	}
	items, whole := answer.([]any)
	if part, ok := answer.(Part); ok {
		items = part
	} else if !whole {
		return nil, false, errNoList
	}
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			list = append(list, object)
		} else if name := text(item); name != "" {
			list = append(list, map[string]any{"name": name})
		}
	}
	return list, whole && len(list) < fullList, nil
}

var errNoList = errors.New("the platform did not answer with a list")
