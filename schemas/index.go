package schemas

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run ../internal/generate

// The index is generated from the YAML rows. Strict YAML decoding of a platform takes tens of milliseconds, which every
// start of a stdio server would pay; a line of the index is split in microseconds and its row decoded on first use. It is embedded as
// text, so that rows point into the program and nothing is copied; and what is needed of few rows only stands apart, so that
// a start does not even load it from the disk.
var (
	//go:embed index/platformsh.tsv
	platformshIndex string
	//go:embed index/platformsh.rows
	platformshRows string
	//go:embed index/acquia.tsv
	acquiaIndex string
	//go:embed index/acquia.rows
	acquiaRows string
	//go:embed index/virtuozzo.tsv
	virtuozzoIndex string
	//go:embed index/virtuozzo.rows
	virtuozzoRows string
)

// indexes hold the lines of a platform's rows, and the long texts that the lines point into.
var indexes = map[Platform]struct{ lines, rows *string }{
	Platformsh: {&platformshIndex, &platformshRows}, Acquia: {&acquiaIndex, &acquiaRows}, Virtuozzo: {&virtuozzoIndex, &virtuozzoRows},
}

// Row is what listing and finding need of an operation, without decoding it.
type Row struct {
	Name     string
	Toolset  string
	Call     string
	Summary  string
	Platform Platform
	Risk     []Risk // with the worst of arguments
	Flags    []Flag
	Required []string // argument names, path parameters first
	Aliases  []string

	IsList     bool   // the answer is a list
	HasShows   bool   // the answer is cut to some fields by default
	IsFile     bool   // the answer is a file
	IsShort    bool   // the input schema leaves most details to paas_describe
	properties string // of the input schema, rendered for tools/list
}

// InputSchema is what tools/list shows of [Operation.InputSchema]; it may leave details out. The operation is not decoded.
func (r *Row) InputSchema(extra ...*Property) json.RawMessage {
	return inputSchema(r.properties, extra, r.Required)
}

// IsRead reports whether the operation changes nothing.
func (r *Row) IsRead() bool { return slices.Contains(r.Risk, Read) }

// Catalog is the set of rows of some platforms, sorted by name.
type Catalog struct {
	rows    []Row
	entries []entry
	at      map[string]int // row number by name
}

type entry struct {
	once sync.Once
	json string
	op   *Operation
}

// Open reads the embedded rows of the given platforms; rows whose flag is deprecated or privileged only when
// include names the flag. Loading only the platforms that have an account keeps the start short.
func Open(include []Flag, platforms ...Platform) (*Catalog, error) {
	lines := 0
	for _, platform := range platforms {
		index, ok := indexes[platform]
		if !ok {
			return nil, fmt.Errorf("catalogue of %s: there is no such platform", platform)
		}
		lines += strings.Count(*index.lines, "\n")
	}
	c := &Catalog{rows: make([]Row, 0, lines), entries: make([]entry, 0, lines), at: make(map[string]int, lines)}
	for _, platform := range platforms {
		index := indexes[platform]
		seen := known{lists[Risk]{}, lists[Flag]{}, lists[string]{}}
		for line := range strings.Lines(*index.lines) {
			row, full, err := parseLine(platform, strings.TrimSuffix(line, "\n"), *index.rows, seen)
			if err != nil {
				return nil, fmt.Errorf("catalogue of %s: %w; run `make generate`", platform, err)
			}
			if hidden(row.Flags, include) {
				continue
			}
			c.at[row.Name] = len(c.rows)
			c.rows = append(c.rows, row)
			c.entries = append(c.entries, entry{json: full})
		}
	}
	return c, nil
}

func hidden(flags, include []Flag) bool {
	for _, f := range flags {
		if f != Prerelease && !slices.Contains(include, f) {
			return true
		}
	}
	return false
}

// Rows lists every row, sorted by name within its platform. The slice is shared; do not change it.
func (c *Catalog) Rows() []Row { return c.rows }

// Row is the row of that name, not decoded. It is shared; do not change it.
func (c *Catalog) Row(name string) (*Row, bool) {
	at, ok := c.at[name]
	if !ok {
		return nil, false
	}
	return &c.rows[at], true
}

// Operation decodes the row of that name. The result is shared; do not change it.
func (c *Catalog) Operation(name string) (*Operation, bool) {
	at, ok := c.at[name]
	if !ok {
		return nil, false
	}
	e := &c.entries[at]
	e.once.Do(func() {
		row := &c.rows[at]
		op := &Operation{Platform: row.Platform, Toolset: row.Toolset}
		// The line was written by WriteIndex and is checked against the YAML rows by a test, so it decodes.
		if err := json.Unmarshal([]byte(e.json), op); err != nil {
			panic(fmt.Sprintf("catalogue: %s: %v", name, err))
		}
		e.op = op
	})
	return e.op, true
}

// Index columns, in their order.
const (
	colName = iota
	colToolset
	colCall
	colRisk
	colFlags
	colRequired
	colAliases
	colSummary
	colMarks
	colPlace // in the long texts: where they begin, and the lengths of the listed properties and of the row as JSON
	columns
)

// WriteIndex renders the rows of one platform in the form that Open reads: one line per row, tab-separated, and the long texts
// that the lines point into: the properties as they are listed, and the whole row as JSON.
func WriteIndex(ops []Operation) (index, rows []byte, err error) {
	ops = slices.Clone(ops)
	slices.SortFunc(ops, func(a, b Operation) int { return cmp.Compare(a.Name, b.Name) })
	var out, long bytes.Buffer
	for i := range ops {
		o := &ops[i]
		row, err := json.Marshal(o)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", o.Name, err)
		}
		cols := make([]string, columns)
		cols[colName], cols[colToolset], cols[colCall], cols[colSummary] = o.Name, o.Toolset, o.Call, o.Summary
		cols[colRisk] = joined(o.WorstRisk())
		cols[colFlags] = joined(o.Flags)
		cols[colRequired] = joined(o.RequiredArguments())
		cols[colAliases] = strings.Join(o.Aliases, ";")
		properties, short := o.listed()
		cols[colMarks] = marks(o, short)
		cols[colPlace] = fmt.Sprintf("%d,%d,%d", long.Len(), len(properties), len(row))
		fmt.Fprintf(&long, "%s\n%s\n", properties, row)
		out.WriteString(strings.Join(cols, "\t"))
		out.WriteByte('\n')
	}
	return out.Bytes(), long.Bytes(), nil
}

// The marks of a row that registration needs to know.
const (
	markList  = "list"
	markShows = "shows"
	markFile  = "file"
	markShort = "short"
)

func marks(o *Operation, short bool) string {
	var list []string
	if o.List != "" {
		list = append(list, markList)
	}
	if len(o.Shows) > 0 {
		list = append(list, markShows)
	}
	if o.ReturnsFile() {
		list = append(list, markFile)
	}
	if short {
		list = append(list, markShort)
	}
	return strings.Join(list, ",")
}

// lists remembers what a text was split into: most rows need what others need, and carry the same risks.
type lists[S ~string] map[string][]S

func (l lists[S]) split(joined, sep string) []S {
	if joined == "" {
		return nil
	}
	list, ok := l[joined]
	if !ok {
		for part := range strings.SplitSeq(joined, sep) {
			list = append(list, S(part))
		}
		l[joined] = list
	}
	return list
}

func aliases(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, ";")
}

// known are the lists of the rows so far.
type known struct {
	risks    lists[Risk]
	flags    lists[Flag]
	required lists[string]
}

func parseLine(platform Platform, line, rows string, seen known) (Row, string, error) {
	var cols [columns]string
	for i := range cols {
		text, rest, more := strings.Cut(line, "\t")
		if more != (i < columns-1) {
			return Row{}, "", fmt.Errorf("a line of the index does not have %d columns", columns)
		}
		cols[i], line = text, rest
	}
	properties, row, ok := place(cols[colPlace], rows)
	if !ok {
		return Row{}, "", fmt.Errorf("the index of %s points to %q, which is not in its rows", cols[colName], cols[colPlace])
	}
	return Row{
		Name:     cols[colName],
		Toolset:  cols[colToolset],
		Call:     cols[colCall],
		Summary:  cols[colSummary],
		Platform: platform,
		Risk:     seen.risks.split(cols[colRisk], ","),
		Flags:    seen.flags.split(cols[colFlags], ","),
		Required: seen.required.split(cols[colRequired], ","),
		Aliases:  aliases(cols[colAliases]),

		IsList:     strings.Contains(cols[colMarks], markList),
		HasShows:   strings.Contains(cols[colMarks], markShows),
		IsFile:     strings.Contains(cols[colMarks], markFile),
		IsShort:    strings.Contains(cols[colMarks], markShort),
		properties: properties,
	}, row, nil
}

// place cuts the long texts of a row out of the others, without looking at them.
func place(text, rows string) (properties, row string, ok bool) {
	var at [3]int
	parts := strings.Split(text, ",")
	if len(parts) != len(at) {
		return "", "", false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return "", "", false
		}
		at[i] = n
	}
	end := at[0] + at[1]
	if end+1+at[2] > len(rows) {
		return "", "", false
	}
	return rows[at[0]:end], rows[end+1 : end+1+at[2]], true
}

func joined[S ~string](list []S) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = string(s)
	}
	return strings.Join(parts, ",")
}

// Catalogued lists the platforms that have rows.
func Catalogued() []Platform {
	var list []Platform
	for _, p := range Platforms() {
		if *indexes[p].lines != "" {
			list = append(list, p)
		}
	}
	return list
}
