package canary_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/approval"
	"paasmcp/internal/console"
)

// visitor is a person at the approval console, with a browser and a terminal, who keeps every byte that they are shown.
type visitor struct {
	t     *testing.T
	base  string
	own   http.Client // the browser
	name  string      // for the terminal, with token
	token string

	mu      sync.Mutex
	pages   bytes.Buffer // headers but for cookies, and bodies
	events  bytes.Buffer // of the live stream
	changed chan struct{}
}

// consoleFile is the file that the server leaves for its own user.
func consoleFile(t *testing.T, dir string) console.Note {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "paas-mcp", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files of consoles, %v", len(files), err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var n console.Note
	if err := json.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func newVisitor(t *testing.T, base, name, token string) *visitor {
	jar, _ := cookiejar.New(nil) // never fails
	v := &visitor{t: t, base: base, name: name, token: token, changed: make(chan struct{}, 1)}
	v.own = http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return v
}

func (v *visitor) do(r *http.Request, client *http.Client) (status int, body string) {
	v.t.Helper()
	response, err := client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	response.Header.Del("Set-Cookie") // which is the session, and belongs there
	v.mu.Lock()
	defer v.mu.Unlock()
	_ = response.Header.Write(&v.pages) // a buffer takes everything
	v.pages.Write(data)
	return response.StatusCode, string(data)
}

func (v *visitor) get(path string, want int) (body string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.base+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	status, body := v.do(r, &v.own)
	if status != want {
		v.t.Errorf("%s answers %d: %.300s", path, status, body)
	}
	return body
}

func (v *visitor) post(path string, form url.Values) (status int) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _ = v.do(r, &v.own)
	return status
}

// program asks as the terminal command does.
func (v *visitor) program(method, path string, send, into any) (status int) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, bytes.NewReader(encode(send)))
	if err != nil {
		v.t.Fatal(err)
	}
	r.SetBasicAuth(v.name, v.token)
	status, body := v.do(r, http.DefaultClient)
	if err := json.Unmarshal([]byte(body), into); err != nil {
		v.t.Errorf("%s: %v in %.300s", path, err, body)
	}
	return status
}

// signIn opens the browser's session: with a link where there is one, else as an operator.
func (v *visitor) signIn(link string) {
	v.t.Helper()
	v.get("/", http.StatusUnauthorized)
	form := url.Values{"name": {v.name}, "token": {v.token}}
	if link != "" {
		u, err := url.Parse(link)
		if err != nil {
			v.t.Fatal(err)
		}
		form = u.Query()
	}
	if status := v.post("/login", form); status != http.StatusSeeOther {
		v.t.Fatalf("signing in answers %d", status)
	}
}

// session is the secret of the browser's session.
func (v *visitor) session() string {
	u, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, cookie := range v.own.Jar.Cookies(u) {
		return cookie.Value
	}
	v.t.Fatal("nobody is signed in")
	return ""
}

// watch follows the live stream until the returned function is called.
func (v *visitor) watch() (stop func()) {
	v.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+"/events", nil)
	if err != nil {
		v.t.Fatal(err)
	}
	response, err := v.own.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			v.mu.Lock()
			v.events.WriteString(lines.Text() + "\n")
			v.mu.Unlock()
			select {
			case v.changed <- struct{}{}:
			default:
			}
		}
	}()
	return func() { cancel(); <-done }
}

func (v *visitor) requests() (list []console.Request) {
	v.t.Helper()
	if status := v.program(http.MethodGet, "/api/requests", nil, &list); status != http.StatusOK {
		v.t.Fatalf("the list of requests answers %d", status)
	}
	return list
}

// waiting are the requests that nobody decided yet.
func (v *visitor) waiting() (list []console.Request) {
	v.t.Helper()
	for _, r := range v.requests() {
		if r.State == string(approval.Waiting) {
			list = append(list, r)
		}
	}
	return list
}

var (
	formToken  = regexp.MustCompile(`name="csrf" value="([^"]+)"`)
	formExpect = regexp.MustCompile(`<b class="expect">([^<]*)</b>`)
	cardExpect = regexp.MustCompile(`(?m)^To go ahead, type exactly: (.*)$`)
)

// onPage decides with the form of the page, after a slip of the hand where a name is typed.
func (v *visitor) onPage(r console.Request, approve bool) {
	v.t.Helper()
	page := v.get("/requests/"+r.ID, http.StatusOK)
	token := formToken.FindStringSubmatch(page)
	if token == nil {
		v.t.Fatalf("no form on %.500s", page)
	}
	form := url.Values{"csrf": {token[1]}, "decision": {map[bool]string{true: "approve", false: "decline"}[approve]}}
	if m := formExpect.FindStringSubmatch(page); m != nil && approve {
		form.Set("confirm_name", "another name")
		if status := v.post("/requests/"+r.ID, form); status != http.StatusUnprocessableEntity {
			v.t.Errorf("%s: a wrong name is answered with %d", r.Tool, status)
		}
		form.Set("confirm_name", html.UnescapeString(m[1]))
	}
	if r.Backup != "" {
		form.Set("backup_first", "yes")
	}
	if status := v.post("/requests/"+r.ID, form); status != http.StatusSeeOther {
		v.t.Errorf("%s: the form is answered with %d", r.Tool, status)
	}
}

// inTerminal decides as `paas-mcp approve` does.
func (v *visitor) inTerminal(r console.Request, approve bool) {
	v.t.Helper()
	say := console.Verdict{Approve: approve}
	if m := cardExpect.FindStringSubmatch(r.Card); m != nil {
		say.Name = m[1]
	}
	var after console.Request
	if status := v.program(http.MethodPost, "/api/requests/"+r.ID, say, &after); status != http.StatusOK {
		v.t.Errorf("%s: the decision is answered with %d", r.Tool, status)
	}
}
