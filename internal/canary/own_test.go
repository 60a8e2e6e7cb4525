package canary_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"paasmcp/schemas"
)

// disguises are ways in which a platform may repeat the credential that it was called with.
var disguises = []func(string) string{
	func(s string) string { return s },
	strings.ToUpper,
	url.QueryEscape,
	func(s string) string { return strings.Join(strings.Split(s, ""), "\u200b") },
	func(s string) string { return s[:len(s)/2] + "\u00ad" + s[len(s)/2:] },
	func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+s)) },
	func(s string) string { return strings.Join(strings.Split(s, ""), "%C2%AD") },
}

// parrot is a platform that repeats the credentials of the account in every text that it gives: values and names of fields, ids,
// errors, headers, logs and addresses.
func (up *upstream) parrot() func(*schemas.Operation, http.ResponseWriter, *http.Request, []byte) {
	var count atomic.Int64
	return func(op *schemas.Operation, w http.ResponseWriter, r *http.Request, body []byte) {
		n := int(count.Add(1))
		credentials := up.secrets()
		say := func(i int) string {
			return disguises[(n+i)%len(disguises)](credentials[(n/len(disguises)+i)%len(credentials)])
		}
		w.Header().Set("X-Request-Id", credentials[n%len(credentials)])
		w.Header().Set("Retry-After", "0")
		switch n % 7 {
		case 5:
			if op.Platform != schemas.Virtuozzo {
				w.Header().Set("Location", "https://files.example.com/"+say(0)+"?token="+say(1))
				w.WriteHeader(http.StatusFound)
				return
			}
			fallthrough
		case 6:
			text := "not accepted: " + say(0) + " and " + say(1)
			if op.Platform == schemas.Virtuozzo {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(encode(map[string]any{"result": 99, "error": text, say(2): 1, "response": map[string]any{"errOut": say(3), "out": say(4)}}))
				return
			}
			problem(w, http.StatusBadRequest, map[string]any{
				"title": say(0), "message": text, "code": say(1), "detail": map[string]any{say(2): []any{say(3)}, "general": say(4)},
			})
			return
		}
		if op.ReturnsFile() {
			w.Header().Set("Content-Type", op.Returns)
			w.Header().Set("Content-Disposition", `attachment; filename="`+credentials[0]+`.txt"`)
			_, _ = w.Write([]byte("the file of a person"))
			return
		}
		i := 0
		var repeat func(v any) any
		repeat = func(v any) any {
			switch v := v.(type) {
			case map[string]any:
				for name, child := range v {
					v[name] = repeat(child)
				}
				i++
				v["echo "+say(i)] = "said " + say(i+1) + " twice " + say(i+2)
			case []any:
				for j := range v {
					v[j] = repeat(v[j])
				}
			case string:
				if i++; v != "" && !numeric.MatchString(v) {
					return v + " " + say(i)
				}
			}
			return v
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(encode(repeat(up.birds.complete(op, up.url, true))))
	}
}

// numeric are values that the server goes on with.
var numeric = regexp.MustCompile(`^(complete|success|[a-z_]*url|\d[\d:TZ.+-]*)$`)

// plainly is a text without what does not show, and without escapes: what a reader could make of it.
func plainly(text string) string {
	text = strings.NewReplacer("\u200b", "", "\u00ad", "", `\u200b`, "", `\u00ad`, "", `\u{200b}`, "", `\u{ad}`, "", "%C2%AD", "", "%25C2%25AD", "").Replace(text)
	return strings.ToLower(text)
}

// What the account was given stays here, whatever the platform says.
func TestOwnCredentials(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]string{"changes": ordinary, "cards": allAsk, "reads": readsAsk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPlatform(t, rules, func(t *testing.T, up *upstream, s *session, ops []*schemas.Operation) {
				up.answer = up.parrot()
				answered := 0
				for _, op := range ops {
					if rules == readsAsk && !op.IsRead() {
						continue
					}
					c := up.birds.calls(op)[0]
					if _, failed := s.tool(c, rules != allAsk && op.Has(schemas.RevealsSecrets)); !failed {
						answered++
					}
				}
				wrote := s.end()
				masks := 0
				for where, text := range wrote {
					masks += strings.Count(text, "••••")
					plain := plainly(text)
					for _, secret := range up.secrets() {
						secret = strings.ToLower(secret)
						for _, form := range []string{secret, strings.ToLower(url.QueryEscape(secret))} {
							if at := strings.Index(plain, form); at >= 0 {
								t.Errorf("%s has a credential of the account: …%s", where, plain[max(0, at-200):at])
							}
						}
						encoded := base64.StdEncoding.EncodeToString([]byte("user:" + secret))
						if at := strings.Index(text, encoded[7:len(encoded)-4]); at >= 0 {
							t.Errorf("%s has a credential of the account in base64: …%s", where, text[max(0, at-200):at])
						}
					}
				}
				t.Logf("%d calls, %d answered, %d cards, %d masks", s.calls, answered, len(s.cards), masks)
				if masks < s.calls || answered*3 < s.calls {
					t.Errorf("%d of %d calls were answered, with %d masks: the platform does not repeat what it should", answered, s.calls, masks)
				}
			})
		})
	}
}
