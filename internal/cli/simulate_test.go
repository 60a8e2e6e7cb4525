package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/internal/cli"
)

// simulate runs the command and gives the variables that it prints.
func simulate(t *testing.T, args ...string) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	from, out := io.Pipe()
	ended := make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		ended <- cli.Main(ctx, cli.Process{Args: append([]string{"simulate", "--addr", "127.0.0.1:0"}, args...), Out: out, Err: &stderr, Env: lookup(nil)})
		_ = out.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != cli.ExitOK {
			t.Errorf("simulate ended with %d: %s", code, stderr.String())
		}
	})
	variables := map[string]string{}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if assignment, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(assignment, "=")
			variables[name] = value
		}
		if _, url, ok := strings.Cut(lines.Text(), "curl -X POST "); ok {
			variables["reset"] = url
			go func() { _, _ = io.Copy(io.Discard, from) }()
			return variables
		}
	}
	t.Fatalf("it printed no variables: %v", variables)
	return nil
}

// call runs `paas-mcp call` with these variables.
func call(env map[string]string, args ...string) (out string, code int) {
	var stdout, stderr bytes.Buffer
	code = cli.Main(context.Background(), cli.Process{Args: append([]string{"call"}, args...), In: strings.NewReader(""), Out: &stdout, Err: &stderr, Env: lookup(env)})
	return stdout.String() + stderr.String(), code
}

// TestSimulate: the variables that the command prints lead a client to the platform, with what was seeded; faults hit, requests are
// recorded without credentials, platforms that were not named are not there, and a reset begins anew.
func TestSimulate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed, record := filepath.Join(dir, "seed.yaml"), filepath.Join(dir, "requests.jsonl")
	const variable = "/environments/12-d314739e-296f-11e9-b210-d663bd873d93/variables"
	if err := os.WriteFile(seed, []byte(`- {platform: acquia, send: 'POST `+variable+` {"name":"SEEDED","value":"from the seed"}'}`), 0o600); err != nil {
		t.Fatal(err)
	}
	env := simulate(t, "--platform", "acquia", "--seed", seed, "--record", record, "--fault", "GET /acquia/api/account status=404 times=1", "--log-level", "error")
	if len(env) != 7 || env["ACQUIA_API_URL"] == "" || env["ACLI_CLOUD_API_BASE_URI"] == "" {
		t.Errorf("the variables are %v", env)
	}
	get := []string{"acquia_variable_get", "environment_id=12-d314739e-296f-11e9-b210-d663bd873d93", "variable_name=SEEDED"}
	if out, code := call(env, get...); code != cli.ExitOK || !strings.Contains(out, "SEEDED") {
		t.Errorf("the seeded variable: %d %s", code, out)
	}
	if out, code := call(env, "acquia_account_get"); code != cli.ExitFailed || !strings.Contains(out, "404") {
		t.Errorf("the fault: %d %s", code, out)
	}
	if out, code := call(env, "acquia_account_get"); code != cli.ExitOK {
		t.Errorf("after the fault: %d %s", code, out)
	}
	base := strings.TrimSuffix(env["reset"], "/reset")
	for path, want := range map[string]int{"/platformsh/projects/x": http.StatusNotFound, "/": http.StatusNotFound, "/reset": http.StatusNotFound} {
		answer, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("GET %s is %d", path, answer.StatusCode)
		}
	}
	if out, code := call(env, "acquia_variable_create", "environment_id=12-d314739e-296f-11e9-b210-d663bd873d93", "name=LATER", "value=x"); code != cli.ExitOK {
		t.Errorf("a change: %d %s", code, out)
	}
	answer, err := http.Post(env["reset"], "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("reset is %d", answer.StatusCode)
	}
	if out, code := call(env, get...); code != cli.ExitOK {
		t.Errorf("a seed after the reset: %d %s", code, out)
	}
	if out, code := call(env, "acquia_variable_get", "environment_id=12-d314739e-296f-11e9-b210-d663bd873d93", "variable_name=LATER"); code != cli.ExitFailed {
		t.Errorf("a change after the reset: %d %s", code, out)
	}

	data, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[float64]int{}
	for line := range strings.Lines(string(data)) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		status, _ := r["status"].(float64)
		statuses[status]++
	}
	if statuses[404] < 2 || statuses[200] < 3 || strings.Contains(string(data), env["ACLI_SECRET"]) {
		t.Errorf("recorded were %v: %s", statuses, data)
	}
}

// TestSimulateEverything: without arguments all platforms answer to this program's own variables.
func TestSimulateEverything(t *testing.T) {
	t.Parallel()
	env := simulate(t, "--log-level", "error")
	for _, args := range [][]string{
		{"platformsh_project_get", "project_id=abc123shop"}, {"acquia_application_list"}, {"virtuozzo_environment_list"},
	} {
		if out, code := call(env, args...); code != cli.ExitOK {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
}
