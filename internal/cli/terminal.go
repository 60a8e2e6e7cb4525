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
	"paasmcp/internal/policy"
	"paasmcp/tools"
)

// terminal asks the person who typed the command.
type terminal struct {
	in  io.Reader
	out io.Writer
}

var errNoTerminal = errors.New("there is no terminal to ask on, so nothing was sent; run the command in a terminal")

// Ask shows the card and reads the answer. Without a terminal nobody is asked: a pipe is not a person.
func (t terminal) Ask(ctx context.Context, asked tools.Asked) (string, approval.Answer, error) {
	if !isTerminal(t.in) {
		return "", approval.Answer{}, errNoTerminal
	}
	if asked.Level == policy.Console || asked.Level == policy.TwoPerson {
		return "", approval.Answer{}, approval.ErrNotHere
	}
	q, err := asked.Question()
	if err != nil {
		return "", approval.Answer{}, err
	}
	in := bufio.NewReader(t.in)
	answer, err := askOn(ctx, in, t.out, q.Message, q.Field)
	if err == nil && answer.Action == approval.Accept && q.Backup != nil {
		fmt.Fprintf(t.out, "%s? [Y/n] ", q.Backup.Title)
		line, err := readLine(ctx, in)
		if err != nil {
			return q.State, approval.Answer{Action: approval.Cancel}, nil //nolint:nilerr // no answer is the answer "cancel"
		}
		said := strings.ToLower(strings.TrimSpace(line))
		answer.Content[q.Backup.Name] = said != "n" && said != "no"
	}
	answer.Via = "terminal"
	return q.State, answer, err
}

// askOn puts one field of a form on a terminal.
func askOn(ctx context.Context, in io.Reader, out io.Writer, message string, field approval.Field) (approval.Answer, error) {
	fmt.Fprintf(out, "\n%s\n\n", message)
	if field.Name == approval.FieldName {
		fmt.Fprintf(out, "%s (empty to decline): ", field.Title)
	} else {
		fmt.Fprintf(out, "%s? [y/N] ", field.Title)
	}
	line, err := readLine(ctx, in)
	if err != nil {
		return approval.Answer{Action: approval.Cancel}, nil //nolint:nilerr // no answer is the answer "cancel"
	}
	switch said := strings.TrimSpace(line); {
	case field.Name == approval.FieldName && said != "":
		return approval.Answer{Action: approval.Accept, Content: map[string]any{field.Name: said}}, nil
	case field.Name == approval.FieldApprove && (strings.EqualFold(said, "y") || strings.EqualFold(said, "yes")):
		return approval.Answer{Action: approval.Accept, Content: map[string]any{field.Name: true}}, nil
	default:
		return approval.Answer{Action: approval.Decline}, nil
	}
}

// readLine reads a line unless the context ends first.
func readLine(ctx context.Context, in io.Reader) (string, error) {
	type read struct {
		line string
		err  error
	}
	done := make(chan read, 1)
	reader, ok := in.(*bufio.Reader)
	if !ok {
		reader = bufio.NewReader(in)
	}
	go func() {
		line, err := reader.ReadString('\n')
		done <- read{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// waitFor waits for a job, shows how far it is, and prints how it ended.
func waitFor(ctx context.Context, p Process, service *tools.Service, job string) error {
	show := bar{out: p.Err, live: isTerminal(p.Err)}
	ref, _, failed, err := service.Wait(ctx, job, time.Hour, show.draw)
	show.end()
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
