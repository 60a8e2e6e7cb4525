package logs_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"paasmcp/internal/logs"
	"paasmcp/internal/secrets"
)

// samples are logs of failures: the comment of an archive is the line that says why, its file the log.
func samples(t testing.TB) map[string][2]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d samples: %v", len(files), err)
	}
	list := map[string][2]string{}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(raw).Files {
			cause, log, _ := strings.Cut(string(f.Data), "\n")
			list[f.Name] = [2]string{cause, log}
		}
	}
	return list
}

// calm is what a log says while all is well, with words that only look like trouble.
func calm(n int) string {
	lines := []string{
		"Building application 'app' (runtime type: php:8.3, tree: 7c3f2a1)",
		"  W: composer install --no-dev --no-interaction --no-progress",
		"    - Installing symfony/error-handler (v6.4.3): Extracting archive",
		"    - Installing acme/failover (1.2.0): Extracting archive",
		"    W: Warning: the lock file is not up to date with the latest changes in composer.json",
		"    W: npm WARN deprecated request@2.88.2: request has been deprecated",
		"  found 0 vulnerabilities, 0 errors",
		"  Tests: 120 passed, 0 failed, no errors",
		`  [notice] Cache rebuild complete.`,
		`198.51.100.7 - - [22/Nov/2026:01:00:00 +0000] "GET /errors/fatal.html HTTP/1.1" 200 512`,
		"  copying error_log.conf, error_reporting = E_ALL, --on-error=continue",
		"level=info msg=\"retry failed requests\" errors=0",
	}
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, lines[i%len(lines)])
	}
	return b.String()
}

// TestCause: whatever kind of log it is and however much surrounds it, the line that says why is among the first ten of the part
// that is shown first, and so is the one that is named as the cause.
func TestCause(t *testing.T) {
	t.Parallel()
	for name, sample := range samples(t) {
		for _, around := range [][2]int{{0, 0}, {500, 0}, {300, 40}} {
			t.Run(fmt.Sprintf("%s/%d", name, around), func(t *testing.T) {
				t.Parallel()
				r := logs.Read(calm(around[0]) + sample[1] + calm(around[1])).Report(40)
				why, cause := -1, -1
				for i, l := range r.Failing {
					if why < 0 && strings.Contains(l.Text, sample[0]) {
						why = i
					}
					if l == r.Cause {
						cause = i
					}
				}
				if why < 0 || why > 9 || cause < 0 || cause > 9 {
					t.Errorf("%q is line %d, the cause %q line %d of %q", sample[0], why+1, r.Cause, cause+1, r.Failing)
				}
				if r.Errors == 0 || len(r.Failing)+len(r.Tail) > 45 {
					t.Errorf("%d errors, %d and %d lines", r.Errors, len(r.Failing), len(r.Tail))
				}
			})
		}
	}
}

// TestCalm: a log without a failure shows its end.
func TestCalm(t *testing.T) {
	t.Parallel()
	r := logs.Read(calm(600)).Report(40)
	if r.Errors != 0 || r.Cause.Number != 0 || len(r.Failing) != 0 || len(r.Tail) != 40 || r.Tail[39].Number != 600 {
		t.Errorf("%d errors, %s, %d and %d lines", r.Errors, r.Cause, len(r.Failing), len(r.Tail))
	}
	if r := logs.Read("").Report(40); r.Lines != 0 || len(r.Tail) != 0 {
		t.Errorf("an empty log: %+v", r)
	}
}

// TestLast: of several failures the last that says why is shown, and the others are named.
func TestLast(t *testing.T) {
	t.Parallel()
	r := logs.Read("PHP Fatal error:  one\n" + calm(50) + "PHP Fatal error:  two\n" + calm(50) + "PHP Fatal error:  three\n" + calm(50) + "The deployment failed.\n").Report(40)
	if !strings.HasSuffix(r.Cause.Text, "three") || r.Errors != 4 || len(r.Earlier) != 3 || !strings.HasSuffix(r.Earlier[1].Text, "two") {
		t.Errorf("%+v", r)
	}
	if end := r.Tail[len(r.Tail)-1]; end.Text != "The deployment failed." || end.Number != 154 {
		t.Errorf("the log ends with %s", end)
	}
}

// TestLines: what a terminal would show of a log, whatever pieces it comes in.
func TestLines(t *testing.T) {
	t.Parallel()
	const log = "\x1b[31mred\x1b[0m\r\n 10%\r 50%\r100%\n\nlink \x1b]8;;http://x\x07y\u200b\nlast\n\n\n"
	for size := range len(log) {
		s := logs.NewScanner(nil, nil)
		for i := 0; i < len(log); i += size + 1 {
			_, _ = s.Write([]byte(log[i:min(i+size+1, len(log))]))
		}
		if got, first := s.Log().Text(); got != "red\n100%\n\nlink y\nlast" || first != 1 || s.Log().Lines() != 5 {
			t.Errorf("in pieces of %d: %q from line %d, %d lines", size+1, got, first, s.Log().Lines())
		}
	}
}

func scan(t *testing.T, mask func(string) string, grep string, write func(w io.Writer)) *logs.Log {
	t.Helper()
	var expression *regexp.Regexp
	if grep != "" {
		expression = regexp.MustCompile(grep)
	}
	s := logs.NewScanner(mask, expression)
	write(s)
	return s.Log()
}

func TestFound(t *testing.T) {
	t.Parallel()
	found, matches := scan(t, nil, "needle", func(w io.Writer) { fmt.Fprint(w, calm(100)+"needle\n"+calm(20)+"needle\nlast\n") }).Found(100)
	if matches != 2 || len(found) != 10 || found[2] != "101: needle" || found[5] != "--" || found[9] != "123: last" {
		t.Errorf("%d %q", matches, found)
	}
	found, matches = scan(t, nil, "x", func(w io.Writer) { fmt.Fprint(w, strings.Repeat("x\n", 10_000)) }).Found(10)
	if matches != 10_000 || len(found) != 10 || found[9] != "10000: x" {
		t.Errorf("%d %q", matches, found)
	}
}

// TestLong: in a log of any length the failure is found wherever it is, lines keep their numbers, and what is held does not grow.
func TestLong(t *testing.T) {
	t.Parallel()
	const lines = 60_000
	quiet := strings.Repeat("copying another file of the application to where the web server looks for it, as configured\n", 1000)
	for _, at := range []int{1, 2, 777, lines / 2, lines - 1, lines} {
		log := scan(t, nil, "Uncaught", func(w io.Writer) {
			fmt.Fprint(w, strings.Join(strings.SplitAfter(strings.Repeat(quiet, 1+at/1000), "\n")[:at-1], ""))
			fmt.Fprintln(w, "PHP Fatal error:  Uncaught Error: here")
			fmt.Fprint(w, strings.Join(strings.SplitAfter(strings.Repeat(quiet, 1+(lines-at)/1000), "\n")[:lines-at], ""))
		})
		r := log.Report(40)
		if r.Lines != lines || r.Errors != 1 || r.Cause.Number != at || !slices.Contains(r.Failing, r.Cause) {
			t.Errorf("line %d of %d: %d lines, %d errors, cause %s", at, lines, r.Lines, r.Errors, r.Cause)
		}
		if found, matches := log.Found(10); matches != 1 || !slices.ContainsFunc(found, func(l string) bool { return strings.HasPrefix(l, fmt.Sprint(at, ": PHP Fatal")) }) {
			t.Errorf("line %d: grep finds %d: %q", at, matches, found)
		}
		text, first := log.Text()
		if len(text) > 5<<20 || first == 1 || strings.Count(text, "\n") != lines-first {
			t.Errorf("held are %d bytes from line %d on", len(text), first)
		}
	}
}

// TestHostile: lines without end, failures without end and lines that are nothing but errors are held within bounds.
func TestHostile(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"one line":      strings.Repeat("x", 1<<20),
		"errors":        "error: " + strings.Repeat("y", 1<<10) + "\n",
		"failures":      "error: " + strings.Repeat("z", 8<<10) + "\n" + strings.Repeat("\n.", 15) + "\n",
		"PEM":           "-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("MIIE\n", 100),
		"carriage":      strings.Repeat("10%\r", 1000),
		"long searched": strings.Repeat("needle ", 10<<10) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := scan(t, nil, "needle", func(w io.Writer) {
				for written := 0; written < 10<<20; written += len(line) {
					_, _ = io.WriteString(w, line)
				}
			})
			text, _ := log.Text()
			size := len(text)
			for _, l := range log.Report(logs.Most).Failing {
				size += len(l.Text)
			}
			found, _ := log.Found(logs.Most)
			for _, l := range found {
				size += len(l)
			}
			if size > 12<<20 {
				t.Errorf("%d bytes are held", size)
			}
		})
	}
}

// TestMasked: secrets of several lines are hidden wherever pieces end, and the lines after them keep their numbers.
func TestMasked(t *testing.T) {
	t.Parallel()
	const key = "-----BEGIN PRIVATE KEY-----\nMIIEsecretsecret\nsecretsecret\nsecret\n-----END PRIVATE KEY-----"
	for before := range 700 {
		log := scan(t, secrets.MaskLines, "", func(w io.Writer) {
			fmt.Fprint(w, strings.Repeat(strings.Repeat("x", 99)+"\n", before), key, "\n", strings.Repeat("y\n", before%5), "PHP Fatal error:  after\n")
		})
		text, _ := log.Text()
		if want := before + 6 + before%5; strings.Contains(text, "secret") || log.Report(10).Cause.Number != want {
			t.Fatalf("after %d lines: the cause is line %d, want %d; %q", before, log.Report(10).Cause.Number, want, text[max(0, len(text)-200):])
		}
	}
}

// TestScore: lines of real servers and tools.
func TestScore(t *testing.T) {
	t.Parallel()
	for line, isError := range map[string]bool{
		"[error] something broke":                                                true,
		" [error]  The import failed due to the following reasons:":              true,
		"[Mon Nov 30 10:00:00.1 2026] [php:error] [pid 12] PHP message":          true,
		"[Mon Nov 30 10:00:00.1 2026] [core:error] [pid 1] AH00037: not allowed": true,
		"[:error] [pid 3] script not found":                                      true,
		"[cgi:crit] gone":                                                        true,
		"[error] 0 errors found":                                                 true,
		"[error] error page not found":                                           true,
		`2026/11/30 [error] 12#0: *9 FastCGI sent in stderr: "PHP message: PHP Warning:  foreach()"`: true,
		`{"level":"error","msg":"boom"}`:    true,
		`{"severity": "CRITICAL","m":"x"}`:  true,
		"level=error msg=boom":              true,
		"ERRO[0001] boom":                   true,
		"[ERR] boom":                        true,
		"E: Could not resolve package":      true,
		"Fatal: no space":                   true,
		"npm ERR! code ELIFECYCLE":          true,
		"redis.exceptions.ConnectionError":  true,
		"! [remote rejected] main -> main":  true,
		"2026-11-30 FATAL:  password wrong": true,
		"W: some warning":                   false,
		"[warn] 12#12: a client request body is buffered to a temporary file":   false,
		"[ssl:warn] [pid 3] AH01909: server certificate does NOT include an ID": false,
		"[mpm_event:notice] AH00489: Apache configured":                         false,
		"[info] error page rendered":                                            false,
		"[notice] recovered from [error] state":                                 false,
		`{"level":"info","msg":"error handler ready"}`:                          false,
		`{"level": "warning","msg":"failed once"}`:                              false,
		"[success] done":                         false,
		"no errors":                              false,
		"Deprecated: Function x() is deprecated": false,
	} {
		if got := logs.Score(line); (got > 0) != isError {
			t.Errorf("%q scores %d", line, got)
		}
	}
	if marked, warning := logs.Score("[php:error] x"), logs.Score(`[error] "PHP message: PHP Warning:  x"`); marked <= warning {
		t.Errorf("an error scores %d, one that quotes a warning %d", marked, warning)
	}
}

// BenchmarkScan reads 1 MB.
func BenchmarkScan(b *testing.B) {
	log := []byte(calm(30_000))
	log = log[:min(len(log), 1<<20)]
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		s := logs.NewScanner(secrets.MaskLines, nil)
		_, _ = s.Write(log)
		s.Log().Report(40)
	}
}
