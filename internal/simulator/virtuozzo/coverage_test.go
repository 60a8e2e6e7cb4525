package virtuozzo_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// operation is a line of testdata/operations.txt: a call, where its list is in the answer (- for none), sane input on
// demo data, and where needed a call to make before.
type operation struct {
	call, list, input string
	before, beforeIn  string
}

func operations(t *testing.T) []operation {
	t.Helper()
	data, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []operation
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		op := operation{call: f[0], list: f[1], input: f[2]}
		if len(f) == 6 {
			op.before, op.beforeIn = f[4], f[5]
		}
		out = append(out, op)
	}
	if len(out) != 310 {
		t.Fatalf("testdata/operations.txt has %d operations, want 310", len(out))
	}
	return out
}

// fields turns JSON into form fields: texts as they are, everything else as JSON text.
func fields(t *testing.T, input string) form {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(input), &raw); err != nil {
		t.Fatalf("%s: %v", input, err)
	}
	out := form{}
	for k, v := range raw {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		out[k] = text
	}
	return out
}

func TestEveryOperationAnswers(t *testing.T) {
	t.Parallel()
	for _, op := range operations(t) {
		t.Run(op.call, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			if op.before != "" {
				d := s.ok(op.before, fields(t, op.beforeIn))
				if session, ok := d["session"].(string); ok {
					s.token = session
				}
			}
			answer := s.ok(op.call, fields(t, op.input))
			if op.list == "-" || op.call == "environment/tracking.getcurrentactions" { // nothing runs at Instant
				return
			}
			if list, ok := answer[op.list].([]any); !ok || len(list) == 0 {
				t.Errorf("no list with seeded items under %s in %.400v", op.list, answer)
			}
		})
	}
}

// Every required parameter must be missed by name, and a name that nobody knows must be refused.
func TestEveryOperationNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("calls.txt")
	if err != nil {
		t.Fatal(err)
	}
	required := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			name, _, _ := strings.Cut(w, ":")
			if name, ok := strings.CutSuffix(name, "*"); ok {
				required[words[0]] = append(required[words[0]], name)
			}
		}
	}
	s := newSite(t)
	for _, op := range operations(t) {
		for _, name := range required[op.call] {
			in := fields(t, op.input)
			delete(in, name)
			if text := s.refused(3, op.call, in); !strings.Contains(text, "["+name+"]") {
				t.Errorf("%s without %s: %s", op.call, name, text)
			}
		}
		in := fields(t, op.input)
		in["misspelled"] = "1"
		if text := s.refused(3, op.call, in); !strings.Contains(text, "[misspelled]") {
			t.Errorf("%s with an unknown parameter: %s", op.call, text)
		}
	}
}
