package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tiktoken-go/tokenizer"

	"paasmcp/schemas"
)

const tokensIntro = `# What the tools cost in tokens

<!-- Generated from the tools by ` + "`make generate`" + `. -->

Counted with the o200k vocabulary. *tools/list* is the whole entry of a tool: name, description, input and output schema, hints.
*To a model* is what clients hand on of it: name, description and input schema.

What tools/list shows of an operation's arguments may be shorter than the schema in ` + "`paas_describe`" + `, which is the one that
arguments are checked against: an object with the keys of an earlier one names that one ("Keys: see …"), and in the few rows that are
still too long an optional argument shows its type alone. Every argument is named, and nothing that the operation takes is refused.
A test holds each tool to 600 tokens in tools/list.
`

// count counts the tokens of a text once.
func (l *listings) count(codec tokenizer.Codec, text []byte) (int, error) {
	n, ok := l.tokens[string(text)]
	if ok {
		return n, nil
	}
	n, err := codec.Count(string(text))
	if err == nil {
		l.tokens[string(text)] = n
	}
	return n, err
}

// cost is what some tools cost, in tokens.
type cost struct{ tools, list, model int }

func (l *listings) cost(codec tokenizer.Codec, entries [][]byte) (cost, error) {
	c := cost{tools: len(entries)}
	for _, entry := range entries {
		n, err := l.count(codec, entry)
		if err != nil {
			return cost{}, err
		}
		c.list += n
		handed, err := toModel(entry)
		if err != nil {
			return cost{}, err
		}
		if n, err = l.count(codec, handed); err != nil {
			return cost{}, err
		}
		c.model += n
	}
	return c, nil
}

// toModel is what clients hand to a model of an entry of tools/list.
func toModel(entry []byte) ([]byte, error) {
	var tool struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		InputSchema json.RawMessage `json:"inputSchema"`
	}
	if err := json.Unmarshal(entry, &tool); err != nil {
		return nil, err
	}
	return json.Marshal(tool)
}

// row writes one line of a table of costs.
func (c cost) row(b *bytes.Buffer, cells ...string) {
	fmt.Fprintf(b, "| %s | %d | %d | %d | %d |\n", strings.Join(cells, " | "), c.tools, c.list, c.model, c.model/max(c.tools, 1))
}

func (l *listings) tokensPage() ([]byte, error) {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(tokensIntro)
	b.WriteString("\n## Modes\n\n| `--toolsets` | accounts of | tools | tools/list | to a model | of it, a tool |\n|---|---|--:|--:|--:|--:|\n")
	for _, toolset := range []string{"none", "default", "all"} {
		for _, platform := range append(schemas.Platforms(), allPlatforms) {
			if err := l.costOf(codec, &b, platform, toolset, toolset, cmp.Or(string(platform), "all three")); err != nil {
				return nil, err
			}
		}
	}
	if err := l.largest(codec, &b); err != nil {
		return nil, err
	}
	b.WriteString("\n## Toolsets\n\nEach with an account of its platform alone and the hand-written tools, which are in every mode.\n\n")
	b.WriteString("| toolset | tools | tools/list | to a model | of it, a tool |\n|---|--:|--:|--:|--:|\n")
	for _, toolset := range l.toolsets {
		platform, _, _ := strings.Cut(toolset, "_")
		if err := l.costOf(codec, &b, schemas.Platform(platform), toolset, toolset); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func (l *listings) costOf(codec tokenizer.Codec, b *bytes.Buffer, platform schemas.Platform, toolset string, cells ...string) error {
	list, err := l.of(platform, toolset)
	if err != nil {
		return err
	}
	c, err := l.cost(codec, list.entries)
	if err != nil {
		return err
	}
	c.row(b, cells...)
	return nil
}

// largest lists the ten largest tools in the worst case: with every flag, and with a choice of accounts.
func (l *listings) largest(codec tokenizer.Codec, b *bytes.Buffer) error {
	everything, err := service([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, 2, schemas.Platforms()...)
	if err != nil {
		return err
	}
	list, err := l.list(everything, mode{schemas.Platforms(), "all"})
	if err != nil {
		return err
	}
	type sized struct {
		name string
		cost cost
	}
	var tools []sized
	for i, entry := range list.entries {
		c, err := l.cost(codec, [][]byte{entry})
		if err != nil {
			return err
		}
		tools = append(tools, sized{list.server.Tools[i].Name, c})
	}
	slices.SortFunc(tools, func(a, b sized) int { return cmp.Or(b.cost.list-a.cost.list, cmp.Compare(a.name, b.name)) })
	fmt.Fprintf(b, "\n## The ten largest tools\n\nOf all %d, with deprecated and privileged operations and two accounts on each platform.\n\n",
		len(tools))
	b.WriteString("| tool | tools/list | to a model |\n|---|--:|--:|\n")
	for _, t := range tools[:10] {
		fmt.Fprintf(b, "| %s | %d | %d |\n", t.name, t.cost.list, t.cost.model)
	}
	return nil
}
