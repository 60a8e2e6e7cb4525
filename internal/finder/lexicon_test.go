package finder

import (
	"strings"
	"testing"
	"testing/fstest"

	"paasmcp/schemas"
)

func TestStems(t *testing.T) {
	t.Parallel()
	for _, forms := range []string{
		"deploy deploys deployed deploying deployment deployments", "create creates created creating creation", "migrate migrates migrated migrating migration",
		"clone clones cloned cloning", "move moves moved moving", "use uses used using", "run runs running", "log logs logged logging", "policy policies",
		"address addresses", "ip ips", "environment environments", "configure configures configured configuration", "invite invites invited invitation",
		"merge merged merging", "cache caches cached caching", "rotate rotates rotated rotation", "need needs", "proxy proxies",
	} {
		words := strings.Fields(forms)
		for _, w := range words[1:] {
			if got, want := stemOf(w), stemOf(words[0]); got != want {
				t.Errorf("%s is %s, %s is %s", w, got, words[0], want)
			}
		}
	}
	for _, pair := range []string{"activity active", "operation operate", "balancer balance", "container contain", "state stat", "session sess", "dns dn"} {
		if a, b, _ := strings.Cut(pair, " "); stemOf(a) == stemOf(b) {
			t.Errorf("%s and %s are both %s", a, b, stemOf(a))
		}
	}
}

// Every word that an idiom or a translation stands for must lead somewhere, or the line does nothing.
func TestLexiconLeadsToTheCatalogue(t *testing.T) {
	t.Parallel()
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	f := New(catalog.Rows())
	lead := func(stem string) bool {
		if _, ok := f.ids[stem]; ok {
			return true
		}
		for _, other := range f.words.near[stem] {
			if _, ok := f.ids[other]; ok {
				return true
			}
		}
		return false
	}
	for _, list := range f.words.idioms {
		for _, i := range list {
			for _, m := range i.means {
				if !lead(m.stem) {
					t.Errorf("idioms.txt: %q stands for %q, which is in no row", strings.Join(i.phrase, " "), m.stem)
				}
			}
		}
	}
	for word, entry := range f.words.foreign {
		for _, english := range entry.english {
			if stem := f.words.read(stemOf(english)); !lead(stem) && !f.known(stem) {
				t.Errorf("%q is %q, which nothing knows", word, english)
			}
		}
	}
}

func TestLexiconMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, line, want string }{
		{"same", "ssl cert: tls", `same.txt:2: "ssl cert" is not one word`},
		{"same", "a: b\nc: b", `same.txt:3: "b" is read as "a" already`},
		{"stop", "often: the", `stop.txt:2: "often" is neither`},
		{"verbs", "undo: revert", `verbs.txt:2: "undo" is not an action`},
		{"idioms", "roll back => restore:much", "idioms.txt:2:"},
		{"idioms", ".. back => restore", "does not start with a word"},
		{"platforms", "heroku: dyno", `"heroku" is not a platform`},
		{"de", "pare-feu = firewall", `de.txt:2: "pare-feu" is not one word`},
	} {
		files := fstest.MapFS{}
		for _, name := range []string{"stop", "same", "near", "verbs", "idioms", "platforms", "de", "fr", "es", "pl", "ja"} {
			files["lexicon/"+name+".txt"] = &fstest.MapFile{}
		}
		if _, err := readLexicon(files); err != nil {
			t.Fatalf("empty files: %v", err)
		}
		files["lexicon/"+test.file+".txt"] = &fstest.MapFile{Data: []byte("# a comment\n" + test.line + "\n")}
		if _, err := readLexicon(files); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v, want %s", test.line, err, test.want)
		}
	}
	if _, err := readLexicon(fstest.MapFS{}); err == nil {
		t.Error("a lexicon without files was read")
	}
}
