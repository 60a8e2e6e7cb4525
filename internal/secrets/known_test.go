package secrets_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/secrets"
)

// spellings are the ways in which a platform, a proxy or a log may repeat a credential.
var spellings = map[string]func(string) string{
	"as it is":                  func(s string) string { return s },
	"within a word":             func(s string) string { return "x" + s + "9" },
	"capitals":                  strings.ToUpper,
	"small letters":             strings.ToLower,
	"query":                     url.QueryEscape,
	"path":                      url.PathEscape,
	"every byte for a URL":      func(s string) string { return each(s, "%%%02X") },
	"every byte twice":          func(s string) string { return each(s, "%%25%02x") },
	"JSON":                      quoted,
	"JSON in JSON":              func(s string) string { return quoted(quoted(s)) },
	"JSON, every character":     func(s string) string { return each(s, `\u%04x`) },
	"JSON twice, every one":     func(s string) string { return each(s, `\\u%04X`) },
	"Python":                    func(s string) string { return each(s, `\x%02x`) },
	"HTML":                      html.EscapeString,
	"HTML, decimal":             func(s string) string { return each(s, "&#%d;") },
	"HTML, hexadecimal":         func(s string) string { return each(s, "&#x%x;") },
	"zero-width spaces":         func(s string) string { return between(s, "\u200b") },
	"soft hyphens":              func(s string) string { return between(s, "\u00ad") },
	"joiners":                   func(s string) string { return between(s, "\u2060\u200d") },
	"tags":                      func(s string) string { return between(s, "\U000e0041") },
	"escaped zero-width spaces": func(s string) string { return between(s, `\u200b`) },
	"tags, escaped":             func(s string) string { return between(s, `\udb40\udc41`) },
	"as a card spells them":     func(s string) string { return between(s, `\u{200b}`) },
	"URL of soft hyphens":       func(s string) string { return s[:2] + "%c2%ad" + s[2:] },
	"bidi marks":                func(s string) string { return between(s, "\u202e") },
	"line breaks":               func(s string) string { return s[:3] + "\r\n" + s[3:] },
	"escaped line breaks":       func(s string) string { return s[:3] + `\n` + s[3:] },
	"colors":                    func(s string) string { return s[:3] + "\x1b[1;31m" + s[3:] },
	"bytes that are no text":    func(s string) string { return between(s, "\xff") },
	"hexadecimal":               func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hexadecimal, capitals":     func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"full width":                wideText,
	"a pattern":                 regexp.QuoteMeta,
	"base64":                    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 for URLs":           func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("?" + s)) },
	"Basic, user before":        func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("ana:"+s)) },
	"Basic, user behind":        func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s+":ana")) },
	"base64 of JSON":            func(s string) string { return base64.StdEncoding.EncodeToString([]byte(`{"a":"` + s + `"}`)) },
	"base64, folded": func(s string) string {
		e := base64.StdEncoding.EncodeToString([]byte("a" + s))
		return e[:7] + "\n" + e[7:]
	},
}

// wideText writes what can be seen of ASCII in the width of Chinese characters.
func wideText(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r - '!' + '！'
		}
		return r
	}, s)
}

func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func between(s, put string) string { return strings.Join(strings.Split(s, ""), put) }

func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text[1 : len(text)-1])
}

func TestKnownInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"pl4nt3d-value", "correct horse/battery+staple", `q"u&t<e5%x/`, "Ab3456", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk"} {
		known := new(secrets.Known)
		known.Add(value)
		for name, spell := range spellings {
			in := "before " + spell(value) + " after"
			got := known.Mask(in)
			rest, ok := strings.CutSuffix(strings.TrimPrefix(got, "before "), " after")
			if !ok || !strings.Contains(rest, "••••") {
				t.Errorf("%s: %q is shown: %q", name, in, got)
				continue
			}
			// What is left beside the mask is what the spelling added, never a part of the value.
			rest = strings.TrimPrefix(rest, "Basic ")
			if left := len(rest) - len("•••• (13 characters)"); left > 3 {
				t.Errorf("%s: too much is left of %q: %q", name, in, got)
			}
			if again := known.Mask(got); again != got {
				t.Errorf("%s: masking twice turns %q into %q", name, got, again)
			}
		}
	}
}

// A backslash is doubled in JSON, and again in JSON in JSON.
func TestKnownWithBackslashes(t *testing.T) {
	t.Parallel()
	known := new(secrets.Known)
	known.Add(`a\b\"c\\d`)
	for _, name := range []string{"as it is", "capitals", "JSON", "query", "every byte for a URL", "base64"} {
		if got := known.Mask(spellings[name](`a\b\"c\\d`)); !strings.HasPrefix(got, "••••") {
			t.Errorf("%s: shown: %q", name, got)
		}
	}
}

func TestKnownLeavesTheRest(t *testing.T) {
	t.Parallel()
	known := new(secrets.Known)
	known.Add("master", "pl4nted", "short", "•••• (12 characters)", "")
	for _, s := range []string{"", "x", "headmaster", "masters of", "webmaster@example.com", "pl4nt", "pl4nte_d", "shorter", "pl4nte\\", "pl4nte%", "pl4nte&", "pl4nte%6", "100%", `C:\new`, "a & b", "•••• (12 characters)"} {
		if got := known.Mask(s); got != s {
			t.Errorf("%q turned into %q", s, got)
		}
	}
	if got := known.Mask("branch master, pl4nted."); got != "branch ••••, ••••." {
		t.Errorf("got %q", got)
	}
	if s := new(secrets.Known).Mask("anything"); s != "anything" {
		t.Errorf("nothing is known, and still: %q", s)
	}
}

// Access tokens come and go: the ones before count too, and the credential behind them is never pushed out.
func TestRenewed(t *testing.T) {
	t.Parallel()
	known := new(secrets.Known)
	known.Add("the-credential")
	for i := range 100 {
		known.Renew("access token", fmt.Sprintf("access-token-%03d", i))
		known.Renew("cookie", fmt.Sprintf("cookie-%03d", i))
	}
	got := known.Mask("the-credential access-token-099 access-token-098 access-token-084 cookie-099")
	if strings.ContainsAny(got, "-") {
		t.Errorf("shown: %s", got)
	}
	if got := known.Mask("access-token-000"); got != "access-token-000" {
		t.Errorf("what is long past is remembered: %s", got)
	}
}

func TestStrike(t *testing.T) {
	t.Parallel()
	known := new(secrets.Known)
	v := parse(t, `{"a":["x pl4nted-1 y",{"pl4nted-1":1,"b":12345678,"pl4nted-1 two":{"c":"PL4NTED-1"}}],"d":null,"e":true,"f":"plain","g":["h"]}`)
	before := write(t, v)
	if got := write(t, known.Strike(v)); got != before {
		t.Errorf("nothing is known, and still: %s", got)
	}
	known.Add("pl4nted-1", "12345678")
	got := write(t, known.Strike(v))
	if strings.Contains(strings.ToLower(got), "pl4nted") || strings.Contains(got, "12345678") {
		t.Errorf("shown: %s", got)
	}
	for _, want := range []string{`"d":null`, `"e":true`, `"f":"plain"`, `"g":["h"]`, `"•••• (9 characters)":1`, `"b":"•••• (8 characters)"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from %s", want, got)
		}
	}
	if got := known.Strike("a pl4nted-1"); got != "a •••• (9 characters)" {
		t.Errorf("got %v", got)
	}
}

// Texts that begin to look like a value over and over must not take for ever.
func TestKnownTakesTimeInProportion(t *testing.T) {
	known := new(secrets.Known)
	known.Add(strings.Repeat(`\`, 40)+"x", strings.Repeat("a", 60)+"b", strings.Repeat("%25", 20)+"!", strings.Repeat("+", 50)+"c")
	for _, hostile := range []string{`\`, "a", "%", "%25", "%2525", "&#", "&#x0000", "+", "a\u200b", "\u200b", "\x1b[", `\u`, `\u{0000000`} {
		inProportion(t, hostile, known.Mask)
	}
}

// inProportion compares two lengths of a hostile text: four times as much may take four times as long, and not sixteen times. The best of
// three runs counts, since a machine has other work too.
func inProportion(t *testing.T, hostile string, mask func(string) string) {
	t.Helper()
	const length = 16 << 10
	best := func(n int) time.Duration {
		text, best := strings.Repeat(hostile, n/len(hostile)), time.Hour
		for range 3 {
			start := time.Now()
			mask(text)
			best = min(best, time.Since(start))
		}
		return best
	}
	if once, more := best(length), best(4*length); more > 10*once && more > 100*time.Millisecond {
		t.Errorf("%d KiB of %q take %v, four times as much %v", length>>10, hostile, once, more)
	}
}

func FuzzKnown(f *testing.F) {
	for _, s := range []string{"pl4nted-value", "%70l4nted-value", `\u0070l4nted-value`, "cGw0bnRlZC12YWx1ZQ", "&#112;"} {
		f.Add(s, "pl4nted-value")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		known := new(secrets.Known)
		known.Add(value)
		once := known.Mask(text)
		if known.Mask(once) != once {
			t.Skip() // a value that is a part of the mask's own words
		}
		if strings.Contains(once, "pl4nted-value") && value == "pl4nted-value" {
			t.Fatalf("%q is shown in %q", value, once)
		}
	})
}

func BenchmarkKnownNothing(b *testing.B) {
	known := new(secrets.Known)
	known.Add("c0ffee00-1111-4222-8333-444455556666", "an-api-secret-of-forty-four-characters-12345", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk")
	s := strings.Repeat("2026-01-02T03:04:05Z deploying environment main of project abc123: https://eu-5.platform.sh/x?y=1 took 1.5 s\n", 1000)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		known.Mask(s)
	}
}

func TestValuesAreWhatIsHidden(t *testing.T) {
	t.Parallel()
	m := newMasker(t, "value", "tunnels[].key", "env.*")
	args := parse(t, `{"value":"pl4nted","name":"APP_ENV","password":"correct horse","short":"x","token":"abc","tunnels":[{"key":"k3y-one","ike":"ikev2"}],
		"env":{"A":1234567,"B":"true"},"url":"https://u:`+planted+`@h/","credentials":["first-one",{"x":"second-one"}],"passcode":123456}`)
	got := m.Values(args)
	want := []string{"correct horse", "second-one", "first-one", "1234567", "k3y-one", "pl4nted", "123456"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if m.Values(nil) != nil || m.Values(parse(t, `[1,"x"]`)) != nil {
		t.Error("values out of nothing")
	}
}

func TestKnowing(t *testing.T) {
	t.Parallel()
	m := newMasker(t)
	if m.Knowing(nil) != m {
		t.Error("a masker that knows nothing more is another one")
	}
	known := m.Knowing([]string{"a b/c\"d", "pl4nted-long", "pl4nted"})
	answer := parse(t, `{"note":"set to pl4nted-long and pl4nted","form":"v=a+b%2Fc%22d","path":"/a%20b%2Fc%22d","raw":"{\"x\":\"a b/c\\\"d\"}","list":["a b/c\"d"],"other":"plain"}`)
	got := write(t, known.Mask(answer))
	if strings.Contains(got, "pl4nted") || strings.Contains(got, "a b/c") || strings.Contains(got, "%2Fc") {
		t.Errorf("known values are shown: %s", got)
	}
	if !strings.Contains(got, `"other":"plain"`) || !strings.Contains(got, "set to •••• (12 characters) and ••••") {
		t.Errorf("too much is hidden: %s", got)
	}
	if s := write(t, m.Mask(answer)); !strings.Contains(s, "pl4nted") {
		t.Errorf("the masker it was made from has changed: %s", s)
	}
	if s := known.MaskText("got pl4nted with password=" + planted); strings.Contains(s, "pl4nted") || strings.Contains(s, planted) {
		t.Errorf("text leaks: %s", s)
	}
	if again := known.MaskText(known.MaskText("got pl4nted-long")); again != "got •••• (12 characters)" {
		t.Errorf("masking twice gives %q", again)
	}
}
