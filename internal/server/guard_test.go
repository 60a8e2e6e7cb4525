package server_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"paasmcp/internal/server"
)

func TestListenRefusesTheWorldWithoutToken(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[2001:db8::1]:0", "[::ffff:192.0.2.1]:0"} {
		l, err := server.Listen(addr, nil)
		if err == nil {
			_ = l.Close()
			t.Errorf("Listen(%q) without a token succeeded", addr)
			continue
		}
		if msg := err.Error(); strings.Contains(msg, "\n") || !strings.Contains(msg, "token") || !strings.Contains(msg, addr) {
			t.Errorf("Listen(%q) = %q, want one line with the address and the way out", addr, msg)
		}
	}
	if _, err := server.Listen("8085", nil); err == nil || !strings.Contains(err.Error(), "host:port") {
		t.Errorf("Listen without a port = %v", err)
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0", "127.0.0.2:0"} {
		l, err := server.Listen(addr, nil)
		if err != nil {
			t.Errorf("Listen(%q) = %v", addr, err)
			continue
		}
		if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
			t.Errorf("Listen(%q) listens on %v", addr, l.Addr())
		}
		_ = l.Close()
	}
	l, err := server.Listen(":0", []server.Token{server.NewToken("", "token")})
	if err != nil {
		t.Fatalf("Listen with a token = %v", err)
	}
	// A listener made elsewhere is checked as well.
	if err := server.ServeHTTP(t.Context(), newFixture().config(), l); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("ServeHTTP on every interface without a token = %v, want a refusal", err)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]serveFunc{"http": server.ServeHTTP, "sse": server.ServeSSE} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			cfg := f.config()
			cfg.Tokens = []server.Token{server.NewToken("", "right-token")}
			cfg.Addr = "own.example:8085"
			cfg.AllowedHosts = []string{"MCP.example.com", "pinned.example:8443"}
			cfg.AllowedOrigins = []string{"https://app.example.com"}
			w := startWeb(t, f, serve, cfg)
			own := strings.TrimPrefix(w.url, "http://")
			path := map[string]string{"http": "/mcp", "sse": "/message"}[name]
			passed := map[string]int{"http": 200, "sse": 404}[name] // sse: no such session, but past the guard
			for _, c := range []struct {
				name, host, origin, auth string
				status                   int
			}{
				{"plain", "", "", "Bearer right-token", passed},
				{"lower-case scheme", "", "", "bearer right-token", passed},
				{"localhost", "localhost:1", "", "Bearer right-token", passed},
				{"ipv6", "[::1]:1", "", "Bearer right-token", passed},
				{"allowed host", "mcp.example.com", "", "Bearer right-token", passed},
				{"allowed host, any port", "mcp.example.com:99", "", "Bearer right-token", passed},
				{"pinned host", "pinned.example:8443", "", "Bearer right-token", passed},
				{"own name", "own.example", "", "Bearer right-token", passed},
				{"allowed origin", "", "https://app.example.com", "Bearer right-token", passed},
				{"same origin", "", "http://" + own, "Bearer right-token", passed},

				{"rebound name", "evil.example", "", "Bearer right-token", 403},
				{"pinned host, other port", "pinned.example:1", "", "Bearer right-token", 403},
				{"look-alike", "localhost.evil.example", "", "Bearer right-token", 403},
				{"other address", "192.0.2.1", "", "Bearer right-token", 403},
				{"foreign origin", "", "https://evil.example", "Bearer right-token", 403},
				{"origin on another local port", "", "http://localhost:1", "Bearer right-token", 403},
				{"origin null", "", "null", "Bearer right-token", 403},
				{"origin prefix", "", "https://app.example.com.evil.example", "Bearer right-token", 403},
				{"no token", "", "", "", 401},
				{"wrong token", "", "", "Bearer wrong", 401},
				{"token and more", "", "", "Bearer right-token-and-more", 401},
				{"basic", "", "", "Basic right-token", 401},
			} {
				r := w.request(context.Background(), http.MethodPost, path, rpc("1", "ping", ""))
				if c.host != "" {
					r.Host = c.host
				}
				if c.origin != "" {
					r.Header.Set("Origin", c.origin)
				}
				if c.auth != "" {
					r.Header.Set("Authorization", c.auth)
				}
				a := w.do(r)
				if a.StatusCode != c.status {
					t.Errorf("%s: status %d (%s), want %d", c.name, a.StatusCode, a.body(), c.status)
				}
				if challenge := a.Header.Get("WWW-Authenticate"); (c.status == 401) != strings.HasPrefix(challenge, `Bearer realm="fixture"`) {
					t.Errorf("%s: WWW-Authenticate = %q", c.name, challenge)
				}
				if cors := a.Header.Get("Access-Control-Allow-Origin"); cors == "*" || c.status == 403 && cors != "" {
					t.Errorf("%s: Access-Control-Allow-Origin = %q", c.name, cors)
				}
			}
			if !strings.Contains(w.do(w.request(context.Background(), http.MethodGet, "/healthz", "")).body(), `"status":"ok"`) {
				t.Error("/healthz is not open")
			}
			r := w.request(context.Background(), http.MethodGet, "/healthz", "")
			r.Host = "evil.example"
			if a := w.do(r); a.StatusCode != 403 {
				t.Errorf("/healthz for a rebound name: %d", a.StatusCode)
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.Tokens = []server.Token{server.NewToken("", "right-token")}
	cfg.AllowedOrigins = []string{"https://app.example.com"}
	w := startWeb(t, f, server.ServeHTTP, cfg)
	r := w.request(context.Background(), http.MethodOptions, "/mcp", "")
	r.Header.Set("Origin", "https://app.example.com")
	r.Header.Set("Access-Control-Request-Method", "POST")
	a := w.do(r) // browsers send no token with it
	if a.StatusCode != 204 || a.Header.Get("Access-Control-Allow-Origin") != "https://app.example.com" ||
		!strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Mcp-Session-Id") {
		t.Errorf("preflight: %d %v", a.StatusCode, a.Header)
	}
}

func TestPrincipal(t *testing.T) {
	t.Parallel()
	who := func(token string) string {
		f := newFixture()
		cfg := f.config()
		if token != "" {
			cfg.Tokens = []server.Token{server.NewToken("", token)}
		}
		w := startWeb(t, f, server.ServeHTTP, cfg)
		if token != "" {
			w.headers = map[string]string{"Authorization": "Bearer " + token}
		}
		return w.post(toolCall("1", "whoami", "{}")).must().text()
	}
	if got := who(""); !strings.Contains(got, `"Principal":"local","Transport":"http"`) {
		t.Errorf("without a token: %s", got)
	}
	first, second := who("token-1"), who("token-2")
	if !strings.Contains(first, `"Principal":"bearer:`) || strings.Contains(first, "token-1") || first == second {
		t.Errorf("with tokens: %s and %s", first, second)
	}
}
