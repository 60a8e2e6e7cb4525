package acquia

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"paasmcp/internal/simulator/oauth"
)

// authState is the accounts service: the API tokens and the access tokens handed out.
type authState struct {
	keys   map[string]credential // by API key
	access map[string]grant
	issued int
	scopes []string // asked for, in order; federated organizations need one
}

type credential struct{ secret, user string }

type grant struct {
	key     string
	expires time.Time
}

func (a *authState) init() {
	a.keys = map[string]credential{APIKey: {APISecret, UserAda}, CleoKey: {CleoSecret, UserCleo}}
	a.access = map[string]grant{}
}

// revoke ends an API token together with its access tokens.
func (a *authState) revoke(key string) {
	delete(a.keys, key)
	maps.DeleteFunc(a.access, func(_ string, g grant) bool { return g.key == key })
}

// key returns the API key behind the request's access token.
func (a *authState) key(r *http.Request, now time.Time) (string, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return "", &Problem{Status: http.StatusUnauthorized, Slug: "unauthorized", Message: "The request carries no access token.", Auth: `Bearer realm="cloud"`}
	}
	g, ok := a.access[token]
	if !ok || !now.Before(g.expires) {
		return "", &Problem{Status: http.StatusUnauthorized, Slug: "unauthorized", Message: "The access token is invalid or has expired.",
			Auth: `Bearer realm="cloud", error="invalid_token"`}
	}
	return g.key, nil
}

// serveToken exchanges an API key and its secret for an access token (RFC 6749 section 4.4). There are no refresh tokens.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		oauth.Refuse(w, http.StatusMethodNotAllowed, "invalid_request", "Use POST.")
		return
	}
	if err := r.ParseForm(); err != nil {
		oauth.Refuse(w, http.StatusBadRequest, "invalid_request", "The body is not form encoded.")
		return
	}
	if r.PostForm.Get("grant_type") != "client_credentials" {
		oauth.Refuse(w, http.StatusBadRequest, "unsupported_grant_type", "Only client_credentials is supported.")
		return
	}
	key, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok && key == "" {
		key, secret = user, password
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if want, ok := s.auth.keys[key]; !ok || want.secret != secret {
		oauth.Refuse(w, http.StatusBadRequest, "invalid_client", "The API key or secret is wrong or has been revoked.")
		return
	}
	now := s.now()
	maps.DeleteFunc(s.auth.access, func(_ string, g grant) bool { return !now.Before(g.expires) })
	s.auth.issued++
	s.auth.scopes = append(s.auth.scopes, r.PostForm.Get("scope"))
	token := fmt.Sprintf("sim-acquia-access-%06d", s.auth.issued)
	s.auth.access[token] = grant{key: key, expires: now.Add(s.opts.TokenLifetime)}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, "application/json", Doc{
		"access_token": token, "expires_in": int(s.opts.TokenLifetime / time.Second), "token_type": "Bearer",
	})
}
