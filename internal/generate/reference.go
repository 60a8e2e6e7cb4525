package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"paasmcp/schemas"
)

// referenceFolder holds the tool reference.
const referenceFolder = "docs/tools"

const generatedNote = "<!-- Generated from schemas/ by `make generate`; edit the rows there. -->\n\n"

// titles are the platforms' names for readers.
var titles = map[schemas.Platform]string{
	schemas.Platformsh: "Platform.sh / Upsun",
	schemas.Acquia:     "Acquia Cloud",
	schemas.Virtuozzo:  "Virtuozzo Application Platform",
}

// overview renders the first page of the reference.
func (c *catalogue) overview() []byte {
	var b bytes.Buffer
	b.WriteString("# Tools\n\n" + generatedNote)
	b.WriteString("Every operation of a platform's API is one tool. Tools that belong to one kind of resource form a toolset.\n\n")
	b.Write(c.toolsetTable())
	b.WriteString("\n## Risk classes\n\nEvery tool is either a read or a write; the other classes qualify it. The policy decides by them.\n\n")
	for _, r := range schemas.Risks() {
		fmt.Fprintf(&b, "- `%s`: %s\n", r, c.words["Risk"][string(r)])
	}
	b.WriteString("\n## Marks\n\n")
	b.WriteString("- `deprecated`: hidden unless it is included; a successor is named where there is one.\n")
	b.WriteString("- `privileged`: hidden unless it is included; " + c.words["Flag"][string(schemas.Privileged)] + ".\n")
	b.WriteString("- `prerelease`: offered, but the vendor may change it at short notice.\n")
	b.WriteString("- `upsun only`: exists on Upsun hosts alone.\n")
	return b.Bytes()
}

// toolsetTable counts the tools of every toolset.
func (c *catalogue) toolsetTable() []byte {
	var b bytes.Buffer
	b.WriteString("| platform | toolset | tools | reads | writes |\n|---|---|--:|--:|--:|\n")
	tools, reads := 0, 0
	for _, platform := range c.platforms {
		for _, t := range c.toolsets(platform) {
			fmt.Fprintf(&b, "| %s | [%s](%s.md#%s) | %d | %d | %d |\n",
				titles[platform], t.name, platform, t.name, len(t.ops), t.reads(), len(t.ops)-t.reads())
			tools, reads = tools+len(t.ops), reads+t.reads()
		}
	}
	fmt.Fprintf(&b, "| | **all** | **%d** | **%d** | **%d** |\n", tools, reads, tools-reads)
	return b.Bytes()
}

// platformTable is the short form for the README: a line per platform.
func (c *catalogue) platformTable(folder string) []byte {
	var b bytes.Buffer
	b.WriteString("| platform | operations | toolsets |\n|---|--:|---|\n")
	for _, platform := range c.platforms {
		var names []string
		for _, t := range c.toolsets(platform) {
			names = append(names, strings.TrimPrefix(t.name, string(platform)+"_"))
		}
		fmt.Fprintf(&b, "| [%s](%s%s.md) | %d | %s |\n", titles[platform], folder, platform, len(c.ops[platform]), strings.Join(names, ", "))
	}
	return b.Bytes()
}

// reference renders the page of one platform: contents, then one section per toolset.
func (c *catalogue) reference(platform schemas.Platform) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s tools\n\n%s", titles[platform], generatedNote)
	fmt.Fprintf(&b, "%d tools. What the words mean is on the [overview](README.md).\n\n", len(c.ops[platform]))
	for _, t := range c.toolsets(platform) {
		fmt.Fprintf(&b, "- [%s](#%s) (%d)\n", t.name, t.name, len(t.ops))
	}
	for _, t := range c.toolsets(platform) {
		fmt.Fprintf(&b, "\n## %s\n\n", t.name)
		for i := range t.ops {
			fmt.Fprintf(&b, "- [%s](#%s): %s\n", t.ops[i].Name, t.ops[i].Name, escape(t.ops[i].Summary))
		}
		for i := range t.ops {
			tool(&b, &t.ops[i])
		}
	}
	return b.Bytes()
}

// tool renders the section of one tool.
func tool(b *bytes.Buffer, o *schemas.Operation) {
	fmt.Fprintf(b, "\n### %s\n\n%s", o.Name, escape(o.Summary))
	if o.About != "" {
		b.WriteString(" " + escape(o.About))
	}
	fmt.Fprintf(b, "\n\n`%s` · %s\n", o.Call, strings.Join(facts(o), " · "))
	for _, w := range o.When {
		fmt.Fprintf(b, "\nAlso **%s** when %s.\n", classes(w.Adds), escape(w.String()))
	}
	arguments(b, o)
	kinds(b, o)
	if len(o.Shows) > 0 {
		fmt.Fprintf(b, "\nShown by default: %s\n", codes(o.Shows))
	}
	if len(o.Secrets) > 0 {
		fmt.Fprintf(b, "\nMasked: %s\n", codes(o.Secrets))
	}
	b.WriteString("\n```\n")
	if len(o.Example.Args) > 0 {
		// encoding/json sorts the keys, which keeps the page the same from run to run.
		b.Write(compactJSON(o.Example.Args))
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "→ %s\n```\n", o.Example.Sends)
}

// facts lists what is short enough for one line: risk, marks, paging, what happens afterwards.
func facts(o *schemas.Operation) []string {
	list := []string{"**" + classes(o.Risk) + "**"}
	for _, flag := range o.Flags {
		list = append(list, string(flag))
	}
	if o.Only != "" {
		list = append(list, o.Only+" organizations only")
	}
	switch o.Async {
	case "":
	case schemas.Accepted:
		list = append(list, "continues after the answer; look at the resource itself")
	default:
		list = append(list, "continues as a job ("+string(o.Async)+")")
	}
	switch {
	case o.Paging != nil:
		list = append(list, "list in pages")
	case o.List != "":
		list = append(list, "list")
	}
	if o.Media != "" {
		list = append(list, "sends "+o.Media)
	}
	if o.Returns != "" {
		list = append(list, "answers "+o.Returns)
	}
	return list
}

func classes(risk []schemas.Risk) string {
	list := make([]string, len(risk))
	for i, r := range risk {
		list[i] = string(r)
	}
	return strings.Join(list, ", ")
}

// arguments renders the table of arguments, nested ones as a.b below their parent.
func arguments(b *bytes.Buffer, o *schemas.Operation) {
	if len(o.Params) == 0 {
		b.WriteString("\nNo arguments.\n")
		return
	}
	b.WriteString("\n| argument | type | |\n|---|---|---|\n")
	required := o.RequiredArguments()
	for i := range o.Params {
		p := &o.Params[i]
		argument(b, p.Name, &p.Schema, slices.Contains(required, p.Name))
	}
}

func argument(b *bytes.Buffer, name string, s *schemas.Schema, required bool) {
	fmt.Fprintf(b, "| `%s`", name)
	if required {
		b.WriteString(" (required)")
	}
	fmt.Fprintf(b, " | %s | %s |\n", typeOf(s), cell(s))
	// Descend through lists and free keys to the members worth a line of their own.
	for {
		switch {
		case s.Items != nil:
			name, s = name+"[]", s.Items
			continue
		case s.Values != nil:
			name, s = name+".*", s.Values
			continue
		}
		break
	}
	if plain(s.Properties) {
		return // typeOf has shown them
	}
	for i := range s.Properties {
		p := &s.Properties[i]
		argument(b, name+"."+p.Name, &p.Schema, slices.Contains(s.Required, p.Name))
	}
}

// plain tells whether members need no line each: strings without further rules, such as the operators of a filter.
func plain(props schemas.Properties) bool {
	return !slices.ContainsFunc(props, func(p schemas.Property) bool {
		return p.Type != "string" || p.Description != "" || p.Format != "" || p.Pattern != "" || len(p.Enum) > 0 || p.Nullable
	})
}

// typeOf says in few words what a value is.
func typeOf(s *schemas.Schema) string {
	text := s.Type
	switch {
	case s.Items != nil:
		text = "list of " + typeOf(s.Items)
	case s.Values != nil:
		text = "map to " + typeOf(s.Values)
	case len(s.Properties) > 0 && plain(s.Properties):
		names := make([]string, len(s.Properties))
		for i, p := range s.Properties {
			names[i] = p.Name
		}
		text = "object with " + strings.Join(names, ", ")
	}
	if s.Open {
		text += ", further members are passed on"
	}
	if s.Format != "" {
		text += " (" + s.Format + ")"
	}
	if s.Nullable {
		text += " or null"
	}
	return escape(text)
}

// cell gathers what else is known of a value: description, accepted values, bounds, default.
func cell(s *schemas.Schema) string {
	var parts []string
	if s.Description != "" {
		parts = append(parts, escape(s.Description))
	}
	enum := s.Enum
	if s.Items != nil && len(enum) == 0 {
		enum = s.Items.Enum
	}
	if len(enum) > 0 {
		values := make([]string, len(enum))
		for i, v := range enum {
			values[i] = fmt.Sprint(v)
		}
		parts = append(parts, "One of "+codes(values)+".")
	}
	if bounds := bounds(s); bounds != "" {
		parts = append(parts, bounds)
	}
	if s.Default != nil {
		parts = append(parts, "Default "+codes([]string{string(compactJSON(s.Default))})+".")
	}
	return strings.Join(parts, " ")
}

func bounds(s *schemas.Schema) string {
	var parts []string
	add := func(format string, value any) { parts = append(parts, fmt.Sprintf(format, value)) }
	if s.Minimum != nil {
		add("from %v", *s.Minimum)
	}
	if s.Maximum != nil {
		add("to %v", *s.Maximum)
	}
	if s.MinLength != nil {
		add("at least %d characters", *s.MinLength)
	}
	if s.MaxLength != nil {
		add("at most %d characters", *s.MaxLength)
	}
	if s.MinItems != nil {
		add("at least %d items", *s.MinItems)
	}
	if s.Pattern != "" {
		add("matching %s", codes([]string{s.Pattern}))
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// kinds renders which arguments go with which value of the deciding one.
func kinds(b *bytes.Buffer, o *schemas.Operation) {
	v := o.Variants
	if v == nil {
		return
	}
	fmt.Fprintf(b, "\n| `%s` | needs | takes |\n|---|---|---|\n", v.By)
	for _, k := range v.Kinds {
		name := "`" + k.Kind + "`"
		if k.Kind == v.Default {
			name += " (default)"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, codes(k.Required), codes(k.Optional))
	}
}

// codes writes values as inline code. A bar would end the table cell even there.
func codes(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "`" + strings.ReplaceAll(v, "|", `\|`) + "`"
	}
	return strings.Join(quoted, ", ")
}

// escape keeps text from being read as a table bar, an HTML tag, emphasis or a link.
func escape(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "[", `\[`).Replace(text)
}

func compactJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// Rows hold only what YAML decodes to with string keys, which always encodes.
	_ = enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
