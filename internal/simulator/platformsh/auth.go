package platformsh

import (
	"fmt"
	"net/http"
	"time"

	"paasmcp/internal/simulator/oauth"
)

// authState is the auth service: who owns which API token, and the access tokens handed out.
type authState struct {
	apiTokens map[string]string // secret → user id
	access    oauth.Tokens      // of user ids
	refresh   map[string]string // refresh token → user id
}

func (a *authState) init() {
	a.apiTokens = map[string]string{APIToken: UserAda}
	a.refresh = map[string]string{}
}

// addAPIToken makes a secret exchangeable, removeAPIToken ends that together with the access tokens of its owner.
func (a *authState) addAPIToken(secret, userID string) { a.apiTokens[secret] = userID }

func (a *authState) removeAPIToken(secret string) {
	user := a.apiTokens[secret]
	delete(a.apiTokens, secret)
	a.access.Revoke(func(_, owner string) bool { return owner == user })
}

// user returns the owner of the request's access token.
func (a *authState) user(r *http.Request, now time.Time) (string, error) {
	user, no := a.access.Owner(r, "api", now)
	if no != nil {
		return "", &Problem{Status: http.StatusUnauthorized, Message: no.Message, Auth: no.Challenge}
	}
	return user, nil
}

// RevokeTokens ends all access tokens, so that the next call of a client is answered 401.
func (s *Server) RevokeTokens() { s.auth.access.RevokeAll() }

// TokensIssued counts the access tokens handed out so far; tests of single-flight refresh look at it.
func (s *Server) TokensIssued() int { return s.auth.access.Issued() }

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if !oauth.Form(w, r) {
		return
	}
	if client, _, ok := r.BasicAuth(); !ok || client != "platform-api-user" {
		oauth.Refuse(w, http.StatusUnauthorized, "invalid_client", "Unknown client: authenticate as platform-api-user with an empty password.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var user string
	var ok bool
	switch r.PostForm.Get("grant_type") {
	case "api_token":
		if user, ok = s.auth.apiTokens[r.PostForm.Get("api_token")]; !ok {
			oauth.Refuse(w, http.StatusBadRequest, "invalid_grant", "The API token is invalid or has expired.")
			return
		}
	case "refresh_token":
		if user, ok = s.auth.refresh[r.PostForm.Get("refresh_token")]; !ok {
			oauth.Refuse(w, http.StatusBadRequest, "invalid_grant", "The refresh token is invalid or has expired.")
			return
		}
		delete(s.auth.refresh, r.PostForm.Get("refresh_token"))
	default:
		oauth.Refuse(w, http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported.")
		return
	}
	answer := Doc{
		"access_token": s.auth.access.Issue("sim-access", user, s.now(), s.opts.TokenLifetime),
		"expires_in":   int(s.opts.TokenLifetime / time.Second),
		"token_type":   "bearer",
	}
	if s.opts.RefreshTokens {
		refresh := fmt.Sprintf("sim-refresh-%06d", s.auth.access.Issued())
		s.auth.refresh[refresh] = user
		answer["refresh_token"] = refresh
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, answer)
}

// serveRevoke ends one token. It answers 200 for an unknown token too (RFC 7009 section 2.2).
func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	if !oauth.Form(w, r) {
		return
	}
	token := r.PostForm.Get("token")
	s.auth.access.Revoke(func(access, _ string) bool { return access == token })
	s.mu.Lock()
	delete(s.auth.refresh, token)
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, Doc{})
}
