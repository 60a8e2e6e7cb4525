package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// webServer is a server under measurement over Streamable HTTP.
type webServer struct {
	cmd *exec.Cmd
	url string
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/mcp`)

// serve starts a server that prints its address on standard output or standard error.
func serve(argv, env []string) (*webServer, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = cmd.Wait(); _ = writer.Close() }()
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if url := address.FindString(lines.Text()); url != "" {
			go func() { _, _ = io.Copy(io.Discard, reader) }()
			return &webServer{cmd: cmd, url: url}, nil
		}
	}
	return nil, fmt.Errorf("%s printed no address", argv[0])
}

func (s *webServer) stop() { _ = s.cmd.Process.Kill() }

// visitor is one client with a session of its own.
type visitor struct {
	url, session string
	client       *http.Client
}

func (s *webServer) visit(client *http.Client) (*visitor, error) {
	v := &visitor{url: s.url, client: client}
	response, err := v.post(initialize)
	if err != nil {
		return nil, err
	}
	v.session = response.Header.Get("Mcp-Session-Id")
	_, err = v.post(initialized)
	return v, err
}

func (v *visitor) post(message []byte) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodPost, v.url, bytes.NewReader(message))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	if v.session != "" {
		request.Header.Set("Mcp-Session-Id", v.session)
		request.Header.Set("Mcp-Protocol-Version", "2025-06-18")
	}
	response, err := v.client.Do(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode >= 300:
		return nil, fmt.Errorf("HTTP %d: %.200s", response.StatusCode, body)
	case strings.Contains(string(body), `"isError":true`):
		return nil, fmt.Errorf("a call failed: %.300s", body)
	}
	return response, nil
}

// throughput is how many calls a second the server answers to so many clients at once.
func (s *webServer) throughput(call []byte, clients int, span time.Duration) (float64, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	visitors := make([]*visitor, clients)
	for i := range visitors {
		v, err := s.visit(client)
		if err != nil {
			return 0, err
		}
		visitors[i] = v
	}
	var calls atomic.Int64
	var failure atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	for _, v := range visitors {
		all.Go(func() {
			for time.Since(began) < span {
				if _, err := v.post(call); err != nil {
					failure.Store(&err)
					return
				}
				calls.Add(1)
			}
		})
	}
	all.Wait()
	if err := failure.Load(); err != nil {
		return 0, *err
	}
	return float64(calls.Load()) / time.Since(began).Seconds(), nil
}

// abandoned is how much memory a call leaves behind when every client comes, calls a few times, and goes without a
// word, in bytes.
func (s *webServer) abandoned(call []byte, n int) (float64, error) {
	const callsEach = 25
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	var before int64
	for round := range 2 {
		for range n / callsEach {
			v, err := s.visit(client)
			if err != nil {
				return 0, err
			}
			for range callsEach {
				if _, err := v.post(call); err != nil {
					return 0, err
				}
			}
		}
		now, err := memory(s.cmd.Process.Pid, "VmRSS")
		if err != nil {
			return 0, err
		}
		if round == 1 {
			return max(0, float64(now-before)) / float64(n), nil
		}
		before = now
	}
	return 0, nil
}
