package platformsh

import (
	"encoding/base64"
	"encoding/binary"
)

func userTokenRoutes() []Route {
	return []Route{
		{"GET /users/{user_id}/api-tokens", (*Server).listAPITokens},
		{"POST /users/{user_id}/api-tokens", (*Server).postAPIToken},
		{"GET /users/{user_id}/api-tokens/{token_id}", (*Server).getAPIToken},
		{"DELETE /users/{user_id}/api-tokens/{token_id}", (*Server).removeAPITokenOf},
	}
}

func (s *Server) listAPITokens(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	return OK(s.accounts.identities[id].tokens.Docs())
}

// postAPIToken is the only answer that holds the secret. It can be exchanged at the token endpoint at once.
func (s *Server) postAPIToken(r *Request) (Response, error) {
	user, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("name", String))
	if err != nil {
		return Response{}, err
	}
	ident := s.accounts.identities[user]
	for _, t := range ident.tokens.All() {
		if t["name"] == body["name"] {
			return Response{}, Conflict("An API token with this name exists already.")
		}
	}
	id, secret := s.newUUID(), s.newSecret()
	token := Doc{
		"id": id, "name": body["name"], "mfa_on_creation": ident.enrolled(), "created_at": stamp(r.Now), "updated_at": stamp(r.Now),
		"last_used_at": nil,
	}
	ident.tokens.Put(id, token)
	ident.secrets[id] = secret
	s.auth.addAPIToken(secret, user)
	shown := clone(token)
	shown["token"] = secret
	return Created(shown)
}

func (s *Server) apiToken(r *Request) (*identity, Doc, error) {
	user, err := s.self(r, "user_id")
	if err != nil {
		return nil, nil, err
	}
	ident := s.accounts.identities[user]
	t, ok := ident.tokens.Get(r.Param("token_id"))
	if !ok {
		return nil, nil, NotFound("API token", r.Param("token_id"))
	}
	return ident, t, nil
}

func (s *Server) getAPIToken(r *Request) (Response, error) {
	_, t, err := s.apiToken(r)
	if err != nil {
		return Response{}, err
	}
	return OK(t)
}

func (s *Server) removeAPITokenOf(r *Request) (Response, error) {
	ident, t, err := s.apiToken(r)
	if err != nil {
		return Response{}, err
	}
	id := text(t, "id")
	s.auth.removeAPIToken(ident.secrets[id])
	ident.tokens.Delete(id)
	delete(ident.secrets, id)
	return NoContent()
}

// newSecret returns an opaque secret of 43 characters.
func (s *Server) newSecret() string {
	var b [32]byte
	for i := 0; i < len(b); i += 8 {
		binary.BigEndian.PutUint64(b[i:], s.rng.Uint64())
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}
