package oauth

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Tokens are the access tokens that a token endpoint has handed out. The zero value has none. It is safe for concurrent use.
type Tokens struct {
	mu      sync.Mutex
	granted map[string]grant
	issued  int
}

type grant struct {
	owner   string
	expires time.Time
}

// Issue makes a token, and forgets those that have ended. Its number tells it from others with the same beginning.
func (t *Tokens) Issue(beginning, owner string, now time.Time, life time.Duration) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.granted, func(_ string, g grant) bool { return !now.Before(g.expires) })
	if t.granted == nil {
		t.granted = map[string]grant{}
	}
	t.issued++
	token := fmt.Sprintf("%s-%06d", beginning, t.issued)
	t.granted[token] = grant{owner, now.Add(life)}
	return token
}

// Issued counts the tokens handed out so far.
func (t *Tokens) Issued() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.issued
}

// Unauthorized is why a request is answered 401: words, and the WWW-Authenticate header (RFC 6750 section 3).
type Unauthorized struct{ Message, Challenge string }

// Owner returns who was given the token that a request carries, or why the request is refused.
func (t *Tokens) Owner(r *http.Request, realm string, now time.Time) (string, *Unauthorized) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return "", &Unauthorized{"The request carries no access token.", fmt.Sprintf("Bearer realm=%q", realm)}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok := t.granted[token]
	if !ok || !now.Before(g.expires) {
		return "", &Unauthorized{"The access token is invalid or has expired.", InvalidToken(realm)}
	}
	return g.owner, nil
}

// InvalidToken is the WWW-Authenticate header for a token that does not count, or no longer.
func InvalidToken(realm string) string {
	return fmt.Sprintf(`Bearer realm=%q, error="invalid_token"`, realm)
}

// Revoke ends the tokens that a function says yes to.
func (t *Tokens) Revoke(which func(token, owner string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.granted, func(token string, g grant) bool { return which(token, g.owner) })
}

// RevokeAll ends all tokens.
func (t *Tokens) RevokeAll() { t.Revoke(func(_, _ string) bool { return true }) }
