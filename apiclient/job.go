package apiclient

import (
	"context"
	"encoding/json"
	"time"
)

// Job is work that goes on at the platform after it answered.
type Job struct {
	Handle string // what Client.Job takes; empty when the platform gave no way to look again
	Kind   string // the platform's type, for example environment.backup
	State  string // the platform's word, for example in_progress
	Result string // the platform's word once it is done, for example success
	Text   string // what it does, in plain text

	Percent      int  // -1 when unknown
	Done, Failed bool // Done is not yet success: look at Failed

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

// JobLog reads the last lines of a job's log, at most max of them. Platforms without job logs answer nothing.
func (c *Client) JobLog(ctx context.Context, handle string, max int) ([]string, error) {
	return c.dialect.jobLog(ctx, handle, max)
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
