package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is a server under measurement, spoken to over stdio with messages that were built before the clock starts.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(argv, env []string) (*process, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<20)}, nil
}

// stop closes the input, which ends an MCP server on stdio.
func (p *process) stop() {
	_ = p.in.Close()
	_ = p.cmd.Wait()
}

// ask sends one message and returns the next line.
func (p *process) ask(message []byte) ([]byte, error) {
	if _, err := p.in.Write(message); err != nil {
		return nil, err
	}
	return p.out.ReadBytes('\n')
}

var (
	initialize  = rpc(1, "initialize", map[string]any{"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "bench", "version": "1"}})
	initialized = []byte(`{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n")
	listTools   = rpc(2, "tools/list", map[string]any{})
)

func rpc(id int, method string, params any) []byte {
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		panic(err)
	}
	return append(raw, '\n')
}

func callTool(tool string, args map[string]any) []byte {
	return rpc(3, "tools/call", map[string]any{"name": tool, "arguments": args})
}

// greet does the handshake and lists the tools. It returns the two answers.
func (p *process) greet() (hello, tools []byte, err error) {
	if hello, err = p.ask(initialize); err != nil {
		return nil, nil, err
	}
	if _, err = p.in.Write(initialized); err != nil {
		return nil, nil, err
	}
	if tools, err = p.ask(listTools); err != nil {
		return nil, nil, err
	}
	if !bytes.Contains(tools, []byte(`"tools"`)) {
		return nil, nil, fmt.Errorf("tools/list answered %.200s", tools)
	}
	return hello, tools, nil
}

// succeed makes one call and insists on success: a fast error would look like a fast server.
func (p *process) succeed(call []byte) error {
	answer, err := p.ask(call)
	if err != nil {
		return err
	}
	if bytes.Contains(answer, []byte(`"isError":true`)) || bytes.Contains(answer, []byte(`"error":{`)) {
		return fmt.Errorf("a call failed: %.300s", answer)
	}
	return nil
}

// memory reads a line of /proc/PID/status in bytes: VmHWM is the peak of the resident memory, VmRSS what it is now.
func memory(pid int, key string) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in the status of process %d", key, pid)
}

// cpu is the processor time a process has used, summed over its threads: the scheduler counts it in nanoseconds, where
// /proc/PID/stat has hundredths of a second.
func cpu(pid int) (time.Duration, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0, err
	}
	var total int64
	for _, task := range tasks {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, task.Name()))
		if err != nil {
			continue // a thread that just ended
		}
		ns, err := strconv.ParseInt(strings.Fields(string(raw))[0], 10, 64)
		if err != nil {
			return 0, err
		}
		total += ns
	}
	return time.Duration(total), nil
}
