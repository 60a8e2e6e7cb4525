// Package catalogdiff compares the rows of the catalogue with the OpenAPI document a platform publishes, so that a
// change of the platform's API shows as a list of differences and not as failing calls.
//
// Deliberate deviations stand in schemas/excluded.yaml, each with its reason. What is left is a mistake in a row or news
// from the platform.
package catalogdiff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// What is the kind of a difference, spelled as in schemas/excluded.yaml.
type What string

// The kinds of differences. The document is always named first: required means required there and not in the row.
const (
	OperationMissing What = "operation-missing" // in the document, no row
	OperationExtra   What = "operation-extra"   // a row, not in the document
	Deprecated       What = "deprecated"        // deprecated in one of them only
	Missing          What = "missing"           // a parameter of the document that the row does not have
	Extra            What = "extra"             // a parameter of the row that the document does not have
	Place            What = "place"             // path, query, header or body
	Type             What = "type"
	Enum             What = "enum"
	Required         What = "required" // required in the document, optional in the row
	Optional         What = "optional" // optional in the document, required in the row
	Nullable         What = "nullable" // null is accepted in one of them only
	Open             What = "open"     // members that nobody names are accepted in one of them only
	Style            What = "style"    // how a list or object is written into the query
	Media            What = "media"    // content type of the request
	Kind             What = "kind"     // a variant of the body
)

var whats = []What{OperationMissing, OperationExtra, Deprecated, Missing, Extra, Place, Type, Enum, Required, Optional, Nullable, Open, Style, Media, Kind}

// Difference is one deviation between the document and the rows.
type Difference struct {
	Call string // METHOD /path as in the document, or as in the row when the document does not have it
	What What
	// Name is the kind, or the vendor's name of the parameter: a.b for members, a[] for items, a.* for the values of free keys,
	// with the kind in parentheses when it concerns one variant only. Empty where the whole operation is concerned.
	Name   string
	Text   string // what stands where
	Reason string // why it is deliberate; empty when nothing explains it
}

// String is the difference as one line of plain text. Names come from the document, so control characters in them are
// escaped: they must not reach a terminal.
func (d Difference) String() string {
	parts := []string{d.Call}
	switch {
	case d.What == Kind:
		parts = append(parts, "kind "+d.Name)
	case d.Name != "":
		parts = append(parts, "parameter "+d.Name)
	}
	for i := range parts {
		parts[i] = printable(parts[i])
	}
	return strings.Join(append(parts, printable(d.Text)), ": ")
}

// Report is the result of a comparison.
type Report struct {
	Operations  int          // operations in the document
	Matched     int          // those that have a row, or are excluded on purpose
	Differences []Difference // explained ones included; sorted by path, method, kind and name
	Stale       []string     // exclusions that excuse nothing any more, as "file:line: reason"
}

// Unexplained lists the differences that no exclusion explains.
func (r Report) Unexplained() []Difference {
	var list []Difference
	for _, d := range r.Differences {
		if d.Reason == "" {
			list = append(list, d)
		}
	}
	return list
}

// Clean reports whether nothing is left to do: no unexplained difference, no stale exclusion.
func (r Report) Clean() bool { return len(r.Unexplained()) == 0 && len(r.Stale) == 0 }

// Summary is the last line of the report.
func (r Report) Summary() string {
	open := len(r.Unexplained())
	text := fmt.Sprintf("%d of %d operations, %d unexplained differences, %d explained",
		r.Matched, r.Operations, open, len(r.Differences)-open)
	if len(r.Stale) > 0 {
		text += fmt.Sprintf(", %d stale exclusions", len(r.Stale))
	}
	return text
}

// Diff compares the rows of one platform with an OpenAPI 3 document in JSON or YAML. Rows of other platforms are
// ignored. The error says why a document cannot be read; a document that is merely strange is compared as far as it
// goes.
//
// Operations are matched by method and path template with the names of the holes left out, because a template means the
// same under any names; path parameters are then compared by position.
func Diff(platform schemas.Platform, ops []schemas.Operation, document []byte, excluded Exclusions) (Report, error) {
	doc, err := read(document)
	if err != nil {
		return Report{}, err
	}
	rows := map[string]*schemas.Operation{}
	for i := range ops {
		if ops[i].Platform == platform {
			rows[template(ops[i].Call)] = &ops[i]
		}
	}
	report := Report{Operations: len(doc.calls)}
	seen := map[string]bool{}
	views := views{}
	for _, call := range doc.calls {
		seen[template(call.call)] = true
		row, ok := rows[template(call.call)]
		if !ok {
			report.Differences = append(report.Differences, Difference{Call: call.call, What: OperationMissing, Text: "in the document, not in the rows"})
			continue
		}
		report.Matched++
		c := comparison{call: call, row: row, views: views}
		report.Differences = append(report.Differences, c.run()...)
	}
	for key, row := range rows {
		if !seen[key] {
			report.Differences = append(report.Differences, Difference{Call: row.Call, What: OperationExtra, Text: "in the rows (" + row.Name + "), not in the document"})
		}
	}
	slices.SortFunc(report.Differences, inOrder)
	report.Stale = excluded.explain(platform, report.Differences)
	for _, d := range report.Differences {
		if d.What == OperationMissing && d.Reason != "" {
			report.Matched++
		}
	}
	return report, nil
}

func inOrder(a, b Difference) int {
	methodA, pathA, _ := strings.Cut(a.Call, " ")
	methodB, pathB, _ := strings.Cut(b.Call, " ")
	return cmp.Or(
		cmp.Compare(pathA, pathB), cmp.Compare(methodA, methodB),
		cmp.Compare(slices.Index(whats, a.What), slices.Index(whats, b.What)),
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.Text, b.Text),
	)
}

var hole = lazy.MustCompile(`\{[^{}]*\}`)

// template is a call with the names of its holes left out.
func template(call string) string { return hole.ReplaceAllString(call, "{}") }

// maxShown bounds what one name or value of a document takes of a line, in bytes.
const maxShown = 200

func printable(text string) string {
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	for _, r := range text {
		if !strconv.IsPrint(r) {
			quoted := strconv.Quote(text)
			return quoted[1 : len(quoted)-1]
		}
	}
	return text
}
