// Package related says what goes with an operation: what lists the ids it needs, what shows the thing it works on, what
// else acts on that thing, and what takes a change back.
//
// It is worked out from the rows: their paths, where platforms have paths that say something, and the words of their
// names. The few ids whose origin neither tells stand in a table, see sources.go.
package related

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// Relation is a suggested operation and what for.
type Relation struct {
	Tool string `json:"tool"`
	Why  string `json:"why"`
}

// Most is how many relations an operation has at most.
const Most = 8

// Map knows the relations of a catalogue's rows. It suggests nothing but these rows, so that what is not switched on is
// not suggested either. It is safe for concurrent use, and reads the rows when it is first asked.
type Map struct {
	all  []schemas.Row
	once sync.Once

	rows   []row
	named  map[string]*row
	reads  map[place]*row   // GET
	at     map[place][]*row // all
	listed map[place][]*row // lists, by the last word of the path
}

// place is a path with its holes made alike, on one platform.
type place struct {
	platform schemas.Platform
	path     string
}

// row is a row taken apart.
type row struct {
	*schemas.Row
	words  []string // of the name, without the platform
	method string
	path   string   // with {} for every hole
	holes  []string // argument of each hole
	thing  string   // path of what it works on: up to the last hole
}

// New makes a map of rows, which must not change any more.
func New(rows []schemas.Row) *Map { return &Map{all: rows} }

var hole = lazy.MustCompile(`\{[^}]*\}`)

func (m *Map) read() {
	m.once.Do(func() {
		m.rows = make([]row, len(m.all))
		m.named, m.reads = make(map[string]*row, len(m.all)), make(map[place]*row, len(m.all))
		m.at, m.listed = map[place][]*row{}, map[place][]*row{}
		for i := range m.all {
			r := &m.rows[i]
			r.Row = &m.all[i]
			r.words = strings.Split(strings.TrimPrefix(r.Name, string(r.Platform)+"_"), "_")
			var path string
			r.method, path, _ = strings.Cut(r.Call, " ")
			r.path = hole.ReplaceAllString(path, "{}")
			r.holes = r.Required[:min(strings.Count(r.path, "{}"), len(r.Required))]
			if end := strings.LastIndex(r.path, "{}"); end >= 0 {
				r.thing = r.path[:end+2]
			}
			m.named[r.Name] = r
			m.at[place{r.Platform, r.thing}] = append(m.at[place{r.Platform, r.thing}], r)
			if r.method == "GET" {
				m.reads[place{r.Platform, r.path}] = r
			}
			if r.IsList && r.IsRead() {
				last := place{r.Platform, r.path[strings.LastIndexByte(r.path, '/')+1:]}
				m.listed[last] = append(m.listed[last], r)
			}
		}
	})
}

// Of lists what goes with an operation, the most useful first: the lists of its ids, the nearest first; what shows it;
// what undoes it; what else acts on the same thing. The same every time; nothing for a name that no row has.
func (m *Map) Of(name string) []Relation {
	m.read()
	r := m.named[name]
	if r == nil {
		return nil
	}
	var list []Relation
	add := func(tool, why string) {
		known := slices.ContainsFunc(list, func(have Relation) bool { return have.Tool == tool })
		if tool != "" && tool != name && !known && len(list) < Most {
			list = append(list, Relation{tool, why})
		}
	}
	for _, argument := range slices.Backward(r.holes) {
		add(m.Source(name, argument), "lists "+argument)
	}
	for _, argument := range r.Required[len(r.holes):] {
		add(m.Source(name, argument), "lists "+argument)
	}
	if !r.IsRead() || r.IsList {
		add(m.Shows(name), "shows it")
	}
	add(m.undoes(r), "undoes it")
	for _, s := range m.siblings(r) {
		add(s.Name, "acts on it")
	}
	if len(list) == 0 && r.IsRead() {
		for _, s := range m.uses(r) {
			add(s.Name, "takes what it lists")
		}
	}
	return list
}

// Order is the usual way to an operation that changes something: what lists its ids, from the outside in, what shows the
// thing, the operation itself. What a call makes is looked at afterwards. Empty for a read and where there is nothing to say.
func (m *Map) Order(name string) []string {
	m.read()
	r := m.named[name]
	if r == nil || r.IsRead() {
		return nil
	}
	var steps []string
	add := func(tool string) {
		if tool != "" && !slices.Contains(steps, tool) {
			steps = append(steps, tool)
		}
	}
	for _, argument := range r.Required {
		add(m.Source(name, argument))
	}
	makes := slices.Contains(makers, r.words[len(r.words)-1])
	if !makes {
		add(m.Shows(name))
	}
	add(name)
	if makes {
		add(m.Shows(name))
	}
	if len(steps) == 1 {
		return nil
	}
	return steps
}

// uses are the operations that take what a read lists, those of the same name first.
func (m *Map) uses(r *row) []*row {
	var list []*row
	for i := range m.rows {
		s := &m.rows[i]
		if s == r || s.Platform != r.Platform || len(hidden(s.Flags)) > len(hidden(r.Flags)) {
			continue
		}
		if slices.ContainsFunc(s.Required, func(argument string) bool { return m.Source(s.Name, argument) == r.Name }) {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *row) int {
		return cmp.Or(cmp.Compare(common(b.words, r.words), common(a.words, r.words)), cmp.Compare(len(a.words), len(b.words)), cmp.Compare(a.Name, b.Name))
	})
	return list[:min(len(list), mostSiblings)]
}

// Shows names the read that shows what an operation works on or makes: it alone, or else the list that it stands in. Empty
// when there is none.
func (m *Map) Shows(name string) string {
	m.read()
	r := m.named[name]
	if r == nil {
		return ""
	}
	look := m.showsAt
	if r.spoken() {
		look = m.showsNamed
	}
	if got := look(r); got != nil {
		return got.Name
	}
	return ""
}

// showsAt goes by the path.
func (m *Map) showsAt(r *row) *row {
	paths := []string{r.path + "/{}"}
	if r.method == "POST" { // some things are made at the singular of where they are read
		paths = append(paths, r.path+"s/{}", r.path+"s")
	}
	if r.makesOne() { // what is made below one thing is often read at the top
		paths = append(paths, r.path[strings.LastIndexByte(r.path, '/'):]+"/{}")
	}
	if part, deed, _ := strings.Cut(r.path, "/actions/"); deed == "enable" || deed == "disable" || deed == "reset" { // shown where it stands
		paths = append(paths, part)
	}
	for _, path := range append(paths, r.path, r.thing) {
		if got := m.reads[place{r.Platform, path}]; got != nil && got != r && !got.IsFile {
			return got
		}
	}
	if len(r.holes) > 0 && r.thing == r.path {
		return m.before(r, len(r.holes)-1)
	}
	return nil
}

// makesOne reports whether the row makes a thing in the collection at its path.
func (r *row) makesOne() bool {
	return r.method == "POST" && !strings.HasSuffix(r.path, "{}") && slices.Contains(r.words, "create")
}

// showsNamed goes by the name.
func (m *Map) showsNamed(r *row) *row {
	for n := len(r.words) - 1; n > 0; n-- {
		for _, verb := range []string{"get", "list"} {
			if r.IsList && verb == "list" {
				continue
			}
			if got := m.word(r.Platform, r.words[:n], verb); got != nil && got != r && fed(got, r) {
				return got
			}
		}
	}
	if got := m.named[environmentOf[r.Platform]]; got != nil && got != r && fed(got, r) {
		return got
	}
	return nil
}

// environmentOf shows an environment, where the path does not tell.
var environmentOf = map[schemas.Platform]string{schemas.Virtuozzo: "virtuozzo_environment_get"}

// fed reports whether a call names all that a read needs. An id of the thing itself may be missing: the answer of a call
// that makes something tells it.
func fed(read, by *row) bool {
	return !slices.ContainsFunc(read.Required, func(a string) bool {
		return !slices.Contains(by.Required, a) && !(slices.Contains(makers, by.words[len(by.words)-1]) && strings.HasSuffix(a, "_id"))
	})
}

// Collection names the list that a thing stands in: where to look after it was deleted. Empty when there is none.
func (m *Map) Collection(name string) string {
	m.read()
	r := m.named[name]
	if r == nil {
		return ""
	}
	if len(r.holes) > 0 {
		if r.thing != r.path { // an action, or a collection itself
			if got := m.reads[place{r.Platform, r.path}]; got != nil && got.IsList {
				return got.Name
			}
		}
		return m.Source(name, r.holes[len(r.holes)-1])
	}
	for n := len(r.words) - 1; n > 0; n-- {
		if got := m.word(r.Platform, r.words[:n], "list"); got != nil {
			return got.Name
		}
	}
	return ""
}

// Gives names what gives access to somebody who has none yet, for an operation that changes the access somebody has. Empty for all
// others: an id that the platform made up and does not know is a wrong id, and a second thing would be no help.
func (m *Map) Gives(name string) string {
	m.read()
	r := m.named[name]
	if r == nil || len(r.words) < 2 || r.words[len(r.words)-1] != "update" || !slices.Contains([]string{"access", "member"}, r.words[len(r.words)-2]) {
		return ""
	}
	if got := m.word(r.Platform, r.words[:len(r.words)-1], "create"); got != nil {
		return got.Name
	}
	return ""
}

// spoken reports whether only the name tells what the row works on: on Virtuozzo a path is the name of a method.
func (r *row) spoken() bool { return r.Platform == schemas.Virtuozzo }

// word finds the row whose name is these words and a last one.
func (m *Map) word(platform schemas.Platform, words []string, last string) *row {
	return m.named[string(platform)+"_"+strings.Join(words, "_")+"_"+last]
}

// opposites are the verbs that take each other back.
var opposites = sync.OnceValue(func() map[string]string {
	both := map[string]string{}
	for _, pair := range [][2]string{
		{"create", "delete"}, {"add", "remove"}, {"enable", "disable"}, {"activate", "deactivate"}, {"start", "stop"}, {"pause", "resume"},
		{"attach", "detach"}, {"bind", "unbind"}, {"star", "unstar"}, {"associate", "disassociate"}, {"suspend", "activate"}, {"install", "uninstall"},
	} {
		both[pair[0]] = pair[1]
		if both[pair[1]] == "" {
			both[pair[1]] = pair[0]
		}
	}
	return both
})

// undoes names the opposite of a change. What deleted data cannot be made again, so a create is none of its own delete.
func (m *Map) undoes(r *row) string {
	if r.IsRead() || slices.Contains(r.Risk, schemas.Irreversible) {
		return ""
	}
	for i, w := range slices.Backward(r.words) {
		back := opposites()[w]
		if back == "" || w == "delete" {
			continue
		}
		words := slices.Clone(r.words)
		words[i] = back
		if got := m.named[string(r.Platform)+"_"+strings.Join(words, "_")]; got != nil {
			return got.Name
		}
	}
	return ""
}

// siblings are the other changes of the same thing, those of the thing itself before those of its parts, the milder first.
func (m *Map) siblings(r *row) []*row {
	list := m.sameThing(r)
	alike := 0
	switch {
	case r.spoken(): // sameThing has looked at the words
	case r.IsRead() && r.thing != "" && r.path != r.thing && m.at[place{r.Platform, r.path + "/{}"}] == nil:
		alike = min(2, len(r.words)-1) // a part of the thing: who reads an estimate does not want to delete the organization
	default:
		alike = 1 // many things have actions below one path
	}
	list = slices.DeleteFunc(list, func(s *row) bool {
		return s == r || s.IsRead() || slices.Contains(s.words, "create") && !r.IsList || len(hidden(s.Flags)) > len(hidden(r.Flags)) ||
			common(s.words, r.words) < alike
	})
	slices.SortStableFunc(list, func(a, b *row) int {
		return cmp.Or(cmp.Compare(common(b.words, r.words), common(a.words, r.words)), cmp.Compare(len(a.words), len(b.words)),
			cmp.Compare(len(a.Risk), len(b.Risk)), cmp.Compare(a.Name, b.Name))
	})
	return list[:min(len(list), mostSiblings)]
}

// mostSiblings keeps a long list of what else can be done from being all that a reader sees.
const mostSiblings = 4

func (m *Map) sameThing(r *row) []*row {
	var list []*row
	if r.spoken() {
		resource := m.resource(r)
		for i := range m.rows {
			if s := &m.rows[i]; s.Platform == r.Platform && len(s.words) > len(resource) && slices.Equal(s.words[:len(resource)], resource) {
				list = append(list, s)
			}
		}
		return list
	}
	if one := m.at[place{r.Platform, r.path + "/{}"}]; one != nil { // a collection: its things, and what makes them
		list = slices.Clone(one)
		for _, s := range m.at[place{r.Platform, r.thing}] {
			if s.path == r.path {
				list = append(list, s)
			}
		}
		return list
	}
	if r.thing == "" {
		return nil
	}
	return slices.Clone(m.at[place{r.Platform, r.thing}])
}

// resource is what the name of a row is about: its longest beginning that something lists or shows, or else that another
// row shares.
func (m *Map) resource(r *row) []string {
	for n := len(r.words) - 1; n > 0; n-- {
		for _, verb := range []string{"list", "get"} {
			if m.word(r.Platform, r.words[:n], verb) != nil {
				return r.words[:n]
			}
		}
	}
	return r.words[:1]
}

func common(a, b []string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// hidden are the flags for which a row has to be switched on.
func hidden(flags []schemas.Flag) []schemas.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f schemas.Flag) bool { return f == schemas.Prerelease })
}
