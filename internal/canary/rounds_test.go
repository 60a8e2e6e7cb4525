package canary_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"paasmcp/schemas"
)

// The policies of the rounds.
const (
	ordinary = "" // the default
	allAsk   = "rules:\n- {name: all changes, risk: [write], verdict: confirm, level: form}\n" +
		"- {name: secrets, reveal: true, verdict: confirm, level: form}\n" +
		"- {name: reads, risk: [read], verdict: allow}\n" // reads too would leave nothing on the cards that was looked up
	readsAsk = "rules:\n- {name: everything, risk: [read, write], verdict: confirm, level: form}\n"
)

// eachPlatform runs a round for every platform, each with a platform, a process and canaries of its own.
func eachPlatform(t *testing.T, rules string, round func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation)) {
	for _, platform := range schemas.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			up := newUpstream(t)
			var flags []string
			if rules != ordinary {
				file := filepath.Join(t.TempDir(), "policy.yaml")
				if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
					t.Fatal(err)
				}
				flags = []string{"--policy", file}
			}
			round(t, up, connect(t, up, false, flags...), operations(t, platform))
		})
	}
}

// silent reports every canary and every credential in what a process wrote.
func (up *upstream) silent(t *testing.T, wrote map[string]string) {
	t.Helper()
	if len(up.stray) > 0 {
		t.Errorf("%d requests belong to no operation, such as %s", len(up.stray), up.stray[0])
	}
	for where, text := range wrote {
		homes, around := up.birds.heard(text)
		for _, home := range homes {
			t.Errorf("%s has the %s:\n…%s…", where, home, around[home])
		}
		if found := inBase64(text); found != "" {
			t.Errorf("%s has a canary in base64: …%s…", where, found)
		}
		for _, secret := range up.secrets() {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s has a credential of the account: …%s…", where, text[max(0, at-160):at])
			}
		}
	}
}

// order lets calls that bring secrets in come first, then those that look, and those that destroy last.
func order(op *schemas.Operation) int {
	switch {
	case op.Has(schemas.Irreversible), op.Has(schemas.Destructive) && !op.Has(schemas.AcceptsSecrets):
		return 3
	case op.Has(schemas.AcceptsSecrets) && !op.IsRead():
		return 0
	case op.IsRead():
		return 1
	default:
		return 2
	}
}

var jobInResult = regexp.MustCompile(`"job":"((?:pf|up|vz|ac\d+)/[^"]+)"`)

func TestSimulated(t *testing.T) {
	t.Parallel()
	eachPlatform(t, ordinary, func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation) {
		up.change = up.birds.seasoned
		slices.SortStableFunc(ops, func(a, b *schemas.Operation) int { return order(a) - order(b) })
		good, sent := 0, 0
		var jobs []string
		for _, op := range ops {
			ok := false
			for _, c := range up.birds.calls(op) {
				text, failed := s.tool(c, false)
				ok = ok || !failed
				sent += c.sent
				if strings.Contains(text, "could read and type") { // titles here end with a line break; ids do not
					t.Errorf("the title of a target makes it untouchable: %s", text)
				}
				if m := jobInResult.FindStringSubmatch(text); m != nil && !slices.Contains(jobs, m[1]) {
					jobs = append(jobs, m[1])
				}
				if failed && testing.Verbose() {
					t.Logf("%s: %.200s", op.Name, text)
				}
			}
			if ok {
				good++
			}
		}
		for _, job := range jobs[:min(len(jobs), 60)] {
			s.own("paas_wait", map[string]any{"job": job})
		}
		s.own("paas_accounts", map[string]any{})
		wrote := s.end()
		up.silent(t, wrote)
		t.Logf("%d operations, %d calls, %d answered well; %d jobs; %d canaries: %d sent, %d in answers; %d cards; read %d kB; %s",
			len(ops), s.calls, good, len(jobs), up.birds.planted(), sent, len(up.open), len(s.cards), size(wrote)>>10,
			s.sections(t, "What will be hit", "What changes", "What could not be looked up"))
		if good*10 < len(ops)*6 {
			t.Errorf("only %d of %d operations were answered well: the arguments no longer fit the demo data", good, len(ops))
		}
	})
}

// unreachable are calls that the server refuses to make with these accounts.
var unreachable = map[string]bool{"virtuozzo_session_sign_out": true}

func TestAnswered(t *testing.T) {
	t.Parallel()
	eachPlatform(t, allAsk, func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation) {
		up.answer = up.answering(true)
		impossible := 0 // with what these answers show; nobody is asked
		for _, op := range ops {
			for _, c := range up.birds.calls(op) {
				if text, failed := s.tool(c, false); failed && strings.Contains(text, "it cannot work") {
					impossible++
				} else if failed && !unreachable[op.Name] {
					t.Errorf("%s failed: %.300s", op.Name, text)
				} else if m := jobInResult.FindStringSubmatch(text); m != nil && op.Platform != schemas.Virtuozzo {
					s.own("paas_wait", map[string]any{"job": m[1], "timeout_seconds": 1})
				}
			}
		}
		wrote := s.end()
		up.silent(t, wrote)
		t.Logf("%d calls; %d canaries; read %d kB; %s", s.calls, up.birds.planted(), size(wrote)>>10, s.sections(t, "What will be hit", "What changes"))
		if changes := slices.DeleteFunc(ops, (*schemas.Operation).IsRead); len(s.cards)+impossible < len(changes) || impossible > 12 {
			t.Errorf("%d cards for %d operations that change something; %d calls cannot work", len(s.cards), len(changes), impossible)
		}
	})
}

// Reads are asked about where the policy wants that.
func TestReadsAsk(t *testing.T) {
	t.Parallel()
	eachPlatform(t, readsAsk, func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation) {
		up.answer = up.answering(true)
		ops = slices.DeleteFunc(ops, func(op *schemas.Operation) bool { return !op.IsRead() })
		for _, op := range ops {
			if text, failed := s.tool(up.birds.calls(op)[0], false); failed && testing.Verbose() {
				t.Logf("%s: %.200s", op.Name, text)
			}
		}
		up.silent(t, s.end())
		if len(s.cards) != len(ops) {
			t.Errorf("%d cards for %d reads", len(s.cards), len(ops))
		}
	})
}

func TestRefused(t *testing.T) {
	t.Parallel()
	eachPlatform(t, ordinary, func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation) {
		up.answer = up.refusing()
		for _, op := range ops {
			for i, c := range up.birds.calls(op) {
				if text, failed := s.tool(c, false); !failed {
					t.Errorf("%s did not fail: %.300s", op.Name, text)
				}
				if i > 0 {
					continue // another kind of the same object
				}
				for _, wrong := range up.birds.misshapen(c) {
					s.tool(wrong, false)
				}
			}
		}
		wrote := s.end()
		up.silent(t, wrote)
		t.Logf("%d calls; %d canaries; read %d kB; %s", s.calls, up.birds.planted(), size(wrote)>>10, s.sections(t, "What could not be looked up"))
	})
}

// sections counts the cards that have these sections: without any, a round would not have looked at them.
func (s *session) sections(t *testing.T, headings ...string) string {
	t.Helper()
	var counts []string
	for _, heading := range headings {
		n := 0
		for _, card := range s.cards {
			if strings.Contains(card, "\n"+heading+":\n") {
				n++
			}
		}
		if n == 0 {
			t.Errorf("no card of %d says: %s", len(s.cards), heading)
		}
		counts = append(counts, fmt.Sprintf("%d cards with %q", n, heading))
	}
	return strings.Join(counts, ", ")
}

// misshapen are calls whose secrets have a form that the row does not admit: what a client gets wrong must not be repeated
// to it, because it ends in transcripts and logs.
func (f *flock) misshapen(c call) []call {
	var list []call
	for _, path := range oracle[c.op.Name].sent {
		name := strings.TrimSuffix(path, "[]")
		if strings.Contains(name, ".") {
			continue // what is beside a secret field is none
		}
		bird := f.at("misshapen %s of %s", name, c.op.Name)
		for _, value := range []any{
			map[string]any{"x": map[string]any{"y": bird}}, []any{bird}, []any{map[string]any{"x": bird}},
			bird, bird + strings.Repeat("x", 5000), json.Number("1"), bird + "\n\x00",
		} {
			args := clone(c.args)
			args[name] = value
			list = append(list, call{op: c.op, args: args})
		}
	}
	return list
}

// On request, and with a person's yes, secrets are shown: in the result and nowhere else.
func TestRevealed(t *testing.T) {
	t.Parallel()
	eachPlatform(t, ordinary, func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation) {
		up.answer = up.answering(false)
		for _, op := range ops {
			if !op.Has(schemas.RevealsSecrets) || op.ReturnsFile() {
				continue
			}
			for _, c := range up.birds.calls(op) {
				text, failed := s.tool(c, true)
				if failed {
					t.Errorf("%s failed: %.300s", op.Name, text)
				}
				for _, path := range oracle[op.Name].answered {
					path = strings.ReplaceAll(strings.ReplaceAll(path, "**", "deep.deeper"), "*", "any")
					if bird := up.birds.at("answer %s of %s", path, op.Name); !strings.Contains(text, bird) {
						t.Errorf("%s does not reveal %s: %.500s", op.Name, path, text)
					}
				}
			}
		}
		wrote := s.end()
		delete(wrote, "standard output")
		up.silent(t, wrote)
	})
}

func size(wrote map[string]string) (n int) {
	for _, text := range wrote {
		n += len(text)
	}
	return n
}
