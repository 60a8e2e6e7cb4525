package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Seed is one request of a seed: what a client of the platform would send, in the form in which the catalogue writes its examples.
type Seed struct {
	Platform string // platformsh, acquia or virtuozzo
	Send     string // METHOD /path {"json": "body"}; the body may be left out
}

// SeedClock is the time while a simulator is seeded: two hours ago, so that whatever a seed starts is done when clients come. Waiting
// moves it. Once it is started it is the real time.
type SeedClock struct {
	mu     sync.Mutex
	behind time.Duration // of the real time; 0 once it is started
}

// NewSeedClock returns a clock for seeding.
func NewSeedClock() *SeedClock { return &SeedClock{behind: 2 * time.Hour} }

// Start makes it the real time.
func (c *SeedClock) Start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.behind = 0
}

// Now is the time of the clock.
func (c *SeedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(-c.behind)
}

// Wait blocks until the clock shows until, or returns the error of ctx.
func (c *SeedClock) Wait(ctx context.Context, until time.Time) error {
	c.mu.Lock()
	ahead := time.Until(until) + c.behind
	if c.behind > 0 {
		c.behind = max(c.behind-max(ahead, 0), time.Second) // a seed does not wait
		c.mu.Unlock()
		return nil
	}
	c.mu.Unlock()
	timer := time.NewTimer(ahead)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mounts are the paths of the platforms, below which requests of a seed go.
var mounts = map[string]string{"platformsh": PlatformshPath, "acquia": AcquiaPath + "/api", "virtuozzo": VirtuozzoPath + "/1.0"}

// Seed makes a request as the owner of the demo account. The error is what the platform said no to.
func (s *Simulator) Seed(seed Seed) error {
	mount, ok := mounts[seed.Platform]
	if !ok {
		return fmt.Errorf("platform %q is not simulated: use platformsh, acquia or virtuozzo", seed.Platform)
	}
	method, rest, _ := strings.Cut(strings.TrimSpace(seed.Send), " ")
	path, body, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if method == "" || !strings.HasPrefix(path, "/") {
		return fmt.Errorf("send %q: it has the form METHOD /path {\"json\": \"body\"}", seed.Send)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if seed.Platform == "virtuozzo" {
		form, err := formOf(body)
		if err != nil {
			return err
		}
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		body = form
	} else {
		token, err := s.token(seed.Platform)
		if err != nil {
			return err
		}
		header.Set("Authorization", "Bearer "+token)
		if body == "" && method != http.MethodGet && method != http.MethodDelete {
			body = "{}"
		}
	}
	status, answer := s.send(method, mount+path, header, body)
	var said struct{ Result *int }
	_ = json.Unmarshal([]byte(answer), &said) // an answer that is not an object has no result
	if status >= 300 || said.Result != nil && *said.Result != 0 {
		return fmt.Errorf("%s %s: HTTP %d: %s", method, path, status, answer)
	}
	return nil
}

// formOf turns a JSON object into the form that Virtuozzo takes, in which structured fields are texts of JSON.
func formOf(body string) (string, error) {
	form := url.Values{"session": {VirtuozzoToken}}
	if strings.TrimSpace(body) == "" {
		return form.Encode(), nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		return "", fmt.Errorf("the body is not a JSON object: %w", err)
	}
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		form.Set(name, text)
	}
	return form.Encode(), nil
}

func (s *Simulator) token(platform string) (string, error) {
	path, form := PlatformshPath+"/oauth2/token", url.Values{"grant_type": {"api_token"}, "api_token": {PlatformshToken}}
	if platform == "acquia" {
		path = AcquiaPath + "/api/auth/oauth/token"
		form = url.Values{"grant_type": {"client_credentials"}, "client_id": {AcquiaKey}, "client_secret": {AcquiaSecret}}
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if platform == "platformsh" {
		header.Set("Authorization", "Basic cGxhdGZvcm0tYXBpLXVzZXI6") // platform-api-user without a password
	}
	_, answer := s.send(http.MethodPost, path, header, form.Encode())
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(answer), &token); err != nil || token.AccessToken == "" {
		return "", errors.New("the token endpoint gave no token: " + answer)
	}
	return token.AccessToken, nil
}

func (s *Simulator) send(method, path string, header http.Header, body string) (status int, answer string) {
	r, err := http.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	r.Header, r.RequestURI = header, r.URL.RequestURI()
	w := buffered{header: http.Header{}, status: http.StatusOK}
	s.dispatch(&w, r)
	return w.status, strings.TrimSpace(w.body.String())
}
