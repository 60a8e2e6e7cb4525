package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/tools"
)

// terminal asks the person who typed the command.
type terminal struct {
	in  io.Reader
	out io.Writer
}

// Why the command line cannot ask.
var (
	errNoTerminal = errors.New("there is no terminal to ask on, so nothing was sent; run the command in a terminal")
	errNoConsole  = errors.New("the policy wants this approved on an approval console, which a single command does not have; nothing was sent; make the call through `paas-mcp serve`")
	errOnePerson  = errors.New("the policy wants two people, and a command has one; nothing was sent; make the call through a `paas-mcp serve` that knows its callers by name")
)

// Ask shows the card and reads the answer. Without a terminal nobody is asked: a pipe is not a person.
func (t terminal) Ask(ctx context.Context, asked tools.Asked) (string, approval.Answer, error) {
	switch {
	case asked.Level == policy.TwoPerson:
		return "", approval.Answer{}, errOnePerson
	case asked.Level == policy.Console:
		return "", approval.Answer{}, errNoConsole
	case !isTerminal(t.in):
		return "", approval.Answer{}, errNoTerminal
	}
	q, err := asked.Question()
	if err != nil {
		return "", approval.Answer{}, err
	}
	in := bufio.NewReader(t.in)
	answer, err := askOn(ctx, in, t.out, q.Card.Text(), q.Field, q.Card.Expect)
	if err == nil && answer.Action == approval.Accept && q.Backup != nil {
		var first bool
		if first, err = yesOrNo(ctx, in, t.out, q.Backup.Title, q.Backup.Ticked); errors.Is(err, io.EOF) {
			answer, err = approval.Answer{Action: approval.Cancel}, nil
		} else if err == nil {
			answer.Content[q.Backup.Name] = first
		}
	}
	answer.Via = "terminal"
	return q.State, answer, err
}

// tries is how often a person may mistype before the question is over.
const tries = 3

// askOn puts one field of a form on a terminal. expect is the name to type, where one is asked for; a wrong one is told at once, as
// long as there are tries. The error is that of a context that ended; the end of the input is the answer "cancel".
func askOn(ctx context.Context, in *bufio.Reader, out io.Writer, message string, field approval.Field, expect string) (approval.Answer, error) {
	fmt.Fprintf(out, "\n%s\n\n", message)
	if field.Name != approval.FieldName {
		yes, err := yesOrNo(ctx, in, out, field.Title, false)
		switch {
		case errors.Is(err, io.EOF):
			return approval.Answer{Action: approval.Cancel}, nil
		case err != nil:
			return approval.Answer{}, err
		case !yes:
			return approval.Answer{Action: approval.Decline}, nil
		}
		return approval.Answer{Action: approval.Accept, Content: map[string]any{field.Name: true}}, nil
	}
	for left := tries - 1; ; left-- {
		fmt.Fprintf(out, "%s (empty or n to decline): ", field.Title)
		line, err := readLine(ctx, in)
		if errors.Is(err, io.EOF) {
			return approval.Answer{Action: approval.Cancel}, nil
		} else if err != nil {
			return approval.Answer{}, err
		}
		said := strings.TrimSpace(line)
		switch {
		case said != expect && (said == "" || isNo(said)):
			return approval.Answer{Action: approval.Decline}, nil
		case said == expect || left == 0: // the gate refuses a wrong name
			return approval.Answer{Action: approval.Accept, Content: map[string]any{field.Name: said}}, nil
		}
		fmt.Fprintf(out, "That is not the name on the card. Type it exactly; %s left.\n", map[bool]string{true: "1 try", false: fmt.Sprint(left, " tries")}[left == 1])
	}
}

// yesOrNo asks until the answer is one of both. An empty line is what is proposed, and a person who cannot be understood says no.
func yesOrNo(ctx context.Context, in *bufio.Reader, out io.Writer, title string, proposed bool) (bool, error) {
	for range tries {
		fmt.Fprintf(out, "%s? %s ", title, map[bool]string{true: "[Y/n]", false: "[y/N]"}[proposed])
		line, err := readLine(ctx, in)
		if err != nil {
			return false, err
		}
		switch said := strings.TrimSpace(line); {
		case said == "":
			return proposed, nil
		case strings.EqualFold(said, "y"), strings.EqualFold(said, "yes"):
			return true, nil
		case isNo(said):
			return false, nil
		}
		fmt.Fprintln(out, "Please answer y or n.")
	}
	return false, nil
}

func isNo(said string) bool { return strings.EqualFold(said, "n") || strings.EqualFold(said, "no") }

// readLine reads a line unless the context ends first. Every error of the input is [io.EOF]: a terminal that was hung up gives others.
func readLine(ctx context.Context, in *bufio.Reader) (string, error) {
	type read struct {
		line string
		err  error
	}
	done := make(chan read, 1)
	go func() {
		line, err := in.ReadString('\n')
		if err != nil {
			err = io.EOF
		}
		done <- read{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", caller.Ended(ctx)
	}
}

// waitFor waits for a job, shows how far it is, and prints how it ended. followed says what becomes of the job when the wait is
// interrupted.
func waitFor(ctx context.Context, p Process, service *tools.Service, job, followed string) error {
	show := bar{out: p.Err, live: isTerminal(p.Err)}
	ref, _, failed, err := service.Wait(ctx, job, time.Hour, show.draw)
	show.end()
	if ended := caller.Ended(ctx); ended != nil && err != nil {
		return fmt.Errorf("the wait was %w; %s", ended, followed)
	}
	if err != nil {
		return err
	}
	if err := writeJSON(p.Out, ref); err != nil {
		return err
	}
	if failed {
		return exitError(ExitFailed)
	}
	return nil
}

// bar draws progress on one line of a terminal, and as plain lines elsewhere.
type bar struct {
	out  io.Writer
	live bool
	last string
}

const barWidth = 24

func (b *bar) draw(percent int, text string) {
	filled := max(0, min(percent, 100)) * barWidth / 100
	line := fmt.Sprintf("[%s%s] %3d%%  %s", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), percent, text)
	switch {
	case b.live:
		fmt.Fprintf(b.out, "\r\x1b[K%.100s", line)
	case line != b.last:
		fmt.Fprintln(b.out, line)
	}
	b.last = line
}

func (b *bar) end() {
	if b.live && b.last != "" {
		fmt.Fprintln(b.out)
	}
}
