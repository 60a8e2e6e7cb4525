package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"paasmcp/schemas"
)

// Where things stand, seen from the root of the project.
const transcriptsDir = "docs/transcripts"

// tasksDir holds one file of tasks per platform, seen from the root of the project.
const tasksDir = "testdata/eval/tasks"

// Task is something a person wants done, told in one or more sentences, and how to see that it was done.
type Task struct {
	Name     string           `yaml:"name"`
	Platform schemas.Platform `yaml:"platform"`
	Steps    []Step           `yaml:"steps"`
	Declines bool             `yaml:"declines"` // the person says no when the gate asks
	Shown    bool             `yaml:"shown"`    // its transcript stands in the documentation
	Check    []Check          `yaml:"check"`
}

// Step is one sentence of the person. Given are the names and values in it, by what the person calls them: a reader of the
// sentence could have marked them.
type Step struct {
	Say   string         `yaml:"say"`
	Given map[string]any `yaml:"given"`
	Final bool           `yaml:"final"` // the person knows that this cannot be undone
}

// Check looks at the platform itself, not through the tools: one request, and a jq filter over {status, body} that must
// be true. Without a request, Answer is a text that the last step must have brought to light, and Card one that a card of
// the gate must have shown to the person.
type Check struct {
	Get    string            `yaml:"get"`  // path below the platform's API
	Post   string            `yaml:"post"` // of Virtuozzo, where everything is a form
	Form   map[string]string `yaml:"form"`
	Is     string            `yaml:"is"`
	Answer string            `yaml:"answer"`
	Card   string            `yaml:"card"`
}

// readTasks reads all files of a folder. It refuses a given value that the person never said: the stand-in must not know
// more than its user's words.
func readTasks(dir string) ([]Task, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no tasks in %s", dir)
	}
	var all []Task
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var tasks []Task
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(&tasks); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, tasks...)
	}
	names := map[string]bool{}
	for i := range all {
		if err := all[i].sound(); err != nil {
			return nil, fmt.Errorf("task %q: %w", all[i].Name, err)
		}
		if names[all[i].Name] {
			return nil, fmt.Errorf("task %q: there are two of this name", all[i].Name)
		}
		names[all[i].Name] = true
	}
	return all, nil
}

func (t *Task) sound() error {
	if !slices.Contains(schemas.Platforms(), t.Platform) {
		return fmt.Errorf("platform %q does not exist", t.Platform)
	}
	if len(t.Steps) < 2 || len(t.Check) == 0 {
		return fmt.Errorf("it has %d steps and %d checks; at least two and one make a task", len(t.Steps), len(t.Check))
	}
	for _, c := range t.Check {
		kinds := 0
		for _, kind := range []string{c.Answer, c.Card, c.Get + c.Post} {
			if kind != "" {
				kinds++
			}
		}
		if kinds != 1 || (c.Get+c.Post == "") != (c.Is == "") {
			return fmt.Errorf("check %+v: it has either answer, or card, or get or post with is", c)
		}
	}
	said := ""
	for _, step := range t.Steps {
		said += "\n" + strings.ToLower(step.Say)
		for name, value := range step.Given {
			for _, word := range leaves(value) {
				if !strings.Contains(said, strings.ToLower(word)) {
					return fmt.Errorf("given %s: nobody said %q", name, word)
				}
			}
		}
	}
	return nil
}

// leaves are the texts and numbers in a value. What is true or false is said in many ways and is not compared.
func leaves(value any) []string {
	var found []string
	switch v := value.(type) {
	case bool:
	case []any:
		for _, child := range v {
			found = append(found, leaves(child)...)
		}
	case map[string]any:
		for _, child := range v {
			found = append(found, leaves(child)...)
		}
	default:
		found = append(found, scalar(v))
	}
	return found
}

// scalar writes a single value as text, as JSON would; a text without its quotes.
func scalar(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	raw, _ := json.Marshal(v) // plain values only
	return string(raw)
}
