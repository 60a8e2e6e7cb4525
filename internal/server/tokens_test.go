package server_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"paasmcp/internal/server"
)

func tokenFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const (
	token1 = "0123456789abcdef"
	token2 = "fedcba9876543210"
)

func TestReadTokens(t *testing.T) {
	t.Parallel()
	bearer := server.NewToken("", token1).Principal
	for text, want := range map[string]string{
		token1:                                bearer,
		token1 + "\n":                         bearer,
		"ana:" + token1:                       "ana",
		"ana:" + token1 + "\r\nbob:" + token2: "ana bob",
		"\ufeff# people\n\n  ana:" + token1 + "  \n\n# programs\n" + token2 + "\n": "ana " + server.NewToken("", token2).Principal,
		"a.b_c-1@work:" + token1: "a.b_c-1@work",
	} {
		list, err := server.ReadTokens(tokenFile(t, text))
		var got []string
		for _, token := range list {
			got = append(got, token.Principal)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}

// TestReadTokensRefuses: every problem is told with its line, and none with a token.
func TestReadTokensRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "no token",
		"# nothing\n\n":                        "no token",
		"short":                                ":1: the token has 5 bytes",
		"ana:short":                            ":1: the token has 5 bytes",
		"ana:" + token1 + "\nana:" + token2:    ":2: the name ana is that of line 1",
		"ana:" + token1 + "\nbob:" + token1:    ":2: the token is that of line 1",
		"ana:" + token1 + "\n\n" + token1:      ":3: the token is that of line 1",
		token1 + "\n" + token1:                 ":2: the token is that of line 1",
		"local:" + token1:                      ":1: the name",
		":" + token1:                           ":1: the name",
		"Ana:" + token1:                        ":1: the name",
		"ana b:" + token1:                      ":1: the name",
		"an\u0430:" + token1:                   ":1: the name",
		"ana\u200b:" + token1:                  ":1: the name",
		"bearer:0a0a0a0a:" + token1 + token1:   "", // the name bearer is one like any other
		"ana:" + token1 + " # her laptop":      ":1: the token has spaces",
		"ana:0123456789abcd\u00e9f":            ":1: the token has spaces or other characters",
		"ana:" + token1 + "\rbob:" + token2:    ":1: the token has spaces",
		"-:" + token1 + "\nana:" + token1[:15]: ":2: the token has 15 bytes",
	} {
		_, err := server.ReadTokens(tokenFile(t, text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), token1[:15]) || strings.Contains(err.Error(), "short")) {
			t.Errorf("%q: the error shows a token: %v", text, err)
		}
	}
}

func TestReadTokensOfOthers(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps permissions elsewhere")
	}
	file := tokenFile(t, "ana:"+token1)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o620, 0o666} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := server.ReadTokens(file); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

// TestEachTokenIsItsOwnPrincipal: calls, sessions and streams belong to whose token they came with, and to nobody else.
func TestEachTokenIsItsOwnPrincipal(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.Tokens = []server.Token{server.NewToken("ana", token1), server.NewToken("bob", token2), server.NewToken("", "a token without a name")}
	w := startWeb(t, f, server.ServeHTTP, cfg)
	as := func(token string) { w.headers = map[string]string{"Authorization": "Bearer " + token} }
	for token, want := range map[string]string{token1: `"Principal":"ana"`, token2: `"Principal":"bob"`, "a token without a name": `"Principal":"bearer:`} {
		as(token)
		if got := w.post(toolCall("1", "whoami", "{}")).must().text(); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", token, got, want)
		}
	}
	as("ana")
	if a := w.post(toolCall("1", "whoami", "{}")); a.StatusCode != 401 {
		t.Errorf("a name in place of a token: %d", a.StatusCode)
	}
	as(token1)
	start := w.post(rpc("1", "initialize", `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`))
	w.session = start.Header.Get("Mcp-Session-Id")
	if a := w.post(rpc("2", "ping", "")); w.session == "" || a.StatusCode != 200 {
		t.Fatalf("ana in her own session %q: %d", w.session, a.StatusCode)
	}
	as(token2)
	if a := w.post(rpc("2", "ping", "")); a.StatusCode != 404 {
		t.Errorf("bob in ana's session: %d", a.StatusCode)
	}
}
