package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/console"
	"paasmcp/internal/policy"
)

func TestConfigurationsThatCannotWork(t *testing.T) {
	t.Parallel()
	someone := []console.Operator{{Name: "ana"}}
	for _, c := range []struct {
		config console.Config
		want   string
	}{
		{console.Config{Addr: "0.0.0.0:8086"}, "--operators"},
		{console.Config{Addr: ":8086"}, "--operators"},
		{console.Config{Addr: "example.com:8086"}, "--operators"},
		{console.Config{Addr: "0.0.0.0:8086", Operators: someone}, "--console-url"},
		{console.Config{Addr: "8086"}, "host:port"},
		{console.Config{URL: "https://approve.example.com"}, "--operators"},
		{console.Config{URL: "http://approve.example.com", Operators: someone}, "plain text"},
		{console.Config{URL: "approve.example.com", Operators: someone}, "want an address"},
		{console.Config{URL: "https://approve.example.com/console", Operators: someone}, "want an address"},
	} {
		if _, err := console.New(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %q: %v, want a word on %s", c.config.Addr, c.config.URL, err, c.want)
		}
	}
	for _, c := range []console.Config{
		{}, {Addr: "127.0.0.1:0"}, {Addr: "[::1]:0"}, {Addr: "localhost:0"},
		{Addr: "0.0.0.0:8086", URL: "https://approve.example.com/", Operators: someone},
	} {
		if _, err := console.New(c); err != nil {
			t.Errorf("%q %q: %v", c.Addr, c.URL, err)
		}
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	second, err := console.New(console.Config{Desk: f.desk, Addr: strings.TrimPrefix(f.base, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(); err == nil || !strings.Contains(err.Error(), "--console 127.0.0.1:") {
		t.Errorf("an address in use: %v", err)
	}
}

func TestOperatorsFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write(t, path("good"), tokenOfAna, 0o600)
	write(t, path("short"), "short", 0o600)
	write(t, path("open"), tokenOfBob, 0o644)
	const hash = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
	for n, c := range []struct {
		text string
		mode os.FileMode
		want string // empty: fine
	}{
		{"operators:\n- {name: ana, token_file: " + path("good") + "}\n", 0o644, ""},
		{"operators:\n- {name: ana, token_sha256: " + hash + "}\n", 0o600, ""},
		{"operators:\n- {name: ana, token_sha256: " + hash + "}\n", 0o640, ""},
		{"operators:\n- {name: ana, token_sha256: " + hash + "}\n", 0o644, "chmod 600"},
		{"operators:\n- {name: ana, token_file: " + path("good") + "}\n", 0o666, "chmod 600"},
		{"operators:\n- {name: ana, token_file: " + path("good") + "}\n", 0o620, "chmod 600"},
		{"operators:\n- {name: ana, token_file: " + path("open") + "}\n", 0o600, "chmod 600"},
		{"operators:\n- {name: ana, token_file: " + path("short") + "}\n", 0o600, "at least 16"},
		{"operators:\n- {name: ana, token_file: " + path("missing") + "}\n", 0o600, "missing"},
		{"operators:\n- {name: ana, token: abc}\n", 0o600, "token"},
		{"operators:\n- {name: ana}\n", 0o600, "either token_file or token_sha256"},
		{"operators:\n- {name: ana, token_sha256: abc}\n", 0o600, "64 hexadecimal digits"},
		{"operators:\n- {name: local, token_sha256: " + hash + "}\n", 0o600, "choose another"},
		{"operators:\n- {name: Ana B, token_sha256: " + hash + "}\n", 0o600, "small letters"},
		{"operators:\n- {name: ana, token_sha256: " + hash + "}\n- {name: ana, token_file: " + path("good") + "}\n", 0o600, "appears twice"},
		{"operators:\n- {name: ana, token_sha256: " + hash + "}\n- {name: bob, token_sha256: " + hash + "}\n", 0o600, "the same token"},
		{"operators: []\n", 0o600, "names no operators"},
		{"", 0o600, "no documents"},
		{"people: []\n", 0o600, "people"},
	} {
		file := path(fmt.Sprint("operators-", n))
		write(t, file, c.text, c.mode)
		_, err := console.ReadOperators(file)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s%04o: %v", c.text, c.mode, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s%04o: %v, want a word on %q", c.text, c.mode, err, c.want)
		}
	}
	if _, err := console.ReadOperators(path("nowhere")); err == nil {
		t.Error("a missing file names no operators and yet is fine")
	}
}

// The note is for this user alone and goes with its server.
func TestNoteForTheTerminal(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	files, _ := filepath.Glob(filepath.Join(f.dir, "*"))
	if len(files) != 1 {
		t.Fatalf("files: %v", files)
	}
	file, err := os.Stat(files[0])
	if err != nil || file.Mode().Perm() != 0o600 {
		t.Errorf("the note has mode %v, %v", file.Mode(), err)
	}
	if dir, err := os.Stat(f.dir); err != nil || dir.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, %v", dir.Mode(), err)
	}

	// Notes of servers that are gone, by process or by port, are removed; what is not a note is left alone.
	gone := []console.Note{{URL: f.base, Token: "x", PID: 1 << 30}, {URL: "http://127.0.0.1:1", Token: "x", PID: os.Getpid()}}
	for n, note := range gone {
		text, _ := json.Marshal(note)
		write(t, filepath.Join(f.dir, fmt.Sprintf("gone-%d.json", n)), string(text), 0o600)
	}
	write(t, filepath.Join(f.dir, "half.json"), `{"url":`, 0o600)
	servers, err := console.Servers(t.Context(), f.dir)
	if err != nil || len(servers) != 1 || servers[0].URL != f.base {
		t.Errorf("servers: %+v, %v", servers, err)
	}
	if left, _ := filepath.Glob(filepath.Join(f.dir, "gone-*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}

	f.Close()
	if _, err := os.Stat(files[0]); !os.IsNotExist(err) {
		t.Errorf("the note outlives its server: %v", err)
	}
	if err := os.Chmod(f.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := console.Servers(t.Context(), f.dir); err == nil || !strings.Contains(err.Error(), "not a folder of this user") {
		t.Errorf("a folder that others can look into: %v", err)
	}
	if servers, err := console.Servers(t.Context(), filepath.Join(f.dir, "none")); err != nil || servers != nil {
		t.Errorf("no folder at all: %v, %v", servers, err)
	}
}

// Without an address the console opens when something waits, and calls for its user.
func TestOpensWhenSomethingWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	said := make(chan string, 10)
	dir := filepath.Join(t.TempDir(), "run")
	lazy, err := console.New(console.Config{Desk: f.desk, Dir: dir, Links: true, Announce: func(text string) { said <- text }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lazy.Close)
	if err := lazy.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("it is open before anything waits")
	}
	ticket := f.put(policy.Console, deletion)
	text := <-said
	servers, err := console.Servers(t.Context(), dir)
	if err != nil || len(servers) != 1 {
		t.Fatalf("servers: %v, %v", servers, err)
	}
	f.base = servers[0].URL
	link := regexp.MustCompile(`http://\S+/login\?link=\S+`).FindString(text)
	if link == "" || !strings.Contains(text, ticket.Card.Tool) || !strings.Contains(text, "paas-mcp approve") {
		t.Fatalf("announced: %s", text)
	}
	other := deletion
	other.Request = "DELETE /projects/abc123shop/environments/old"
	f.put(policy.Console, other)
	if again := <-said; !strings.Contains(again, link) {
		t.Errorf("the link is still good, and yet another was made: %s", again)
	}
	b := f.browser()
	if status, _ := b.login(url.Values{"link": {tokenOf(t, link)}}); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	// Whoever has the page open sees it there.
	other.Request = "DELETE /projects/abc123shop/environments/older"
	third := f.put(policy.Console, other)
	if status, body := b.get("/"); status != http.StatusOK || !strings.Contains(body, third.ID) {
		t.Errorf("the page does not show it: %d", status)
	}
	select {
	case text := <-said:
		t.Errorf("announced to somebody who is there: %s", text)
	default:
	}
}

func TestAnnouncesNoLinkWhereOthersRead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*console.Config){
		"links off": func(c *console.Config) { c.Links = false },
		"operators": func(c *console.Config) { withOperators(t)(c); c.Links = true },
	} {
		said := make(chan string, 10)
		f := newFixture(t, func(c *console.Config) { change(c); c.Announce = func(text string) { said <- text } })
		f.put(policy.Console, deletion)
		if text := <-said; strings.Contains(text, "link=") || !strings.Contains(text, "waits for an approval") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// A page without scripts looks again by itself; one on which somebody types does not.
func TestRefreshWithoutScripts(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ticket := f.put(policy.Typed, deletion)
	b := f.signedIn()
	const refresh = `<noscript><meta http-equiv="refresh"`
	if _, body := b.get("/"); !strings.Contains(body, refresh) {
		t.Error("the list of requests stands still")
	}
	if _, body := b.get("/requests/" + ticket.ID); strings.Contains(body, refresh) {
		t.Error("the page takes away what is being typed")
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	b := f.signedIn()
	csrf := b.csrf()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Jar: b.client.Jar}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("%d %s", response.StatusCode, kind)
	}
	lines := bufio.NewScanner(response.Body)
	next := func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return "end"
	}
	if got := next(); got != "data: 0" {
		t.Errorf("first event: %s", got)
	}
	ticket := f.put(policy.Console, deletion)
	if got := next(); got != "data: 1" {
		t.Errorf("after a question: %s", got)
	}
	if err := f.desk.Decide(ticket.ID, approval.Approver{Name: "bob", Via: "terminal"}, approval.Decision{}); err != nil {
		t.Fatal(err)
	}
	if got := next(); got != "data: 0" {
		t.Errorf("after the answer: %s", got)
	}
	// A page of somebody who signed out hears nothing more.
	if status, _, _ := b.post("/logout", url.Values{"csrf": {csrf}}, nil); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	f.put(policy.Form, deletion)
	if got := next(); got != "end" {
		t.Errorf("after signing out: %s", got)
	}
}

// What the terminal sends and sees.
func TestClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	typed, two := f.put(policy.Typed, deletion), f.putFor("carol", policy.TwoPerson, deletion)
	servers, err := console.Servers(t.Context(), f.dir)
	if err != nil || len(servers) != 1 {
		t.Fatal(err)
	}
	c := servers[0]
	list, err := c.List(t.Context())
	if err != nil || len(list) != 2 || !list[0].Typed || list[1].Refused == "" ||
		!strings.Contains(list[0].Card, "To go ahead, type exactly: main") {
		t.Fatalf("%+v, %v", list, err)
	}
	for want, decide := range map[string]func() (console.Request, error){
		"this is not the name on the card": func() (console.Request, error) {
			return c.Decide(t.Context(), typed.ID, console.Verdict{Approve: true, Name: "x"})
		},
		"people who may approve": func() (console.Request, error) {
			return c.Decide(t.Context(), two.ID, console.Verdict{Approve: true})
		},
		"does not exist": func() (console.Request, error) {
			return c.Decide(t.Context(), "NO/SUCH?x", console.Verdict{})
		},
		"not those of an operator": func() (console.Request, error) {
			return c.As("local", "guess").Decide(t.Context(), typed.ID, console.Verdict{})
		},
	} {
		if _, err := decide(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want a word on %q", err, want)
		}
	}
	r, err := c.Decide(t.Context(), typed.ID, console.Verdict{Approve: true, Name: "main"})
	if err != nil || r.State != "approved" || r.DecidedBy != approval.Local {
		t.Errorf("%+v, %v", r, err)
	}
	if now, _ := f.desk.Ticket(typed.ID); now.By.Via != "terminal" {
		t.Errorf("approved via %q", now.By.Via)
	}
	if _, err := c.Decide(t.Context(), typed.ID, console.Verdict{}); err == nil || !strings.Contains(err.Error(), "settled already") {
		t.Errorf("a second decision: %v", err)
	}
}
