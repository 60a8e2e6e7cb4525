package logs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"paasmcp/internal/logs"
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

func TestSplit(t *testing.T) {
	t.Parallel()
	got := logs.Split("\x1b[31mred\x1b[0m\r\n 10%\r 50%\r100%\nlink \x1b]8;;http://x\x07y\n\n\n")
	if strings.Join(got, "|") != "red|100%|link y" {
		t.Errorf("%q", got)
	}
}

func TestGrep(t *testing.T) {
	t.Parallel()
	found, matches := logs.Read(calm(100)+"needle\n"+calm(20)+"needle\nlast\n").Grep(regexp.MustCompile("needle"), 100)
	if matches != 2 || len(found) != 10 || found[2] != "101: needle" || found[5] != "--" || found[9] != "123: last" {
		t.Errorf("%d %q", matches, found)
	}
	if found, matches := logs.Read(strings.Repeat("x\n", 1000)).Grep(regexp.MustCompile("x"), 10); matches != 1000 || len(found) != 10 || found[9] != "1000: x" {
		t.Errorf("%d %q", matches, found)
	}
}

// BenchmarkRead reads 1 MB, the most that is looked at.
func BenchmarkRead(b *testing.B) {
	log := calm(30_000) + "PHP Fatal error:  one\n"
	log = log[:min(len(log), 1<<20)]
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		logs.Read(log).Report(40)
	}
}
