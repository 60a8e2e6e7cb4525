package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

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

func (t *typing) Answer(ctx context.Context, message string, field demo.Field) (any, bool) {
	fmt.Fprintln(t.out, boxed(message))
	prompt := field.Title + "? [y/N] "
	if field.Type == "string" {
		prompt = field.Title + " (empty to decline): "
	}
	fmt.Fprint(t.out, prompt)
	line, err := readLine(ctx, t.in)
	said := strings.TrimSpace(line)
	switch {
	case err != nil || said == "":
		return nil, false
	case field.Type == "string":
		return said, true
	default:
		return true, strings.EqualFold(said, "y") || strings.EqualFold(said, "yes")
	}
}

// script answers in place of a person, and says so: no to the first question, to show what a no does, then yes.
type script struct {
	out   io.Writer
	why   string
	asked int
}

func (s *script) Answer(_ context.Context, message string, field demo.Field) (any, bool) {
	fmt.Fprintln(s.out, boxed(message))
	s.asked++
	yes := s.asked > 1
	fmt.Fprintf(s.out, "%s? (%s: the demo answers for itself) %s\n", field.Title, s.why, map[bool]string{true: "yes", false: "no"}[yes])
	if !yes {
		return nil, false
	}
	if field.Type == "string" {
		name, _ := strings.CutPrefix(field.Description, "Type ")
		name, _, _ = strings.Cut(name, " to go ahead")
		return name, true
	}
	return true, true
}

// boxed sets the gate's card off from the story around it.
func boxed(card string) string {
	return "   | " + strings.ReplaceAll(card, "\n", "\n   | ")
}
