package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/audit"
	"paasmcp/internal/cli"
	"paasmcp/schemas"
)

func run(args ...string) (out, problems string, code int) {
	var o, e bytes.Buffer
	nothing := func(string) (string, bool) { return "", false }
	code = cli.Main(context.Background(), cli.Process{Args: args, In: strings.NewReader(""), Out: &o, Err: &e, Env: nothing})
	return o.String(), e.String(), code
}

// trail writes six calls, an hour apart from 2000-01-01T00:00:00Z on, into three files.
func trail(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	log, err := audit.Open(path, audit.MaxSize(1800))
	if err != nil {
		t.Fatal(err)
	}
	for i, status := range []audit.Status{audit.OK, audit.Failed, audit.Refused, audit.Lost, "", audit.OK} {
		e := audit.Entry{
			Principal: "ana", Account: "shop", Platform: schemas.Platformsh, Tool: "platformsh_environment_get", Risk: []schemas.Risk{schemas.Read},
		}
		switch {
		case i >= 4:
			e.Principal, e.Tool, e.Risk = "ben", "platformsh_environment_delete", []schemas.Risk{schemas.Write, schemas.Irreversible}
			e.AnsweredBy, e.AnsweredVia, e.Card = "carla", "console", "0123456789abcdef0123456789abcdef"
		case i >= 2:
			e.Account, e.Tool = "bank", "acquia_domain_add\x1b[2J"
		}
		id, err := log.Intent(e)
		if err != nil {
			t.Fatal(err)
		}
		if status != "" {
			if err := log.Outcome(id, audit.Outcome{Status: status, RequestID: fmt.Sprint("r", i)}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != 3 {
		t.Fatalf("%d files", len(files))
	}
	return path
}

func TestAuditShow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := trail(t)
		for _, c := range []struct{ flags, hours string }{
			{"", "00 01 02 03 04 05"},
			{"--since=2000-01-01T02:00:00Z", "02 03 04 05"},
			{"--until=2000-01-01T02:00:00Z", "00 01"},
			{"--since=2000-01-01 --until=2000-01-02", "00 01 02 03 04 05"},
			{"--since=2000-01-01T01:00:00+01:00 --until=2000-01-01T00:30:00Z", "00"},
			{"--since=2000-01-02", ""},
			{"--principal=ben", "04 05"},
			{"--account=bank", "02 03"},
			{"--tool=*_delete", "04 05"},
			{"--tool=platformsh_environment_???", "00 01"},
			{"--outcome=ok", "00 05"},
			{"--outcome=failed", "01"},
			{"--outcome=refused", "02"},
			{"--outcome=lost", "03"},
			{"--outcome=none", "04"},
			{"--principal=ben --outcome=ok --account=shop --tool=platformsh_*", "05"},
			{"--principal=ben --outcome=lost", ""},
		} {
			args := append([]string{"audit", "show", path}, strings.Fields(c.flags)...)
			out, problems, code := run(args...)
			var hours []string
			for _, m := range regexp.MustCompile(`(?m)^2000-01-01T(..):00:00Z`).FindAllStringSubmatch(out, -1) {
				hours = append(hours, m[1])
			}
			if got := strings.Join(hours, " "); got != c.hours || code != 0 || problems != "" {
				t.Errorf("%s: hours %q, want %q, code %d, %s", c.flags, got, c.hours, code, problems)
			}
			var calls []struct {
				File      string
				Line      int
				ID        int
				Time      time.Time
				Principal string
				Outcome   *struct {
					Status    string
					RequestID string `json:"request_id"`
				}
				Via  string `json:"answered_via"`
				Card string
			}
			out, _, code = run(append(args, "--json")...)
			if err := json.Unmarshal([]byte(out), &calls); err != nil || code != 0 || len(calls) != len(hours) || calls == nil {
				t.Errorf("%s --json: %v, %d calls", c.flags, err, len(calls))
			}
			for i, call := range calls {
				if call.Time.Format("15") != hours[i] || call.File == "" || call.Line == 0 || call.ID == 0 || call.Principal == "" {
					t.Errorf("%s --json: %+v", c.flags, call)
				}
				if call.Principal == "ben" && (call.Via != "console" || len(call.Card) != 32) {
					t.Errorf("%s --json: %+v", c.flags, call)
				}
			}
		}
		out, _, _ := run("audit", "show", path)
		for _, want := range []string{
			"TIME                  PRINCIPAL  ACCOUNT  TOOL                           OUTCOME  ANSWERED           CARD\n",
			"2000-01-01T02:00:00Z  ana        bank     acquia_domain_add\\u{1b}[2J     refused  -                  -\n",
			"2000-01-01T04:00:00Z  ben        shop     platformsh_environment_delete  none     carla via console  0123456789ab\n",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
	})
}

func TestAuditVerify(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := trail(t)
		formers, err := filepath.Glob(path + ".*")
		if err != nil {
			t.Fatal(err)
		}
		expect := func(code int, wants ...string) {
			t.Helper()
			out, problems, got := run("audit", "verify", path)
			for _, want := range wants {
				if !strings.Contains(out+problems, want) {
					t.Errorf("%q is not in\n%s%s", want, out, problems)
				}
			}
			if got != code {
				t.Errorf("exit code %d, want %d: %s%s", got, code, out, problems)
			}
		}
		expect(cli.ExitOK, "platformsh_environment_delete of shop (ben, 2000-01-01T04:00:00Z) has no outcome",
			"\n6 calls in 13 lines of 3 files, untouched; 1 without an outcome. Head ")
		change := func(file string, f func(string) string) {
			b, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, []byte(f(string(b))), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		change(path, func(s string) string { return s + `{"seq":14,` })
		expect(cli.ExitOK, path+":4: the last line is not complete", "of 3 files, untouched")
		change(path, func(s string) string { return strings.TrimSuffix(s, `{"seq":14,`) + "hello" })
		expect(cli.ExitFailed, path+":4: tampering: it is not a line of this log", "; 1 sign of tampering\n")
		change(path, func(s string) string { return strings.TrimSuffix(s, "hello") })
		if err := os.Rename(formers[0], formers[0]+".away"); err != nil {
			t.Fatal(err)
		}
		expect(cli.ExitOK, "; earlier files are not here\n", "of 2 files, untouched")
		if err := os.Rename(formers[0]+".away", formers[0]); err != nil {
			t.Fatal(err)
		}
		change(formers[0], func(s string) string { return strings.Replace(s, `"ana"`, `"eve"`, 1) })
		expect(cli.ExitFailed, formers[0]+":1: tampering: it was changed after it was written\n", "; 1 sign of tampering\n")
		if err := os.Remove(formers[1]); err != nil {
			t.Fatal(err)
		}
		expect(cli.ExitFailed, path+":1: tampering: entries are missing before it: 5, from entry 6 on\n", "; 2 signs of tampering\n")
		if _, problems, _ := run("audit", "show", path); !strings.Contains(problems, "1 line cannot be trusted") {
			t.Error(problems)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		expect(cli.ExitFailed, filepath.Base(formers[0])+", which came before it, is here")
	})
}

func TestAuditUsage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing.jsonl")
	for _, args := range []string{
		"audit show " + path, "audit verify " + path, "audit verify", "audit show a b",
		"audit show a --since yesterday", "audit show a --until 1", "audit show a --outcome good", "audit show a --tool [",
		"tools --audit-max-size 1", "serve --audit-max-size 4095", "serve --audit-max-size -1", "serve --audit-max-size 1TB", "serve --audit-max-size ten",
		"serve --audit-max-size 9999999999GB", "serve --audit-max-size 1.5MB", "serve --audit-max-size MB", "serve --audit-max-size=",
	} {
		if out, problems, code := run(strings.Split(args, " ")...); code != cli.ExitUsage || problems == "" || out != "" {
			t.Errorf("%s: code %d, %s%s", args, code, out, problems)
		}
	}
	for _, size := range []string{"0", "4096", "4KiB", "10MB", "64mib", "1 GiB", "5000B"} {
		if _, problems, code := run("serve", "--audit-max-size", size); code != cli.ExitOK {
			t.Errorf("%s: code %d, %s", size, code, problems)
		}
	}
}
