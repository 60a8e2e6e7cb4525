// Package prompts serves workflows: how to ship, back up, rotate a secret, onboard a person, as steps with exact operation
// names, offered to clients as MCP prompts.
//
// One Markdown file is one workflow; its name is the prompt's. It begins with front matter (title, description, changes,
// platforms, arguments), goes on with what holds everywhere, and has one "## <platform>" section per platform:
//
//	---
//	title: Ship to production
//	description: Release tested code to the live site.
//	changes: true                     # false: offered by a read-only server too; no step may need a person
//	platforms: [platformsh, acquia]
//	arguments:
//	  - name: project
//	    description: Project id (Platform.sh) or application UUID (Acquia).
//	    required: true
//	    platforms: [platformsh]       # all of the workflow's when left out
//	    complete: project             # ask the account for values; see the sources of suggestions in package tools
//	---
//	Holds everywhere.
//
//	## platformsh
//
//	Look: {{read platformsh_environment_get}} of {{project}}.
//	Do: {{write platformsh_environment_merge}}.
//
// {{read NAME}} and {{write NAME}} are operations; the catalogue must agree on which it is. {{argument}} stands for what the
// user gave. Which steps a person is asked about is not written here: it is worked out from the policy in force, so that a
// prompt cannot promise what the gate does not do.
package prompts

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

//go:embed *.md
var embedded embed.FS

// Workflow is one Markdown file.
type Workflow struct {
	Name        string             `yaml:"-"` // of the file, without .md
	Title       string             `yaml:"title"`
	Description string             `yaml:"description"`
	Changes     bool               `yaml:"changes"` // it is there to change something
	Platforms   []schemas.Platform `yaml:"platforms"`
	Arguments   []Argument         `yaml:"arguments"`

	intro    text
	sections map[schemas.Platform]text
}

// Argument is something the user fills in.
type Argument struct {
	Name        string             `yaml:"name"`
	Description string             `yaml:"description"`
	Required    bool               `yaml:"required"`
	Platforms   []schemas.Platform `yaml:"platforms"` // where it means something
	Complete    string             `yaml:"complete"`  // kind of source that values are suggested from
}

// Operation is one step of a workflow that calls something.
type Operation struct {
	Name  string
	Write bool
}

// Operations lists the operations of the workflow on one platform, in their order, repetitions included.
func (w *Workflow) Operations(platform schemas.Platform) []Operation {
	var list []Operation
	for _, p := range w.sections[platform] {
		if p.kind == kindRead || p.kind == kindWrite {
			list = append(list, Operation{Name: p.value, Write: p.kind == kindWrite})
		}
	}
	return list
}

func (w *Workflow) argument(name string) (Argument, bool) {
	i := slices.IndexFunc(w.Arguments, func(a Argument) bool { return a.Name == name })
	if i < 0 {
		return Argument{}, false
	}
	return w.Arguments[i], true
}

// text is Markdown with its placeholders set apart.
type text []piece

type piece struct {
	kind  kind
	value string // the Markdown itself, or the name in the placeholder
}

type kind string

const (
	kindMarkdown kind = ""
	kindArgument kind = "argument"
	kindRead     kind = "read"
	kindWrite    kind = "write"
)

// Embedded loads the workflows of this program.
func Embedded() ([]*Workflow, error) { return Load(embedded) }

// embeddedNames are the names of the workflows of this program, without reading them.
func embeddedNames() []string {
	files, _ := fs.Glob(embedded, "*.md") // the only error is a bad pattern
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".md")
	}
	return files
}

// Load reads every *.md file at the top of fsys, sorted by name. All violations come back at once, each as "file: reason".
func Load(fsys fs.FS) ([]*Workflow, error) {
	files, err := fs.Glob(fsys, "*.md")
	if err != nil {
		return nil, err
	}
	var list []*Workflow
	var errs []error
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		w, err := parse(strings.TrimSuffix(path.Base(file), ".md"), data)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file, err))
			continue
		}
		list = append(list, w)
	}
	return list, errors.Join(errs...)
}

var names = lazy.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// reserved are the arguments that the server adds where there is a choice; see render.go.
var reserved = []string{argPlatform, argAccount}

func parse(name string, data []byte) (*Workflow, error) {
	front, body, ok := bytes.Cut(bytes.TrimPrefix(data, []byte("---\n")), []byte("\n---\n"))
	if !ok || !bytes.HasPrefix(data, []byte("---\n")) {
		return nil, errors.New("it must begin with front matter between two lines of ---")
	}
	w := &Workflow{Name: name, sections: map[schemas.Platform]text{}}
	if err := yaml.Load(front, w, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("front matter: %w", err)
	}
	if err := w.checkFront(); err != nil {
		return nil, err
	}
	intro, rest, _ := strings.Cut("\n"+string(body), "\n## ")
	var err error
	if w.intro, err = w.scan(intro, w.Platforms...); err != nil {
		return nil, err
	}
	for rest != "" {
		var section string
		section, rest, _ = strings.Cut(rest, "\n## ")
		heading, steps, _ := strings.Cut(section, "\n")
		p := schemas.Platform(heading)
		if !slices.Contains(w.Platforms, p) || w.sections[p] != nil {
			return nil, fmt.Errorf("section %q: only the platforms of the front matter have one, and each has one", heading)
		}
		if w.sections[p], err = w.scan(steps, p); err != nil {
			return nil, fmt.Errorf("section %s: %w", p, err)
		}
	}
	return w, w.checkSections()
}

func (w *Workflow) checkFront() error {
	if !names.MatchString(w.Name) {
		return errors.New("the file name must be words of a-z and 0-9 joined by _")
	}
	if w.Title == "" || w.Description == "" || len(w.Platforms) == 0 {
		return errors.New("title, description and platforms are needed")
	}
	if err := known(w.Platforms, schemas.Platforms()); err != nil {
		return err
	}
	seen := slices.Clone(reserved)
	for i := range w.Arguments {
		a := &w.Arguments[i]
		if !names.MatchString(a.Name) || slices.Contains(seen, a.Name) {
			return fmt.Errorf("argument %q: the name is not a_b, is used twice, or belongs to the server", a.Name)
		}
		seen = append(seen, a.Name)
		if a.Description == "" {
			return fmt.Errorf("argument %s: it needs a description", a.Name)
		}
		if len(a.Platforms) == 0 {
			a.Platforms = w.Platforms
		}
		if err := known(a.Platforms, w.Platforms); err != nil {
			return fmt.Errorf("argument %s: %w", a.Name, err)
		}
		if a.Complete != "" && !slices.ContainsFunc(a.Platforms, func(p schemas.Platform) bool { return tools.Suggestible(p, a.Complete) }) {
			return fmt.Errorf("argument %s: nothing lists a %q", a.Name, a.Complete)
		}
	}
	return nil
}

func known(list, of []schemas.Platform) error {
	for i, p := range list {
		if !slices.Contains(of, p) || slices.Contains(list[:i], p) {
			return fmt.Errorf("platform %q does not exist here or appears twice", p)
		}
	}
	return nil
}

var placeholder = lazy.MustCompile(`\{\{(?:(read|write) )?([a-z0-9_]+)\}\}`)

// scan takes Markdown apart. What looks like a placeholder and is none is an error: a model would read it as it stands.
func (w *Workflow) scan(markdown string, platforms ...schemas.Platform) (text, error) {
	var t text
	markdown = strings.TrimSpace(markdown)
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(markdown, -1) {
		t = append(t, piece{value: markdown[at:m[0]]})
		at = m[1]
		p := piece{kind: kindArgument, value: markdown[m[4]:m[5]]}
		if m[2] >= 0 {
			p.kind = kind(markdown[m[2]:m[3]])
		}
		if err := w.checkPlaceholder(p, platforms); err != nil {
			return nil, err
		}
		t = append(t, p)
	}
	t = append(t, piece{value: markdown[at:]})
	for _, p := range t {
		if p.kind == kindMarkdown && (strings.Contains(p.value, "{{") || strings.Contains(p.value, "}}")) {
			return nil, fmt.Errorf("%q: a placeholder is {{argument}}, {{read OPERATION}} or {{write OPERATION}}", p.value)
		}
	}
	return t, nil
}

func (w *Workflow) checkPlaceholder(p piece, platforms []schemas.Platform) error {
	if p.kind != kindArgument {
		if len(platforms) != 1 || !strings.HasPrefix(p.value, string(platforms[0])+"_") {
			return fmt.Errorf("%s: an operation belongs in the section of its own platform", p.value)
		}
		return nil
	}
	a, ok := w.argument(p.value)
	if !ok {
		return fmt.Errorf("{{%s}} is not an argument of the front matter", p.value)
	}
	for _, platform := range platforms {
		if !slices.Contains(a.Platforms, platform) {
			return fmt.Errorf("{{%s}} is not an argument on %s", p.value, platform)
		}
	}
	return nil
}

// checkSections wants a section for every platform, and every argument used where it is offered: one that no step
// mentions would be asked for in vain.
func (w *Workflow) checkSections() error {
	for _, p := range w.Platforms {
		if len(w.Operations(p)) == 0 {
			return fmt.Errorf("there is no section ## %s with operations", p)
		}
		for _, a := range w.Arguments {
			mentions := func(t text) bool { return slices.Contains(t, piece{kindArgument, a.Name}) }
			if slices.Contains(a.Platforms, p) && !mentions(w.intro) && !mentions(w.sections[p]) {
				return fmt.Errorf("section %s: it never mentions {{%s}}", p, a.Name)
			}
		}
	}
	return nil
}

// check compares the steps on one platform with the rows of the catalogue.
func (w *Workflow) check(rows map[string]*schemas.Row, platform schemas.Platform) error {
	for _, o := range w.Operations(platform) {
		row := rows[o.Name]
		switch {
		case row == nil:
			return fmt.Errorf("prompt %s: operation %s does not exist or is not offered", w.Name, o.Name)
		case row.IsRead() == o.Write:
			return fmt.Errorf("prompt %s: %s is written as the other of read and write", w.Name, o.Name)
		}
	}
	return nil
}
