package schemas_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	schemaLine = "# yaml-language-server: $schema=../operation.schema.json" // editors complete and check rows with it
	maxWidth   = 160
	maxRows    = 45 // a toolset; beyond it a model chooses badly and a reader scrolls
)

var (
	// A request on a line of its own is never broken: folding would put spaces into it.
	requestLine = regexp.MustCompile(`^ {6}([A-Z]+ /|[{\[])`)
	unfinished  = regexp.MustCompile(`(?i)#.*\b(note|todo|fixme|xxx)\b`)
)

// TestFiles is about what is lost when a file is decoded: width, comments, the line that tells editors the schema.
func TestFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/*.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d files of rows: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		if lines[0] != schemaLine {
			t.Errorf("%s:1: the first line must be %s", file, schemaLine)
		}
		if lines[len(lines)-1] != "" {
			t.Errorf("%s: no newline at the end", file)
		}
		count := 0
		for i, line := range lines {
			if strings.HasPrefix(line, "- name:") {
				count++
			}
			if n := utf8.RuneCountInString(line); n > maxWidth && !requestLine.MatchString(line) {
				t.Errorf("%s:%d: %d characters, %d are allowed", file, i+1, n, maxWidth)
			}
			if unfinished.MatchString(line) {
				t.Errorf("%s:%d: an unfinished thought: %s", file, i+1, strings.TrimSpace(line))
			}
			if line != strings.TrimRight(line, " \t\r") {
				t.Errorf("%s:%d: blanks at the end", file, i+1)
			}
		}
		if count > maxRows {
			t.Errorf("%s: %d rows, split it by resource above %d", file, count, maxRows)
		}
	}
}
