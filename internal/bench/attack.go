package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The attacks: what callers and platforms can make a server hold, as the peak of its resident memory. Each runs against a fresh process.

// attacks are the figures in order, with what they may cost in MiB.
var attacks = []struct {
	figure string
	budget float64
	run    func(b *bench, s *webServer) error
}{
	{"at rest", 64, func(*bench, *webServer) error { return nil }},
	{"300 half-sent messages of 4 MiB", 200, func(_ *bench, s *webServer) error { return s.halfSent(300) }},
	{"500 half-sent messages of 4 MiB", 200, func(_ *bench, s *webServer) error { return s.halfSent(500) }},
	{"64 messages of 4 MiB that are 1.3 million values", 256, func(_ *bench, s *webServer) error {
		return s.atOnce(64, callTool("paas_find", map[string]any{"query": "x", "of": make([]struct{}, 1_300_000)}))
	}},
	{"1,000 clients that read no list of all tools", 256, func(_ *bench, s *webServer) error { return s.unread(1000, listTools) }},
	{"300 open streams", 128, func(_ *bench, s *webServer) error { return s.streams(300) }},
	{"a gzip answer of empty objects", 128, func(_ *bench, s *webServer) error { return s.atOnce(1, readBomb("objects")) }},
	{"16 of them at once", 200, func(_ *bench, s *webServer) error { return s.atOnce(16, readBomb("objects")) }},
	{"16 gzip answers of objects with a member", 256, func(_ *bench, s *webServer) error { return s.atOnce(16, readBomb("members")) }},
	{"16 gzip answers of one text", 320, func(_ *bench, s *webServer) error { return s.atOnce(16, readBomb("text")) }},
	{"16 gzip answers of white space", 128, func(_ *bench, s *webServer) error { return s.atOnce(16, readBomb("space")) }},
	{"16 gzip answers of zeros", 128, func(_ *bench, s *webServer) error { return s.atOnce(16, readBomb("zeros")) }},
	{"one honest answer of 12 MiB", 256, func(_ *bench, s *webServer) error { return s.atOnce(1, readBomb("honest")) }},
	{"16 honest answers of 12 MiB", 320, func(_ *bench, s *webServer) error { return s.atOnce(16, readBomb("honest")) }},
}

// bombSize is how many bytes each of the large answers of the upstream has when it is unpacked.
const bombSize = 15 << 20

// bombs are answers of a platform that are small on the wire.
var bombs = map[string]func() []byte{
	"objects": func() []byte { return []byte("[" + strings.Repeat("{},", bombSize/3) + "{}]") },
	"members": func() []byte { return []byte("[" + strings.Repeat(`{"a":1},`, bombSize/8) + "{}]") },
	"text":    func() []byte { return []byte(`{"id":"` + strings.Repeat("a", bombSize) + `"}`) },
	"space":   func() []byte { return bytes.Repeat([]byte(" "), bombSize) },
	"zeros":   func() []byte { return make([]byte, bombSize) },
	"honest": func() []byte {
		return []byte("[" + strings.Repeat(project+",", (12<<20)/len(project)) + "{}]")
	},
}

// gzipped answers of each kind, made when they are asked for first.
var gzipped = sync.OnceValue(func() map[string][]byte {
	packed := map[string][]byte{}
	for name, plain := range bombs {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // of a level that exists
		_, _ = w.Write(plain())
		_ = w.Close()
		packed[name] = b.Bytes()
	}
	return packed
})

const bombPath = "/projects/bomb-"

// serveBomb answers a request for one of the large answers.
func serveBomb(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.Path, bombPath)
	if !ok {
		return false
	}
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(gzipped()[name])
	return true
}

func readBomb(name string) []byte {
	return callTool("paas_read", map[string]any{"tool": "platformsh_project_get", "arguments": map[string]any{"project_id": "bomb-" + name}})
}

// attackFigures measures a binary under each attack.
func (b *bench) attackFigures() error {
	for _, name := range slices.Sorted(maps.Keys(bombs)) {
		if len(gzipped()[name]) == 0 {
			return fmt.Errorf("the answer %s was not made", name)
		}
	}
	for _, a := range attacks {
		s, err := serve([]string{b.paas, "serve", "--toolsets", "all", "--log-level", "info", "--transport", "http", "--addr", "127.0.0.1:0"}, b.env)
		if err != nil {
			return err
		}
		err = a.run(b, s)
		peak, memoryErr := memory(s.cmd.Process.Pid, "VmHWM")
		s.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", a.figure, err)
		}
		if memoryErr != nil {
			return memoryErr
		}
		mib := float64(peak) / (1 << 20)
		b.report("peak memory, "+a.figure+", MiB", mib, 0, mib, a.budget)
	}
	return nil
}

// dial opens a connection to the server itself, without an HTTP client in between.
func (s *webServer) dial() (net.Conn, error) {
	return net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/mcp"))
}

const postHead = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: %d\r\n\r\n"

// halfSent announces messages and stops before their last byte, on so many connections at once.
func (s *webServer) halfSent(connections int) error {
	message := []byte(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("y", 4<<20-100))
	return s.hold(connections, func(c net.Conn) {
		_, _ = fmt.Fprintf(c, postHead, len(message)+3)
		_, _ = c.Write(message)
	})
}

// unread sends a message on each connection and reads nothing of the answer.
func (s *webServer) unread(connections int, message []byte) error {
	return s.hold(connections, func(c net.Conn) {
		_ = c.(*net.TCPConn).SetReadBuffer(4 << 10)
		_, _ = fmt.Fprintf(c, postHead, len(message))
		_, _ = c.Write(message)
	})
}

// hold does something on each of many connections and leaves them open for a moment. The server may close some.
func (s *webServer) hold(connections int, do func(net.Conn)) error {
	var all sync.WaitGroup
	for range connections {
		c, err := s.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		all.Go(func() { do(c) })
	}
	all.Wait()
	time.Sleep(3 * time.Second)
	return nil
}

// streams opens the listening stream of so many sessions.
func (s *webServer) streams(n int) error {
	client := &http.Client{}
	for range n {
		v, err := s.visit(client)
		if err != nil {
			return err
		}
		c, err := s.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: %s\r\n\r\n", v.session); err != nil {
			return err
		}
		if status, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(status, "200") {
			return fmt.Errorf("a stream was answered with %q, %v", status, err)
		}
	}
	return nil
}

// atOnce makes the same call many times at once, each from a connection of its own. Refusals are answers too.
func (s *webServer) atOnce(n int, message []byte) error {
	var all sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		all.Go(func() {
			request, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(message))
			if err != nil {
				errs <- err
				return
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Accept", "application/json, text/event-stream")
			response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
			if err != nil {
				errs <- err
				return
			}
			defer response.Body.Close()
			if answer, err := io.ReadAll(response.Body); err != nil || len(answer) == 0 {
				errs <- fmt.Errorf("HTTP %d without an answer: %v", response.StatusCode, err)
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
