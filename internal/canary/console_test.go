package canary_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"paasmcp/schemas"
)

// atOnce is how many calls are made at a time: fewer than may wait for one caller.
const atOnce = 40

var loginLink = regexp.MustCompile(`open (http://\S+/login\?link=\S+)`)

// Calls of a client that cannot ask wait at the approval console, many at a time. A person reads all of its pages, approves some
// and declines the others. Each platform's person comes in by another way.
func TestConsole(t *testing.T) {
	t.Parallel()
	for _, platform := range schemas.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			up := newUpstream(t)
			up.answer = up.answering(true)
			d := &day{t: t, asks: platform == schemas.Acquia}
			var flags []string
			if platform == schemas.Virtuozzo {
				d.token = "Operator-" + up.birds.at("token of the operator")
				flags = []string{"--operators", operators(t, d.token)}
			}
			s := connect(t, up, true, flags...)
			d.s = s
			plain, revealing := selection(up.birds, operations(t, platform))
			d.work(plain, false)
			masked := s.stdout.Len()
			d.work(revealing, true)
			revealed := s.stdout.String()[masked:]

			v := d.visitor
			for _, path := range []string{"/", "/audit", "/audit?outcome=refused", "/audit?outcome=ok&tool=" + plain[0].op.Name, "/accounts"} {
				v.get(path, http.StatusOK)
			}
			for _, c := range plain[:20] {
				v.get("/catalogue?q="+url.QueryEscape(c.op.Summary), http.StatusOK)
			}
			for _, r := range v.requests() {
				v.get("/requests/"+r.ID, http.StatusOK)
			}
			v.get("/requests/NONE", http.StatusNotFound)
			d.stop()
			wrote := s.end()
			wrote["standard output"] = s.stdout.String()[:masked] + s.stdout.String()[masked+len(revealed):]
			wrote["the console"], wrote["the live stream"] = v.pages.String(), v.events.String()
			up.silent(t, wrote)
			d.keepsOwnSecrets(wrote)
			if homes, _ := up.birds.heard(revealed); len(homes) == 0 {
				t.Error("a yes at the console reveals nothing")
			}
			if d.approved == 0 || d.declined == 0 || d.most < 10 {
				t.Errorf("%d calls approved, %d declined, at most %d at a time", d.approved, d.declined, d.most)
			}
			for _, section := range []string{"What will be hit", "What changes", "What is sent"} {
				if !strings.Contains(wrote["the console"], section+"</h2>") {
					t.Errorf("no page of the console says: %s", section)
				}
			}
			t.Logf("%d calls; %d approved, %d declined, at most %d at a time; read %d kB", s.calls, d.approved, d.declined, d.most, size(wrote)>>10)
		})
	}
}

// What is hostile in a client shows nothing but itself at the console: no page has an invisible character or markup of others.
func TestHostileTextAtConsole(t *testing.T) {
	t.Parallel()
	for _, platform := range schemas.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			up := newUpstream(t)
			up.answer = hostileAnswers()
			s := connect(t, up, true)
			plain, _ := selection(up.birds, operations(t, platform))
			for i, c := range plain {
				plain[i].args = poisoned(c.op, c.args)
			}
			d := &day{t: t, s: s}
			d.work(plain, false)
			v := d.visitor
			for _, r := range v.requests() {
				v.get("/requests/"+r.ID, http.StatusOK)
			}
			v.get("/audit", http.StatusOK)
			d.stop()
			s.end()
			pages := strings.ReplaceAll(v.pages.String(), "\r\n", "\n") // of headers
			if at := strings.IndexFunc(pages, hidden); at >= 0 {
				t.Errorf("the console shows %U: %.300q", []rune(pages[at:])[0], pages[max(0, at-150):])
			}
			if strings.Contains(pages, "<system>") || strings.Contains(pages, "</result>") {
				t.Error("the console shows markup of others as its own")
			}
			if !strings.Contains(pages, "&lt;system&gt;") {
				t.Error("no page shows a hostile text")
			}
		})
	}
}

// selection is every operation that handles secrets and some of the others; those that can reveal secrets once more, revealing.
func selection(birds *flock, ops []*schemas.Operation) (plain, revealing []call) {
	slices.SortStableFunc(ops, func(a, b *schemas.Operation) int { return order(a) - order(b) })
	for i, op := range ops {
		if op.Has(schemas.AcceptsSecrets) || op.Has(schemas.RevealsSecrets) || i%9 == 0 {
			plain = append(plain, birds.calls(op)...)
		}
		if op.Has(schemas.RevealsSecrets) && op.IsRead() && !op.ReturnsFile() {
			revealing = append(revealing, birds.calls(op)[0])
		}
	}
	return plain, revealing[:min(len(revealing), atOnce)]
}

func operators(t *testing.T, token string) string {
	t.Helper()
	dir := t.TempDir()
	file, secret := filepath.Join(dir, "operators.yaml"), filepath.Join(dir, "ana")
	for name, text := range map[string]string{secret: token, file: "operators:\n- {name: ana, token_file: " + secret + "}\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// day is what happens at a desk: calls come, and a person decides about them.
type day struct {
	t       *testing.T
	s       *session
	token   string // of the operator; empty where the user of this machine approves
	asks    bool   // for a link, and does not take the one that was printed
	visitor *visitor
	link    string
	stop    func()

	approved, declined, most int
}

// open signs the person in once the first call waits.
func (d *day) open() {
	d.t.Helper()
	told := d.s.stderr.Await(d.t, "waits for an approval")
	note := consoleFile(d.t, d.s.runtime)
	name, token := "local", note.Token
	if d.token != "" {
		name, token = "ana", d.token
	}
	d.visitor = newVisitor(d.t, note.URL, name, token)
	switch m := loginLink.FindStringSubmatch(told); {
	case d.token != "":
	case m == nil:
		d.t.Fatalf("no link was printed: %s", tail(told))
	case !d.asks:
		d.link = m[1]
	default:
		var answer struct{ URL string }
		d.visitor.program(http.MethodPost, "/api/link", nil, &answer)
		d.link = answer.URL
		d.visitor.pages.Reset() // the link belongs there
	}
	d.visitor.signIn(d.link)
	d.stop = d.visitor.watch()
}

// work makes the calls, some at a time, and sees to it that each is answered.
func (d *day) work(calls []call, reveal bool) {
	d.t.Helper()
	for chunk := range slices.Chunk(calls, atOnce) {
		answers := d.s.together(chunk, reveal)
		if d.visitor == nil {
			d.open()
		}
		v, done := d.visitor, 0
		waiting := v.waiting()
		for ; done+len(waiting) < len(chunk); waiting = v.waiting() {
			select {
			case <-answers:
				done++
			case <-v.changed:
			}
		}
		d.most = max(d.most, len(waiting))
		v.get("/", http.StatusOK)
		for i, r := range waiting {
			decide := v.inTerminal
			if i%4 < 2 {
				decide = v.onPage
			}
			if i%2 == 0 {
				d.approved++
			} else {
				d.declined++
			}
			decide(r, i%2 == 0)
		}
		for ; done < len(chunk); done++ {
			if m, ok := <-answers; !ok {
				d.t.Fatalf("%d of %d calls were answered", done, len(chunk))
			} else if text, failed := m.text(); failed && testing.Verbose() {
				d.t.Logf("%.160s", text)
			}
		}
	}
}

// keepsOwnSecrets makes sure that what opens the console is where it has to be and nowhere else.
func (d *day) keepsOwnSecrets(wrote map[string]string) {
	d.t.Helper()
	v := d.visitor
	secrets := map[string]string{"the session": v.session(), "the token": v.token}
	if d.link != "" {
		_, secrets["the link"], _ = strings.Cut(d.link, "link=")
	}
	for what, secret := range secrets {
		for where, text := range wrote {
			if what == "the link" && where == "standard error" && !d.asks {
				continue // which tells it to the user of this machine
			}
			if at := strings.Index(text, secret); secret != "" && at >= 0 {
				d.t.Errorf("%s has %s of the console: …%s…", where, what, text[max(0, at-160):at])
			}
		}
	}
}

// together makes calls side by side. The answers come in any order.
func (s *session) together(calls []call, reveal bool) <-chan incoming {
	s.t.Helper()
	mine := map[string]bool{}
	for _, c := range calls {
		s.last++
		mine[fmt.Sprint(s.last)] = true
		tool, in := s.route(c, reveal)
		s.write(map[string]any{"jsonrpc": "2.0", "id": s.last, "method": "tools/call", "params": map[string]any{
			"name": tool, "arguments": in, "_meta": map[string]any{"progressToken": s.last},
		}})
	}
	answers := make(chan incoming, len(calls))
	go func() {
		defer close(answers)
		for len(mine) > 0 {
			m, err := s.read()
			if err != nil {
				return
			}
			if m.Method == "" && mine[string(m.ID)] {
				delete(mine, string(m.ID))
				answers <- m
			}
		}
	}()
	return answers
}
