package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mcpserver "github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/server"
)

// The benchmarks run this package and bare mcp-go by turns in one process and report the ratio; single times depend on
// the machine and its mood.

// roundTrip sends one call and waits for its answer.
type roundTrip func() error

func lineRoundTrip(in io.Writer, out io.Reader) roundTrip {
	lines := bufio.NewReader(out)
	msg := []byte(toolCall("1", "echo", `{"project_id":"abc123","environment_id":"main"}`) + "\n")
	return func() error {
		if _, err := in.Write(msg); err != nil {
			return err
		}
		_, err := lines.ReadSlice('\n')
		return err
	}
}

func BenchmarkStdio(b *testing.B) {
	start := func(serve func(ctx context.Context, in io.Reader, out io.Writer)) roundTrip {
		serverIn, in := io.Pipe()
		out, serverOut := io.Pipe()
		go serve(b.Context(), serverIn, serverOut)
		b.Cleanup(func() { _ = in.Close() })
		call := lineRoundTrip(in, out)
		for range 200 {
			if err := call(); err != nil {
				b.Fatal(err)
			}
		}
		return call
	}
	f := newFixture()
	ours := start(func(ctx context.Context, in io.Reader, out io.Writer) {
		_ = server.ServeStdio(ctx, f.config(), in, out)
	})
	bare := start(func(ctx context.Context, in io.Reader, out io.Writer) {
		_ = mcpserver.NewStdioServer(newFixture().mcp).Listen(ctx, in, out)
	})
	var a, c []time.Duration
	for b.Loop() {
		a = append(a, timed(b, ours))
		c = append(c, timed(b, bare))
	}
	report(b, a, c)
	before := heap()
	const n = 20_000
	for range n {
		_ = timed(b, ours)
	}
	b.ReportMetric(float64(heap()-before)/n, "kept-B/call")
}

func timed(b *testing.B, call roundTrip) time.Duration {
	begin := time.Now()
	if err := call(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

func report(b *testing.B, ours, bare []time.Duration) {
	slices.Sort(ours)
	slices.Sort(bare)
	b.ReportMetric(float64(ours[len(ours)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(bare[len(bare)/2].Nanoseconds()), "bare-p50-ns")
	b.ReportMetric(float64(ours[len(ours)/2])/float64(bare[len(bare)/2]), "p50-ratio")
}

// BenchmarkHTTP measures calls per second of 64 clients, in rounds of 2,000 calls by turns.
func BenchmarkHTTP(b *testing.B) {
	for _, era := range []string{"legacy", "modern"} {
		b.Run(era, func(b *testing.B) {
			f := newFixture()
			ours := startWeb(b, f, server.ServeHTTP, f.config())
			g := newFixture()
			bare := startWeb(b, g, bareHTTP(g), g.config())
			var rates, bareRates []float64
			round(b, ours, era)
			round(b, bare, era)
			for b.Loop() {
				rates = append(rates, round(b, ours, era))
				bareRates = append(bareRates, round(b, bare, era))
			}
			slices.Sort(rates)
			slices.Sort(bareRates)
			mine, theirs := rates[len(rates)/2], bareRates[len(bareRates)/2]
			b.ReportMetric(mine, "calls/s")
			b.ReportMetric(theirs, "bare-calls/s")
			b.ReportMetric(mine/theirs, "ratio")
		})
	}
}

const clients, callsPerRound = 64, 2000

func round(b *testing.B, w *web, era string) float64 {
	v := w
	if era == "legacy" {
		v = w.as("2025-06-18", "{}")
	}
	tr := w.client.Transport.(*http.Transport)
	tr.MaxIdleConnsPerHost = clients
	var left atomic.Int64
	left.Store(callsPerRound)
	var wg sync.WaitGroup
	begin := time.Now()
	for range clients {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				r := v.request(context.Background(), http.MethodPost, "/mcp", toolCall("1", "echo", `{"project_id":"abc123"}`))
				if era == "modern" {
					r = v.modern("1", "echo", `{"project_id":"abc123"}`)
				}
				resp, err := v.client.Do(r)
				if err != nil {
					b.Error(err)
					return
				}
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if !strings.Contains(string(body), "abc123") {
					b.Errorf("answer: %s", body)
					return
				}
			}
		})
	}
	wg.Wait()
	return callsPerRound / time.Since(begin).Seconds()
}

// bareHTTP serves with mcp-go's own HTTP server.
func bareHTTP(f *fixture) serveFunc {
	return func(ctx context.Context, _ server.Config, l net.Listener) error {
		mux := http.NewServeMux()
		mux.Handle("/mcp", mcpserver.NewStreamableHTTPServer(f.mcp))
		srv := &http.Server{Handler: mux}
		go func() {
			<-ctx.Done()
			_ = srv.Close()
		}()
		return srv.Serve(l)
	}
}

// BenchmarkHTTPMemory reports what 50,000 calls leave behind when every client says hello, calls once and is never seen
// again: go test -bench HTTPMemory -benchtime 50000x.
func BenchmarkHTTPMemory(b *testing.B) {
	f := newFixture()
	w := startWeb(b, f, server.ServeHTTP, f.config())
	abandon(w, 1)
	before := heap()
	for b.Loop() {
		abandon(w, 1)
	}
	b.ReportMetric(float64(heap()-before)/float64(b.N), "kept-B/call")
}

// TestHTTPAbandonedSessionsAreBounded is the quick form of BenchmarkHTTPMemory.
func TestHTTPAbandonedSessionsAreBounded(t *testing.T) {
	f := newFixture()
	cfg := f.config()
	cfg.MaxSessions = 50
	w := startWeb(t, f, server.ServeHTTP, cfg)
	abandon(w, 200)
	before, routines := heap(), runtime.NumGoroutine()
	const n = 1000
	abandon(w, n)
	// A session weighs about 350 bytes; what is left when they are gone is noise that does not grow with n.
	if kept := heap() - before; kept > 64<<10 {
		t.Errorf("%d abandoned sessions left %d bytes", n, kept)
	}
	if now := runtime.NumGoroutine(); now > routines+5 {
		t.Errorf("%d goroutines before, %d after", routines, now)
	}
}

// abandon makes n clients that say hello, call in every era, and leave.
func abandon(w *web, n int) {
	post := func(v *web, body string) string {
		a := v.send(v.request(context.Background(), http.MethodPost, "/mcp", body))
		a.close()
		return a.Header.Get("Mcp-Session-Id")
	}
	for i := range n {
		v := *w
		v.session = post(w, rpc("0", "initialize", helloParams("2025-06-18", formCaps)))
		post(&v, toolCall(fmt.Sprint(i), "echo", "{}"))
		post(w, toolCall(fmt.Sprint(i), "echo", "{}"))
		w.send(w.modern(fmt.Sprint(i), "echo", "{}")).close()
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
