package jq_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/jq"
)

// TestMain lets the runner start this test binary as a worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == jq.WorkerArgument {
		os.Exit(jq.Work(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

const input = `[{"id":9007199254740993,"name":"main","size":12.5,"status":"active"},{"id":2,"name":"staging","size":null,"status":"inactive"}]`

func run(t *testing.T, program, input string) (string, error) {
	t.Helper()
	out, err := jq.NewRunner("").Run(context.Background(), program, []byte(input))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(out.Values)
	if err != nil {
		t.Fatal(err)
	}
	if out.More {
		return string(text) + " and more", nil
	}
	return string(text), nil
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ program, want, fails string }{
		{program: `.`, want: "[" + input + "]"},
		{program: `.[] | select(.status == "active") | .id`, want: `[9007199254740993]`}, // an id is not rounded
		{program: `map(.name)`, want: `[["main","staging"]]`},
		{program: `length`, want: `[2]`},
		{program: `.[].name`, want: `["main","staging"]`},
		{program: `empty`, want: `null`},
		{program: `.[0], halt, .[1]`, want: `[{"id":9007199254740993,"name":"main","size":12.5,"status":"active"}]`},
		{program: `group_by(.status) | map({(.[0].status): length}) | add`, want: `[{"active":1,"inactive":1}]`},
		{program: `{"paas_jq_done": true, "error": "not mine"}`, want: `[{"error":"not mine","paas_jq_done":true}]`},

		{program: `.[`, fails: "not a jq program"},
		{program: ``, fails: "missing query"},
		{program: `.name`, fails: "expected an object"},
		{program: `nonsense`, fails: "function not defined: nonsense/0"},
		{program: `error("stop here")`, fails: "stop here"},
		{program: strings.Repeat(".", 5000), fails: "the limit is 4000"},

		// Nothing outside of the program can be reached.
		{program: `env | length`, want: `[0]`},
		{program: `$ENV | length`, want: `[0]`},
		{program: `env.PATH`, want: `[null]`},
		{program: `input`, fails: "input"},
		{program: `[inputs]`, fails: "input"},
		{program: `import "a" as a; 1`, fails: "cannot load module"},
		{program: `include "a"; 1`, fails: "cannot load module"},
		{program: `input_filename`, fails: "not defined"},
		{program: `debug`, fails: "not defined"},
		{program: `stderr`, fails: "not defined"},
		{program: `$__prog_args`, fails: "variable not defined"},
		{program: `get_search_list`, fails: "not defined"},
	} {
		t.Run(tc.program[:min(len(tc.program), 40)], func(t *testing.T) {
			t.Parallel()
			got, err := run(t, tc.program, input)
			switch {
			case tc.fails != "" && (err == nil || !strings.Contains(err.Error(), tc.fails)):
				t.Errorf("%v, %s; the error should say %q", err, got, tc.fails)
			case tc.fails == "" && (err != nil || got != tc.want):
				t.Errorf("%s, %v; should be %s", got, err, tc.want)
			}
		})
	}
}

// TestHostile: a program that takes all it can get ends with an error that says so, and takes nothing from this process. The
// bounds are small, so that the test is quick.
func TestHostile(t *testing.T) {
	t.Parallel()
	r := jq.NewRunner("")
	r.Time, r.Memory = 100*time.Millisecond, 64<<20
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	for _, tc := range []struct{ program, input string }{
		{`[range(1e9)] | length`, `null`},
		{`"x" * 1000000000 | length`, `null`},
		{`"x" * 1e18`, `null`},
		{`def f: f; f`, `null`},
		{`def f: 1 + f; f`, `null`},
		{`def f(x): f(x | x); f(.)`, `null`},
		{`[limit(1e9; repeat(1))] | length`, `null`},
		{`last(repeat(1))`, `null`},
		{`reduce range(60) as $i ("x"; . + .) | length`, `null`},
		{`reduce range(60) as $i ([1]; . + .) | length`, `null`},
		{`reduce range(60) as $i ([1]; [., .]) | tojson | length`, `null`},
		{`reduce range(60) as $i ([1]; [., .]) | flatten | length`, `null`},
		{`reduce range(60) as $i ([1]; [., .]) | . == .`, `null`},
		{`reduce range(60) as $i ([1]; [., .])`, `null`},
		{`reduce range(1e7) as $i (1; [.]) | tojson`, `null`},
		{`.[500000000] = 1 | length`, `[]`},
		{`[range(40)] | [combinations(10)]`, `null`},
		{`[[range(100)] | [., .] , [., ., ., .] | combinations] | length`, `null`},
		{`until(false; . + 1)`, `1`},
		{`[range(3e5) | tostring] | [.[] as $a | .[] as $b | $a + $b] | length`, `null`},
		{`("a" * 20000) | [match("(a|b|ab)*"; "g")] | [range(1e6) as $i | .] | tojson | length`, `null`},
		{`[paths] | length, (reduce range(30) as $i (.; . + .) | @base64 | length)`, deep},
	} {
		t.Run(tc.program, func(t *testing.T) {
			t.Parallel()
			out, err := r.Run(context.Background(), tc.program, []byte(tc.input))
			if err == nil {
				t.Fatalf("it came to an end with %d values", len(out.Values))
			}
			if !strings.Contains(err.Error(), "stopped") && !strings.Contains(err.Error(), "too large") {
				t.Errorf("the error does not say why: %v", err)
			}
		})
	}
}

// TestOutput: what comes out is bounded in number and in size.
func TestOutput(t *testing.T) {
	t.Parallel()
	many, err := run(t, `range(20000)`, `null`)
	if err != nil || !strings.HasSuffix(many, "9999] and more") {
		t.Errorf("20000 values: %v, …%s", err, many[max(0, len(many)-40):])
	}
	large, err := run(t, `range(9) | "x" * 1000000`, `null`)
	if err != nil || !strings.HasSuffix(large, " and more") || len(large) > 5<<20 {
		t.Errorf("nine megabytes: %v, %d bytes", err, len(large))
	}
	if got, err := run(t, `"x" * 5000000`, `null`); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("five megabytes at once: %v, %d bytes", err, len(got))
	}
	if got, err := run(t, `[range(3e5) | {}]`, `null`); err == nil || !strings.Contains(err.Error(), "select less") {
		t.Errorf("300,000 objects: %v, %d bytes", err, len(got))
	}
}

// TestEnvironment: a worker sees nothing of the environment, where the credentials are. Not parallel, since it sets one.
func TestEnvironment(t *testing.T) {
	t.Setenv("ACLI_SECRET", "s3cr3t")
	if got, err := run(t, `env, $ENV`, `null`); err != nil || got != `[{},{}]` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := jq.NewRunner("").Run(ctx, `.`, []byte(`1`)); err == nil {
		t.Error("it ran for a caller that had left")
	}
}

func TestNoWorker(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/nonexistent/paas-mcp": "no worker could be started", "/bin/true": "broke off"} {
		if _, err := jq.NewRunner(path, "x").Run(context.Background(), `.`, []byte(`1`)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; should say %q", path, err, want)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	r := jq.NewRunner("")
	for b.Loop() {
		if _, err := r.Run(context.Background(), `map(.id)`, []byte(input)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleCheck() {
	fmt.Println(jq.Check(".items["))
	// Output: not a jq program: unexpected EOF
}
