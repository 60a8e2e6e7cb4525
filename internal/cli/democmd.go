package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"paasmcp/internal/approval"
	"paasmcp/internal/demo"
)

func demoCommand(p Process) *cobra.Command {
	var yes bool
	var policyFile string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch a client and a server at work against the embedded simulator",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program to start it as the server: %w", err)
			}
			var person demo.Person = &typing{in: bufio.NewReader(p.In), out: p.Out}
			if yes || !isTerminal(p.In) {
				why := "--yes"
				if !yes {
					why = "no terminal"
				}
				person = &script{out: p.Out, why: why}
			}
			serve := []string{"serve", "--demo", "--log-level", "warn"}
			if policyFile != "" {
				if _, err := readPolicy(policyFile); err != nil { // here, and not as the end of a server that nobody watches
					return usageError{err}
				}
				serve = append(serve, "--policy", policyFile)
			}
			show := bar{out: p.Out, live: isTerminal(p.Out)}
			return demo.Run(cmd.Context(), demo.Options{
				Command: self,
				Args:    serve,
				Out:     p.Out,
				Errors:  p.Err,
				Person:  person,
				Bar:     show.draw,
				BarEnd:  show.end,
			})
		},
	}
	cmd.Flags().StringVar(&policyFile, "policy", "", "YAML `file` with rules that come before the built-in ones")
	cmd.Flags().BoolVar(&yes, "yes", false, "let the demo answer the gate's questions itself")
	return cmd
}

// typing is a person at a terminal.
type typing struct {
	in  *bufio.Reader
	out io.Writer
}

func (t *typing) Answer(ctx context.Context, message string, form demo.Form) (map[string]any, bool) {
	field := approval.Field{Name: approval.FieldApprove, Title: form.Yes.Title}
	if form.Yes.Type == "string" {
		field.Name = approval.FieldName
	}
	answer, err := askOn(ctx, t.in, t.out, boxed(message), field, nameToType(form))
	if err != nil || answer.Action != approval.Accept {
		return nil, false
	}
	content := map[string]any{form.Yes.Name: answer.Content[field.Name]}
	if form.Backup != nil {
		if content[form.Backup.Name], err = yesOrNo(ctx, t.in, t.out, form.Backup.Title, form.Backup.Ticked); err != nil {
			return nil, false
		}
	}
	return content, true
}

// script answers in place of a person, and says so: no to the first question, to show what a no does, then yes.
type script struct {
	out   io.Writer
	why   string
	asked int
}

func (s *script) Answer(_ context.Context, message string, form demo.Form) (map[string]any, bool) {
	fmt.Fprintln(s.out, boxed(message))
	say := func(field demo.Field, what any) {
		fmt.Fprintf(s.out, "%s? (%s: the demo answers for itself) %v\n", field.Title, s.why, what)
	}
	if s.asked++; s.asked == 1 {
		say(form.Yes, "no")
		return nil, false
	}
	content := map[string]any{form.Yes.Name: true}
	if form.Yes.Type == "string" {
		name := nameToType(form)
		content[form.Yes.Name] = name
		say(form.Yes, name)
	} else {
		say(form.Yes, "yes")
	}
	if form.Backup != nil {
		content[form.Backup.Name] = true
		say(*form.Backup, "yes")
	}
	return content, true
}

// nameToType is the name that the form asks for; it says so in words only.
func nameToType(form demo.Form) string {
	name, _ := strings.CutPrefix(form.Yes.Description, "Type ")
	name, _, _ = strings.Cut(name, " to go ahead")
	return name
}

// boxed sets the gate's card off from the story around it.
func boxed(card string) string {
	return "   | " + strings.ReplaceAll(card, "\n", "\n   | ")
}
