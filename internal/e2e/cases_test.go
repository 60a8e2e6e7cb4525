package e2e_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v4"

	"paasmcp/internal/cli"
)

// A case is one call against a platform that answers as platforms have been seen to answer, and what must and must not come of it:
// what the caller reads, what a person is shown, what reaches the platform. The simulators answer as they should; these do not.
type fieldCase struct {
	Name     string
	Platform string
	Env      map[string]string
	Routes   map[string][]fieldAnswer // by "METHOD /path", or "*"; answers are given out one after another, the last for ever
	// TokenType is the content type of the answers of the token endpoint.
	TokenType string `yaml:"token_type"`
	Tool      string
	Args      map[string]any
	Person    string // who is asked: yes (unless set), no, or none when the client cannot ask
	Want      struct {
		Failed *bool
		Asked  *bool
		// Patterns of the caller's text, of the question, and of the requests as "METHOD /path body".
		Says, Hides, Card, Sends, Spares []string
	}
}

type fieldAnswer struct {
	Status int
	Type   string
	Body   any // text as it is, anything else as JSON
	// Lines is a long text: First, then Filler Times times with its number.
	Lines *struct {
		First, Filler string
		Times         int
	}
}

// fieldAccounts are the variables of an account of each platform whose addresses lead to a case.
var fieldAccounts = map[string]func(base string) map[string]string{
	"platformsh": func(base string) map[string]string {
		return map[string]string{"PLATFORMSH_CLI_TOKEN": "case-api-token", "PLATFORMSH_API_URL": base, "PLATFORMSH_TOKEN_URL": base + "/oauth2/token"}
	},
	"acquia": func(base string) map[string]string {
		return map[string]string{
			"ACLI_KEY": "case-key", "ACLI_SECRET": "case-secret", "ACQUIA_API_URL": base + "/api", "ACQUIA_TOKEN_URL": base + "/api/auth/oauth/token",
		}
	},
	"virtuozzo": func(base string) map[string]string {
		return map[string]string{"VIRTUOZZO_TOKEN": "case-session", "VIRTUOZZO_API_URL": base + "/1.0"}
	},
}

// TestCases plays testdata/cases through the command line, over stdio.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/cases/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		loader, err := yaml.NewLoader(f, yaml.WithKnownFields(), yaml.WithUniqueKeys())
		if err != nil {
			t.Fatal(err)
		}
		var cases []fieldCase
		if err := loader.Load(&cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml")+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				c.play(t)
			})
		}
	}
}

func (c fieldCase) play(t *testing.T) {
	p := &fieldPlatform{c: c, given: map[string]int{}}
	p.Server = httptest.NewServer(p)
	defer p.Close()
	text, failed, cards := c.call(t, p.URL)
	wire, card := strings.Join(p.requests(), "\n"), strings.Join(cards, "\n")
	if want := c.Want.Failed; want != nil && *want != failed {
		t.Errorf("failed is %v, want %v", failed, *want)
	}
	if want := c.Want.Asked; want != nil && *want != (len(cards) > 0) {
		t.Errorf("a person was asked %d times, want asked: %v", len(cards), *want)
	}
	for where, patterns := range map[string][]string{text: c.Want.Says, card: c.Want.Card, wire: c.Want.Sends} {
		for _, pattern := range patterns {
			if !found(t, pattern, where) {
				t.Errorf("%q is missing in:\n%s", pattern, head(where))
			}
		}
	}
	for _, pattern := range c.Want.Hides {
		if found(t, pattern, text) {
			t.Errorf("%q is in the answer:\n%s", pattern, head(text))
		}
	}
	for _, pattern := range c.Want.Spares {
		if found(t, pattern, wire) {
			t.Errorf("%q reached the platform:\n%s", pattern, head(wire))
		}
	}
	if t.Failed() {
		t.Logf("answer: %s\nquestion: %s\nrequests: %s", head(text), head(card), head(wire))
	}
}

func found(t *testing.T, pattern, text string) bool {
	t.Helper()
	expression, err := regexp.Compile("(?is)" + pattern)
	if err != nil {
		t.Fatal(err)
	}
	return expression.MatchString(text)
}

func head(text string) string { return text[:min(len(text), 3000)] }

// call starts the command line, makes the call and answers its questions.
func (c fieldCase) call(t *testing.T, base string) (text string, failed bool, cards []string) {
	t.Helper()
	env := fieldAccounts[c.Platform](base)
	for name, value := range c.Env {
		env[name] = value
	}
	env["HOME"] = t.TempDir()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := cli.Main(context.WithoutCancel(t.Context()), cli.Process{
			Args: []string{"serve", "--console", "off"}, In: in, Out: out, Err: io.Discard,
			Env: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		})
		_ = out.Close()
		ended <- code
	}()
	send := func(message map[string]any) {
		message["jsonrpc"] = "2.0"
		raw, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := toServer.Write(append(raw, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	abilities := map[string]any{"elicitation": map[string]any{}}
	if c.Person == "none" {
		abilities = map[string]any{}
	}
	send(map[string]any{"id": 1, "method": "initialize", "params": map[string]any{
		"protocolVersion": legacy, "capabilities": abilities, "clientInfo": map[string]any{"name": "case", "version": "1"},
	}})
	lines := bufio.NewReader(fromServer)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatalf("the server ended with %d before it answered", <-ended)
		}
		var m struct {
			ID     any
			Method string
			Params struct {
				Message         string
				RequestedSchema struct {
					Properties map[string]struct{ Type string }
				}
			}
			Result struct {
				Content []struct{ Text string }
				IsError bool
			}
			Error *struct{ Message string }
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch {
		case m.Method == "elicitation/create":
			cards = append(cards, m.Params.Message)
			result := map[string]any{"action": "decline"}
			if c.Person != "no" {
				content := map[string]any{}
				for name, property := range m.Params.RequestedSchema.Properties {
					content[name] = property.Type == "boolean" && name != "backup_first"
					if property.Type == "string" {
						_, typed, _ := strings.Cut(m.Params.Message, "type exactly: ")
						content[name], _, _ = strings.Cut(typed, "\n")
					}
				}
				result = map[string]any{"action": "accept", "content": content}
			}
			send(map[string]any{"id": m.ID, "result": result})
		case fmt.Sprint(m.ID) == "1":
			send(map[string]any{"method": "notifications/initialized"})
			send(map[string]any{"id": 2, "method": "tools/call", "params": map[string]any{"name": c.Tool, "arguments": c.Args}})
		case fmt.Sprint(m.ID) == "2":
			_ = toServer.Close()
			go func() { _, _ = io.Copy(io.Discard, fromServer) }()
			if code := <-ended; code != cli.ExitOK {
				t.Errorf("the server ended with %d", code)
			}
			if m.Error != nil {
				return m.Error.Message, true, cards
			}
			for _, content := range m.Result.Content {
				text += content.Text
			}
			return text, m.Result.IsError, cards
		}
	}
}

// fieldPlatform answers as its case says, and remembers what it was asked.
type fieldPlatform struct {
	*httptest.Server
	c     fieldCase
	mu    sync.Mutex
	seen  []string
	given map[string]int
}

func (p *fieldPlatform) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

func (p *fieldPlatform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.HasSuffix(r.URL.Path, "/token") {
		w.Header().Set("Content-Type", cmp.Or(p.c.TokenType, "application/json"))
		_, _ = io.WriteString(w, `{"access_token":"case-access-token","token_type":"bearer","expires_in":3600}`)
		return
	}
	text := string(body)
	if strings.Contains(r.Header.Get("Content-Type"), "urlencoded") {
		if plain, err := url.QueryUnescape(text); err == nil {
			text = plain
		}
	}
	p.mu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.RequestURI+" "+text)
	key := r.Method + " " + r.URL.Path
	answers, ok := p.c.Routes[key]
	if !ok {
		answers = p.c.Routes["*"]
	}
	n := p.given[key]
	p.given[key]++
	p.mu.Unlock()
	if len(answers) == 0 {
		answers = []fieldAnswer{{Status: http.StatusNotFound, Body: map[string]any{"message": "not found", "result": 2, "error": "not found"}}}
	}
	answers[min(n, len(answers)-1)].write(w)
}

func (a fieldAnswer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", cmp.Or(a.Type, "application/json"))
	w.WriteHeader(cmp.Or(a.Status, http.StatusOK))
	if a.Lines != nil {
		fmt.Fprintln(w, a.Lines.First)
		for i := range a.Lines.Times {
			fmt.Fprintf(w, a.Lines.Filler+"\n", i+1)
		}
		return
	}
	if text, ok := a.Body.(string); ok {
		_, _ = io.WriteString(w, text)
		return
	}
	_ = json.NewEncoder(w).Encode(a.Body)
}
