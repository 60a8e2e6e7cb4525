package secrets_test

import (
	_ "embed"
	"hash/fnv"
	"strings"
	"testing"

	"paasmcp/internal/secrets"
)

//go:embed testdata/hidden.txt
var hiddenText string

//go:embed testdata/plain.txt
var plainText string

// lines are the cases of a corpus.
func lines(text string) (list []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "# ") {
			list = append(list, strings.ReplaceAll(line, `\n`, "\n"))
		}
	}
	return list
}

// keptBack reports whether a case is of the third that the rules were not made with.
func keptBack(line string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(line))
	if h.Sum32()%3 == 0 {
		return 1
	}
	return 0
}

// TestCorpus: what must be hidden is, and what must be readable stays as it is. The brackets show where a secret is.
func TestCorpus(t *testing.T) {
	t.Parallel()
	var hid, hide, kept, keep [2]int
	for _, line := range lines(hiddenText) {
		part := keptBack(line)
		hide[part]++
		text := strings.NewReplacer("⟦", "", "⟧", "").Replace(line)
		got := secrets.MaskText(text)
		leaks := false
		for _, piece := range strings.Split(line, "⟦")[1:] {
			secret, _, _ := strings.Cut(piece, "⟧")
			for _, word := range strings.Fields(secret) {
				leaks = leaks || len(word) > 3 && strings.Contains(got, word)
			}
		}
		before, _, _ := strings.Cut(line, "⟦")
		if !strings.HasPrefix(got, strings.TrimRight(before, " '\"")) && !strings.Contains(before, "BEGIN") {
			t.Errorf("too much is hidden of %q: %q", text, got)
		}
		if again := secrets.MaskText(got); again != got {
			t.Errorf("masking twice turns %q into %q", got, again)
		}
		if leaks {
			t.Errorf("%q leaks as %q", text, got)
			continue
		}
		hid[part]++
	}
	for _, line := range lines(plainText) {
		part := keptBack(line)
		keep[part]++
		if got := secrets.MaskText(line); got != line {
			t.Errorf("%q turns into %q", line, got)
			continue
		}
		kept[part]++
	}
	t.Logf("hidden: %d of %d, and %d of %d kept back; readable: %d of %d, and %d of %d kept back",
		hid[0], hide[0], hid[1], hide[1], kept[0], keep[0], kept[1], keep[1])
	if hide[0]+hide[1] < 150 || keep[0]+keep[1] < 300 {
		t.Errorf("the corpus has shrunk: %v %v", hide, keep)
	}
}
