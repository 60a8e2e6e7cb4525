package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/itchyny/gojq"

	"paasmcp/internal/simulator"
	"paasmcp/schemas"
)

// checker looks at the platforms with requests of its own.
type checker struct {
	http   *http.Client
	tokens map[schemas.Platform]string
}

// unmet returns what is not as the task wants it, one line each; nothing when the task is done.
func (c *checker) unmet(ctx context.Context, t *Task, answers, cards string) []string {
	var unmet []string
	for _, check := range t.Check {
		if err := c.holds(ctx, t.Platform, check, answers, cards); err != nil {
			unmet = append(unmet, err.Error())
		}
	}
	return unmet
}

func (c *checker) holds(ctx context.Context, platform schemas.Platform, check Check, answers, cards string) error {
	switch {
	case check.Answer != "":
		return mentions("the last answers do", answers, check.Answer)
	case check.Card != "":
		return mentions("the cards do", cards, check.Card)
	}
	query, err := gojq.Parse(check.Is)
	if err != nil {
		return fmt.Errorf("is: %s: %w", check.Is, err)
	}
	state, err := c.look(ctx, platform, check)
	if err != nil {
		return err
	}
	got, _ := query.RunWithContext(ctx, state).Next()
	if err, ok := got.(error); ok {
		return fmt.Errorf("%s%s: %s: %w in %s", check.Get, check.Post, check.Is, err, excerpt(compact(state), 600))
	}
	if got != true {
		return fmt.Errorf("%s%s: %s does not hold for %s", check.Get, check.Post, check.Is, excerpt(compact(state), 600))
	}
	return nil
}

func mentions(what, text, part string) error {
	if !strings.Contains(strings.ToLower(text), strings.ToLower(part)) {
		return fmt.Errorf("%s not mention %q", what, part)
	}
	return nil
}

// look makes the request of a check.
func (c *checker) look(ctx context.Context, platform schemas.Platform, check Check) (map[string]any, error) {
	var r *http.Request
	var err error
	switch platform {
	case schemas.Virtuozzo:
		form := url.Values{"session": {simulator.VirtuozzoToken}}
		for name, value := range check.Form {
			form.Set(name, value)
		}
		r, err = post(ctx, upstream+simulator.VirtuozzoPath+"/1.0/"+check.Post, form)
	case schemas.Acquia:
		r, err = c.signed(ctx, platform, upstream+simulator.AcquiaPath+"/api"+check.Get, simulator.AcquiaPath+"/api/auth/oauth/token",
			url.Values{"grant_type": {"client_credentials"}, "client_id": {simulator.AcquiaKey}, "client_secret": {simulator.AcquiaSecret}})
	default:
		r, err = c.signed(ctx, platform, upstream+simulator.PlatformshPath+check.Get, simulator.PlatformshPath+"/oauth2/token",
			url.Values{"grant_type": {"api_token"}, "api_token": {simulator.PlatformshToken}})
	}
	if err != nil {
		return nil, err
	}
	status, body, err := c.do(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"status": status, "body": body}, nil
}

// signed makes a GET with an access token, which it gets first where there is none yet.
func (c *checker) signed(ctx context.Context, platform schemas.Platform, address, tokenPath string, credentials url.Values) (*http.Request, error) {
	if c.tokens[platform] == "" {
		r, err := post(ctx, upstream+tokenPath, credentials)
		if err != nil {
			return nil, err
		}
		if platform == schemas.Platformsh {
			r.SetBasicAuth("platform-api-user", "")
		}
		_, body, err := c.do(r)
		if err != nil {
			return nil, err
		}
		answer, _ := body.(map[string]any)
		token, ok := answer["access_token"].(string)
		if !ok {
			return nil, fmt.Errorf("%s gave no token: %s", tokenPath, compact(body))
		}
		c.tokens[platform] = token
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.tokens[platform])
	return r, nil
}

func post(ctx context.Context, address string, form url.Values) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, err
}

func (c *checker) do(r *http.Request) (status int, body any, err error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, err
	}
	if json.Unmarshal(raw, &body) != nil {
		body = string(raw)
	}
	return resp.StatusCode, body, nil
}

func excerpt(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + " …"
	}
	return s
}
