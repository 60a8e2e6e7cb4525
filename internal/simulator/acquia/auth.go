package acquia

import (
	"net/http"
	"time"

	"paasmcp/internal/simulator/oauth"
)

// authState is the accounts service: the API tokens and the access tokens handed out.
type authState struct {
	keys   map[string]credential // by API key
	access oauth.Tokens          // of API keys
	scopes []string              // asked for, in order; federated organizations need one
}

type credential struct{ secret, user string }

func (a *authState) init() {
	a.keys = map[string]credential{APIKey: {APISecret, UserAda}, CleoKey: {CleoSecret, UserCleo}}
}

// revoke ends an API token together with its access tokens.
func (a *authState) revoke(key string) {
	delete(a.keys, key)
	a.access.Revoke(func(_, owner string) bool { return owner == key })
}

// key returns the API key behind the request's access token.
func (a *authState) key(r *http.Request, now time.Time) (string, error) {
	key, no := a.access.Owner(r, "cloud", now)
	if no != nil {
		return "", &Problem{Status: http.StatusUnauthorized, Slug: "unauthorized", Message: no.Message, Auth: no.Challenge}
	}
	return key, nil
}

// serveToken exchanges an API key and its secret for an access token (RFC 6749 section 4.4). There are no refresh tokens.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if !oauth.Form(w, r) {
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
	s.auth.scopes = append(s.auth.scopes, r.PostForm.Get("scope"))
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, "application/json", Doc{
		"access_token": s.auth.access.Issue("sim-acquia-access", key, s.now(), s.opts.TokenLifetime),
		"expires_in":   int(s.opts.TokenLifetime / time.Second),
		"token_type":   "Bearer",
	})
}
