package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"paasmcp/schemas"
)

// printTranscript writes a task in full, for whoever has to find out why it failed.
func printTranscript(out io.Writer, r *TaskResult) {
	fmt.Fprintf(out, "\n=== %s (%s)\n", r.Task, r.On)
	step := -1
	for _, x := range r.session.Calls {
		for step < x.Step {
			step++
			fmt.Fprintf(out, "\n> %s\n", r.task.Steps[step].Say)
		}
		fmt.Fprintf(out, "→ %s %s\n", x.Tool, excerpt(compact(x.Arguments), 600))
		if x.Card != "" {
			fmt.Fprintf(out, "  | %s\n  %s\n", strings.ReplaceAll(x.Card, "\n", "\n  | "), x.Said)
		}
		fmt.Fprintf(out, "← %s\n", brief(x, 900))
	}
	for _, u := range r.unmet {
		fmt.Fprintf(out, "UNMET: %s\n", u)
	}
}

// brief is an answer as short as a reader needs it: of a search only the names.
func brief(x Exchange, limit int) string {
	var found struct{ Operations []hit }
	if x.Tool == "paas_find" && decode([]byte(x.Answer), &found) == nil {
		names := make([]string, len(found.Operations))
		for i, h := range found.Operations {
			names[i] = h.Tool
		}
		return strings.Join(names, ", ")
	}
	return excerpt(x.Answer, limit)
}

// transcripts renders the tasks that the documentation shows, by file.
func transcripts(root string) (map[string]string, error) {
	results, err := runFiles(root, func(t *Task) bool { return t.Shown })
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for i := range results {
		files[filepath.Join(transcriptsDir, string(results[i].On)+".md")] = document(&results[i])
	}
	return files, nil
}

func writeTranscripts(root string) error {
	files, err := transcripts(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// vendors are the platforms as people call them.
var vendors = map[schemas.Platform]string{
	schemas.Platformsh: "Platform.sh / Upsun", schemas.Acquia: "Acquia Cloud", schemas.Virtuozzo: "Virtuozzo",
}

// age is how long ago something was, which cards count from today and not from the simulator's day.
var age = regexp.MustCompile(`just now|\d+ (minute|hour|day|month|year)s? ago`)

// document is a whole task as a page.
func document(r *TaskResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", vendors[r.On], r.Task)
	b.WriteString("A whole task, from a person's words to the end state. A deterministic stand-in for a model does it: it searches with the\n" +
		"person's words, takes the first operation it can fill in, and looks up what it lacks. The platform is the embedded simulator;\n" +
		"everything else is the server as it is. Answers are shortened here, not for the model.\n\n" +
		"Tokens are counted with o200k: *out* is what the model writes (tool and arguments), *in* what it reads (the answer). Cards of the\n" +
		"gate and the person's replies pass between server and person; the model sees neither.\n\n" +
		"Written by `go run ./internal/eval -transcripts`; a test keeps it up to date.\n")
	type cost struct{ calls, in, out int }
	costs := make([]cost, len(r.task.Steps))
	step := -1
	for _, x := range r.session.Calls {
		for step < x.Step {
			step++
			fmt.Fprintf(&b, "\n## %d. “%s”\n", step+1, r.task.Steps[step].Say)
		}
		costs[step] = cost{costs[step].calls + 1, costs[step].in + x.In, costs[step].out + x.Out}
		fmt.Fprintf(&b, "\n**%s** (out %d, in %d)\n\n```json\n%s\n```\n", x.Tool, x.Out, x.In, compact(x.Arguments))
		if x.Card != "" {
			fmt.Fprintf(&b, "\nThe gate asks:\n\n```text\n%s\n```\n\nThe person: %s\n", age.ReplaceAllString(x.Card, "… ago"), x.Said)
		}
		fmt.Fprintf(&b, "\n```text\n%s\n```\n", brief(x, 500))
	}
	b.WriteString("\n## What it cost\n\n| | calls | tokens out | tokens in |\n|---|--:|--:|--:|\n")
	fmt.Fprintf(&b, "| instructions and tools list | | | %d |\n", r.session.shop.hello)
	for i, c := range costs {
		fmt.Fprintf(&b, "| step %d | %d | %d | %d |\n", i+1, c.calls, c.out, c.in)
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d |\n\nThe end state was checked on the platform itself: ", r.Calls, r.Out, r.In)
	if r.Success {
		b.WriteString("it is as wanted.\n")
	} else {
		b.WriteString("it is not as wanted.\n")
	}
	return b.String()
}
