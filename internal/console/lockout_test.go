package console_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"paasmcp/internal/console"
	"paasmcp/internal/peer"
)

func basic(name, token string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+token))
}

// Whatever a page of somebody else makes a browser do, the people of the console can still come in: from the same browser, from the
// terminal, as operators.
func TestPagesOfOthersLockNobodyOut(t *testing.T) {
	t.Parallel()
	for kind, change := range map[string]func(*console.Config){"local": nil, "operators": withOperators(t)} {
		f := newFixture(t, change)
		b := f.browser()
		for range 15 {
			for _, site := range []map[string]string{
				{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
				{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
				{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
				{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, // a link, or a window that it opens
				{"Origin": "https://evil.example"}, {"Origin": "null"}, {}, // an old browser says little, or nothing
			} {
				for _, path := range []string{"/", "/login", "/login?link=x", "/api/requests", "/events", "/requests/X"} {
					b.do(http.MethodGet, path, "", site)
				}
				if len(site) > 0 { // with credentials in the address, which a program would be counted for
					site["Authorization"] = basic("ana", "guess")
					if status, _, _ := b.do(http.MethodGet, "/api/requests", "", site); status != http.StatusForbidden {
						t.Errorf("%s: %v: %d", kind, site, status)
					}
					b.do(http.MethodPost, "/login", url.Values{"name": {"ana"}, "token": {"guess"}, "link": {"guess"}}.Encode(), site)
				}
			}
		}
		if change == nil {
			f.signedIn()
			continue
		}
		f.operator("ana", tokenOfAna)
		if _, err := console.NewClient(f.base, "bob", tokenOfBob).List(t.Context()); err != nil {
			t.Errorf("bob's terminal: %v", err)
		}
	}
}

// A person who follows a link from elsewhere sees the page, and no page of others is told anything.
func TestLinksFromElsewhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	follow := map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
	if status, _, _ := f.browser().do(http.MethodGet, "/login?link=x", "", follow); status != http.StatusOK {
		t.Errorf("a login link in a chat: %d", status)
	}
	b := f.signedIn()
	if status, _, _ := b.do(http.MethodGet, "/", "", follow); status != http.StatusOK {
		t.Errorf("a link to the console: %d", status)
	}
	if status, _, _ := b.do(http.MethodGet, "/events", "", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}); status != http.StatusForbidden {
		t.Errorf("another port of this host opens a live page: %d", status)
	}
}

// What cannot be guessed is not slowed down: whoever fails on this machine does not lock its owner out.
func TestOwnerIsNeverLockedOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	stranger := f.browser()
	refused := 0
	for i := range 40 {
		status, _, _ := stranger.do(http.MethodGet, "/api/requests", "", map[string]string{"Authorization": basic("local", fmt.Sprint("guess", i))})
		if status == http.StatusTooManyRequests {
			refused++
		}
		stranger.login(url.Values{"link": {fmt.Sprint("guess", i)}})
	}
	if refused == 0 {
		t.Error("guessing is not slowed down")
	}
	f.signedIn() // by a link, which the terminal asks for with the owner's secret
}

// Behind a trusted proxy each client fails for itself; without one the header is the word of a stranger.
func TestClientsBehindAProxyFailForThemselves(t *testing.T) {
	t.Parallel()
	for _, trusted := range []bool{true, false} {
		f := newFixture(t, func(c *console.Config) {
			withOperators(t)(c)
			if trusted {
				c.Proxies, _ = peer.ParseProxies([]string{"127.0.0.0/8"})
			}
		})
		login := func(from, token string) int {
			status, _, _ := f.browser().post("/login", url.Values{"name": {"ana"}, "token": {token}}, map[string]string{"X-Forwarded-For": from})
			return status
		}
		status := 0
		for i := 0; i < 50 && status != http.StatusTooManyRequests; i++ {
			status = login("203.0.113.1", fmt.Sprint("guess ", i))
		}
		if status != http.StatusTooManyRequests {
			t.Errorf("trusted %v: guessing is not slowed down: %d", trusted, status)
		}
		want := map[bool]int{true: http.StatusSeeOther, false: http.StatusTooManyRequests}[trusted]
		if status := login("203.0.113.2", tokenOfAna); status != want {
			t.Errorf("trusted %v: ana, from another address: %d, want %d", trusted, status, want)
		}
	}
}

// One operator can neither sign the others out nor take all live pages.
func TestOperatorsLeaveRoomForEachOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withOperators(t))
	bob, ana := f.operator("bob", tokenOfBob), f.operator("ana", tokenOfAna)
	for range 120 {
		f.operator("ana", tokenOfAna)
	}
	if status, _ := bob.get("/"); status != http.StatusOK {
		t.Errorf("bob, after ana signed in often: %d", status)
	}
	if status, _ := ana.get("/"); status == http.StatusOK {
		t.Error("ana's first session is still there; the limit is 100")
	}
	ana = f.operator("ana", tokenOfAna)
	open := func(b *browser) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.base+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Jar: b.client.Jar}
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
		return response.StatusCode
	}
	for i := range 20 {
		if got, want := open(ana), map[bool]int{true: http.StatusOK, false: http.StatusServiceUnavailable}[i < 16]; got != want {
			t.Errorf("live page %d of one session: %d, want %d", i+1, got, want)
		}
	}
	if status := open(bob); status != http.StatusOK {
		t.Errorf("bob's live page: %d", status)
	}
}
