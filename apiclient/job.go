package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// Success is the result of a job that succeeded. A job that is done without a result may have failed.
const Success = "success"

// Job is work that goes on at the platform after it answered.
type Job struct {
	Handle string // what Client.Job takes; empty when the platform gave no way to look again
	Kind   string // the platform's type, for example environment.backup
	State  string // the platform's word, for example in_progress
	Result string // the platform's word once it is done, for example success
	Text   string // what it does, in plain text

	Percent      int  // -1 when unknown
	Done, Failed bool // Done is not yet success: look at Failed and Result
	Held         bool // done, but without effect until a further call

	Created, Started, Completed string // RFC 3339, empty when unknown

	Again time.Duration // when another look is worthwhile; set by Client.Job

	Log   []string // the last lines, where the caller asked for them
	Value any      `json:"-"` // the whole answer
}

// Job looks once at a job. The handle comes from Result.Jobs.
func (c *Client) Job(ctx context.Context, handle string) (*Job, error) {
	return c.dialect.job(ctx, handle)
}

// Handle is where the work of a request that blocks until it is done can be looked at: with Job, while Send waits, or
// after the connection was lost. It is empty for requests that answer at once or give their handles in Result.Jobs.
func (c *Client) Handle(r *Request) string {
	if b, ok := c.dialect.(blocking); ok {
		return b.handle(r)
	}
	return ""
}

// LogWriter takes a log as it comes. Reset forgets what was written: the log comes again from its beginning.
type LogWriter interface {
	io.Writer
	Reset()
}

// maxJobLog is how much of a log is copied, in bytes. It only keeps a platform that never ends a log from keeping a caller for ever.
const maxJobLog = 1 << 30

// CopyJobLog writes the whole log of a job, as lines of text. Platforms without job logs write nothing. When it fails, a part may
// have been written. Errors are of type *Error.
func (c *Client) CopyJobLog(ctx context.Context, handle string, to LogWriter) error {
	return c.dialect.jobLog(ctx, handle, to, maxJobLog)
}

// Bounds of the end of a job's log.
const (
	maxLogLines   = 1000
	maxLogMessage = 2000 // characters of one line
)

// JobLog reads the last lines of a job's log that are not empty, at most max of them. Platforms without job logs answer nothing.
func (c *Client) JobLog(ctx context.Context, handle string, max int) ([]string, error) {
	end := tail{most: min(max, maxLogLines)}
	if end.most < 1 {
		end.most = 1
	}
	err := c.dialect.jobLog(ctx, handle, &end, c.options.MaxResponse)
	lines := end.lines()
	if tooLong := (*Error)(nil); errors.As(err, &tooLong) && errors.Is(tooLong, errTooLarge) && len(lines) > 0 {
		lines, err = append(lines[min(1, len(lines)-1):], "(the log continues; it is too large to read to its end)"), nil
	}
	for i := range lines {
		lines[i] = clip(c.line(lines[i]), maxLogMessage)
	}
	return lines, err
}

// tail keeps the last lines of a log without ever holding the whole of it.
type tail struct {
	most int
	ring []string
	next int
	part []byte // of the line that is being written
}

func (t *tail) Reset() { *t = tail{most: t.most} }

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	for {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			break
		}
		t.part = append(t.part, p[:end]...)
		t.end()
		p = p[end+1:]
	}
	if room := 4*maxLogMessage - len(t.part); room > 0 {
		t.part = append(t.part, p[:min(room, len(p))]...)
	}
	return n, nil
}

func (t *tail) end() {
	line := strings.TrimRight(string(t.part[:min(len(t.part), 4*maxLogMessage)]), "\r")
	t.part = t.part[:0]
	switch {
	case line == "":
	case len(t.ring) < t.most:
		t.ring = append(t.ring, line)
	default:
		t.ring[t.next] = line
		t.next = (t.next + 1) % t.most
	}
}

func (t *tail) lines() []string {
	t.end()
	return slices.Concat(t.ring[t.next:], t.ring[:t.next])
}

// percentOf reads a progress of 0 to 100; -1 when there is none.
func percentOf(value any) int {
	number, ok := value.(json.Number)
	if !ok {
		return -1
	}
	f, err := number.Float64()
	if err != nil {
		return -1
	}
	return min(max(int(f), 0), 100)
}
