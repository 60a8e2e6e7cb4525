package jq

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/itchyny/gojq"
)

// The exit codes of a worker that could not go on. A worker that the runtime ends for want of memory exits with 2.
const (
	exitMemory = 3
	exitTime   = 4
)

// job is what a worker reads: one line.
type job struct {
	Program string          `json:"program"`
	Time    time.Duration   `json:"time"`
	Memory  uint64          `json:"memory"`
	Input   json.RawMessage `json:"input"`
}

// closing is the last line that a worker writes, after one line for each value. Without it the values are not all there are.
type closing struct {
	Done  bool   `json:"paas_jq_done"`
	Error string `json:"error,omitempty"`
	More  bool   `json:"more,omitempty"` // there are more values than may come out
}

// Work is the whole life of a worker: it reads a job, runs it and writes what comes out. It returns the exit code. The calling
// process must do nothing else: Work bounds the memory and the time of all of it.
func Work(in io.Reader, out io.Writer) int {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		fmt.Fprintln(os.Stderr, "read the job:", err)
		return 1
	}
	// One more collection is cheaper than one more megabyte: the bound is for all that is not yet collected, too.
	debug.SetMemoryLimit(int64(j.Memory / 4 * 3))
	runtime.GOMAXPROCS(2) // the interpreter, and what watches over it
	limitProcess(j.Memory)
	go watch(j)

	w := bufio.NewWriter(out)
	end := closing{Done: true}
	if err := run(j, w, &end); err != nil {
		end.Error = err.Error()
	}
	line, err := json.Marshal(end)
	if err != nil {
		return 1
	}
	if _, err = w.Write(append(line, '\n')); err != nil || w.Flush() != nil {
		return 1
	}
	return 0
}

func run(j job, w *bufio.Writer, end *closing) error {
	code, err := compile(j.Program)
	if err != nil {
		return err
	}
	input, err := decode(j.Input)
	if err != nil {
		return fmt.Errorf("the input: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), j.Time)
	defer cancel()
	results := code.RunWithContext(ctx, input)
	written := 0
	for n := 0; ; n++ {
		value, ok := results.Next()
		if !ok {
			return nil
		}
		if err, isError := value.(error); isError {
			return stopped(j, err)
		}
		if n >= maxValues {
			end.More = true
			return nil
		}
		line, err := gojq.Marshal(value)
		if err != nil {
			return err
		}
		if written += len(line) + 1; written > maxOutput {
			if n == 0 {
				return fmt.Errorf("what comes out is larger than %d MB; select less of it", maxOutput>>20)
			}
			end.More = true
			return nil
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}

// stopped words the ways in which a program ends. A program may end itself with halt, which is no error.
func stopped(j job, err error) error {
	var halt *gojq.HaltError
	switch {
	case errors.As(err, &halt) && halt.Value() == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("it took longer than %s and was stopped", j.Time)
	}
	return err
}

// compile leaves out everything that reaches outside of the program: there is no module loader, no environment and no input
// but the one value, so that import, include, env, $ENV, input and inputs find nothing.
func compile(program string) (*gojq.Code, error) {
	query, err := parse(program)
	if err != nil {
		return nil, err
	}
	return gojq.Compile(query)
}

// watch ends the process when it takes too much. It looks often, since memory can be taken at several gigabytes a second; where
// the system can set a limit, that limit also holds for what is taken at once. The deadline is a little later than the
// interpreter's own, for instructions that it cannot stop.
func watch(j job) {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	deadline := time.Now().Add(j.Time + j.Time/4)
	for range time.Tick(time.Millisecond) {
		metrics.Read(samples)
		if samples[0].Value.Uint64()-samples[1].Value.Uint64() > j.Memory {
			os.Exit(exitMemory)
		}
		if time.Now().After(deadline) {
			os.Exit(exitTime)
		}
	}
}
