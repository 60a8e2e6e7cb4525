package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"paasmcp/internal/caller"
	"paasmcp/internal/memory"
)

// WorkerArgument is the command of this binary that runs a worker.
const WorkerArgument = "jq-worker"

// Bounds of one program. A worker is ended when it goes beyond; its caller gets an error that says so.
const (
	maxProgram = 4_000           // bytes
	maxOutput  = 4 << 20         // bytes of all values
	maxValues  = 10_000          // that come out
	maxWeight  = 24 << 20        // bytes of all values when they are decoded, as package memory weighs them
	killAfter  = 5 * time.Second // beyond its time: a worker that lives longer hangs; starting one on a busy machine takes a while
	workers    = 2               // at a time; others wait
)

// Runner starts workers. Make one for the whole process with [NewRunner]: the number of workers is bounded by it.
type Runner struct {
	// Time is how long a program may run, and Memory how many bytes its whole worker may take; a worker alone takes some 10 MB.
	Time   time.Duration
	Memory uint64

	path string
	argv []string
	slot chan struct{}
}

// NewRunner makes a runner whose workers are the program at path, started with these arguments. That program must do
// nothing but [Work]. An empty path means this very program, with [WorkerArgument] alone.
func NewRunner(path string, argv ...string) *Runner {
	r := &Runner{Time: 2 * time.Second, Memory: 256 << 20, path: path, argv: argv, slot: make(chan struct{}, workers)}
	if path == "" {
		r.path, r.argv = self(), []string{"paas-mcp", WorkerArgument}
	}
	return r
}

// self is the file of this program. On Linux its link in /proc stays good when an update replaces the file.
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// Output is what a program made of its input.
type Output struct {
	Values []any // numbers as json.Number
	More   bool  // there were more values than are kept
}

// Check reports what is wrong with the words of a program, without running it.
func Check(program string) error {
	_, err := parse(program)
	return err
}

func parse(program string) (*gojq.Query, error) {
	if len(program) > maxProgram {
		return nil, fmt.Errorf("the program is %d bytes long; the limit is %d", len(program), maxProgram)
	}
	query, err := gojq.Parse(program)
	if err != nil {
		return nil, fmt.Errorf("not a jq program: %w", err)
	}
	return query, nil
}

// Run gives input, which is JSON, to the program. An error is about the program, except when no worker could be started.
func (r *Runner) Run(ctx context.Context, program string, input []byte) (Output, error) {
	if err := Check(program); err != nil {
		return Output{}, err
	}
	select {
	case r.slot <- struct{}{}:
		defer func() { <-r.slot }()
	case <-ctx.Done():
		return Output{}, caller.Ended(ctx)
	}
	send, err := json.Marshal(job{Program: program, Input: input, Time: r.Time, Memory: r.Memory})
	if err != nil {
		return Output{}, fmt.Errorf("the input: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, r.Time+killAfter)
	defer cancel()
	var out, problem capped
	out.left, problem.left = maxOutput+64<<10, 4<<10
	worker := exec.CommandContext(ctx, r.path)
	worker.Args = r.argv
	worker.Env = []string{} // and not nil, which would hand on ours with the credentials in it
	worker.Stdin, worker.Stdout, worker.Stderr = bytes.NewReader(send), &out, &problem
	worker.WaitDelay = time.Second
	if err := worker.Run(); err != nil {
		return Output{}, r.ended(ctx, err, string(problem.kept))
	}
	tab := memory.From(ctx)
	held := tab.Beside(64 << 10) // nearly all outputs are smaller
	output, err := read(out.kept, held)
	if err != nil {
		held.Release()
	}
	tab.Done(held)
	return output, err
}

// ended says why a worker did not come to its end.
func (r *Runner) ended(ctx context.Context, err error, problem string) error {
	errTime := fmt.Errorf("it took longer than %s and was stopped", r.Time)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return caller.Ended(ctx)
	case ctx.Err() != nil:
		return errTime
	case !errors.As(err, &exit):
		return fmt.Errorf("no worker could be started for it: %w", err)
	case exit.ExitCode() == exitMemory, strings.Contains(problem, "memory"), strings.Contains(problem, "SIGSEGV"):
		// The runtime says "out of memory" in several ways; now and then it fails while it does so.
		return fmt.Errorf("it needed more than %d MB of memory and was stopped", r.Memory>>20)
	case exit.ExitCode() == exitTime:
		return errTime
	case strings.Contains(problem, "stack overflow"), strings.Contains(problem, "stack exceeds"):
		return errors.New("it nests too deeply and was stopped")
	}
	return fmt.Errorf("its worker broke off (%s)", exit)
}

// read decodes what a worker wrote, and asks for what that takes.
func read(lines []byte, held *memory.Part) (Output, error) {
	var out Output
	body, last := bytes.TrimSuffix(lines, []byte("\n")), []byte(nil)
	if i := bytes.LastIndexByte(body, '\n'); i >= 0 {
		body, last = body[:i], body[i+1:]
	} else {
		body, last = nil, body
	}
	var end closing
	if err := json.Unmarshal(last, &end); err != nil || !end.Done {
		return Output{}, errors.New("its worker broke off in the middle of its answer")
	}
	if end.Error != "" {
		return Output{}, errors.New(end.Error)
	}
	out.More = end.More
	weight := memory.Weigh(body)
	if weight > maxWeight {
		return Output{}, fmt.Errorf("what comes out would take more than %d MB in memory; select less of it", maxWeight>>20)
	}
	if err := held.Grow(weight); err != nil {
		return Output{}, err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	for {
		var value any
		switch err := dec.Decode(&value); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return Output{}, fmt.Errorf("its worker answered with what is not JSON: %w", err)
		}
		out.Values = append(out.Values, value)
	}
}

func decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // ids above 2^53 must survive
	var value any
	err := dec.Decode(&value)
	return value, err
}

// capped keeps what is written up to a size and drops the rest: a worker is not trusted to keep its own bound.
type capped struct {
	kept []byte
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	keep := min(len(p), c.left)
	c.left -= keep
	c.kept = append(c.kept, p[:keep]...)
	return len(p), nil
}
