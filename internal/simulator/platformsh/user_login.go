package platformsh

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 authenticator apps use HMAC-SHA-1
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// totp is the second factor of a user: offered (secret set), then confirmed (active).
type totp struct {
	secret string
	active bool
	codes  []string // recovery codes
}

// emptyCode is a picture of the type of the real one: the corners of a QR code with nothing in it, which no phone can scan. Drawing one
// would link an encoder of QR codes and one of pictures.
const emptyCode = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABUAAAAVAQAAAACBbJg7AAAAKUlEQVR42mNg/MPOUPv3O4PrX3E4BvFB4v///8eJGY" +
	"G4FohdkXAtRBwARPsvnnZabWsAAAAASUVORK5CYII="

func (i *identity) enrolled() bool { return i.totp.active }

func userLoginRoutes() []Route {
	return []Route{
		{"GET /users/{user_id}/totp", (*Server).getTOTP},
		{"POST /users/{user_id}/totp", (*Server).postTOTP},
		{"DELETE /users/{user_id}/totp", (*Server).removeTOTP},
		{"POST /users/{user_id}/codes", (*Server).postCodes},
		{"GET /users/{user_id}/connections", (*Server).listConnections},
		{"GET /users/{user_id}/connections/{provider}", (*Server).getConnection},
		{"DELETE /users/{user_id}/connections/{provider}", (*Server).removeConnection},
	}
}

// getTOTP offers an enrollment. The offered secret stays the same until it is confirmed.
func (s *Server) getTOTP(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	t := &s.accounts.identities[id].totp
	if t.active {
		return Response{}, Conflict("The user is enrolled already.")
	}
	if t.secret == "" {
		var b [10]byte
		binary.BigEndian.PutUint64(b[:], s.rng.Uint64())
		t.secret = base32.StdEncoding.EncodeToString(b[:])
	}
	u, _ := s.accounts.users.Get(id)
	return OK(Doc{
		"issuer": "https://auth.api.platform.sh", "account_name": u["email"], "secret": t.secret,
		"qr_code": emptyCode,
	})
}

// postTOTP confirms the offered secret with a code of the moment, or of the 30 s before or after (RFC 6238 section 5.2).
func (s *Server) postTOTP(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("secret", String), Need("passcode", String))
	if err != nil {
		return Response{}, err
	}
	t := &s.accounts.identities[id].totp
	if t.active {
		return Response{}, Conflict("The user is enrolled already.")
	}
	if t.secret == "" || text(body, "secret") != t.secret {
		return Response{}, InvalidField("secret", "Not the secret that was offered.")
	}
	if !passes(t.secret, text(body, "passcode"), r.Now) {
		return Response{}, InvalidField("passcode", "The code is wrong.")
	}
	t.active = true
	t.codes = s.recoveryCodes()
	return OK(Doc{"recovery_codes": t.codes})
}

func passes(secret, code string, now time.Time) bool {
	for _, shift := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		if Passcode(secret, now.Add(shift)) == code {
			return true
		}
	}
	return false
}

// Passcode is the six-digit code an authenticator app shows for a secret at a time (RFC 6238, 30 s steps, HMAC-SHA-1); ""
// when the secret is not base32.
func Passcode(secret string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(secret, "="))
	if err != nil {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

func (s *Server) removeTOTP(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	ident := s.accounts.identities[id]
	if !ident.enrolled() {
		return Response{}, NotFound("TOTP enrollment of user", id)
	}
	ident.totp = totp{}
	return NoContent()
}

// postCodes replaces the recovery codes; the old ones are void.
func (s *Server) postCodes(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	ident := s.accounts.identities[id]
	if !ident.enrolled() {
		return Response{}, NotFound("MFA enrollment of user", id)
	}
	ident.totp.codes = s.recoveryCodes()
	return Created(Doc{"recovery_codes": ident.totp.codes})
}

func (s *Server) recoveryCodes() []string {
	codes := make([]string, 10)
	for i := range codes {
		id := s.newID()
		codes[i] = id[:5] + "-" + id[5:10]
	}
	return codes
}

func (s *Server) listConnections(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	return OK(s.accounts.identities[id].connections.Docs())
}

func (s *Server) connection(r *Request) (*Collection, Doc, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return nil, nil, err
	}
	all := &s.accounts.identities[id].connections
	c, ok := all.Get(r.Param("provider"))
	if !ok {
		return nil, nil, NotFound("Connection", r.Param("provider"))
	}
	return all, c, nil
}

func (s *Server) getConnection(r *Request) (Response, error) {
	_, c, err := s.connection(r)
	if err != nil {
		return Response{}, err
	}
	return OK(c)
}

func (s *Server) removeConnection(r *Request) (Response, error) {
	all, c, err := s.connection(r)
	if err != nil {
		return Response{}, err
	}
	if c["is_mandatory"] == true {
		return Response{}, Forbidden("The organization requires this connection.")
	}
	all.Delete(text(c, "provider"))
	return NoContent()
}
