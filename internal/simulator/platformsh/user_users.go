package platformsh

import (
	"net/http"
	"time"
)

// identity is what belongs to a person alone: tokens, keys, logins and second factors.
type identity struct {
	uid         int // the number the older services know the user by
	profile     Doc
	address     Doc
	tokens      Collection        // API tokens without their secret
	secrets     map[string]string // token id → secret
	connections Collection
	keys        Collection // SSH keys
	password    string
	totp        totp
	phone       string
	phoneChecks map[string]string // verification session → number
	newEmail    string            // waits for its confirmation
}

func userRoutes() []Route {
	return []Route{
		{"GET /users/me", (*Server).getCurrentUser},
		{"GET /users/{user_id}", (*Server).getUser},
		{"GET /users/email={email}", (*Server).getUserByEmail},
		{"GET /users/username={username}", (*Server).getUserByName},
		{"PATCH /users/{user_id}", (*Server).patchUser},
		{"POST /users/{user_id}/emailaddress", (*Server).postEmailAddress},
		{"POST /users/{user_id}/resetpassword", (*Server).postResetPassword},
		{"POST /users/{user_id}/phonenumber", (*Server).postPhoneNumber},
		{"POST /users/{user_id}/phonenumber/{sid}", (*Server).confirmPhoneNumber},
	}
}

func (s *Server) getCurrentUser(r *Request) (Response, error) {
	u, _ := s.accounts.users.Get(r.UserID)
	return OK(u)
}

func (s *Server) getUser(r *Request) (Response, error) {
	id, err := s.visibleUser(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	u, _ := s.accounts.users.Get(id)
	return OK(u)
}

func (s *Server) getUserByEmail(r *Request) (Response, error) { return s.userBy(r, "email") }

func (s *Server) getUserByName(r *Request) (Response, error) { return s.userBy(r, "username") }

func (s *Server) userBy(r *Request, field string) (Response, error) {
	want := r.Param(field)
	for id, u := range s.accounts.users.All() {
		if u[field] == want && (id == r.UserID || s.shareOrganization(id, r.UserID)) {
			return OK(u)
		}
	}
	return Response{}, NotFound("User", want)
}

func (s *Server) patchUser(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("username", String), Opt("first_name", String), Opt("last_name", String), Opt("picture", URL),
		Opt("company", String), Opt("website", URL), Opt("country", String))
	if err != nil {
		return Response{}, err
	}
	if c, ok := body["country"].(string); ok && !isCountry(c) {
		return Response{}, InvalidField("country", "Not a two-letter country code.")
	}
	if name, ok := body["username"].(string); ok {
		if err := s.checkUsername(name, id); err != nil {
			return Response{}, err
		}
	}
	u, _ := s.accounts.users.Get(id)
	merge(u, body)
	u["updated_at"] = stamp(r.Now)
	p := s.accounts.identities[id].profile
	p["username"], p["picture"], p["updated_at"] = u["username"], u["picture"], u["updated_at"]
	p["display_name"] = displayName(u)
	return OK(u)
}

func (s *Server) checkUsername(name, own string) error {
	if !orgName.MatchString(name) {
		return InvalidField("username", "Use lower-case letters, digits and dashes, at most 63.")
	}
	if other, taken := s.findUser(name); taken && other["id"] != own {
		return InvalidField("username", "The user name is already in use.")
	}
	return nil
}

func displayName(u Doc) string { return text(u, "first_name") + " " + text(u, "last_name") }

// postEmailAddress only requests the change: the address stays until the mail has been confirmed.
func (s *Server) postEmailAddress(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("email_address", Email))
	if err != nil {
		return Response{}, err
	}
	if _, taken := s.findUser(text(body, "email_address")); taken {
		return Response{}, Conflict("The email address is already in use.")
	}
	s.accounts.identities[id].newEmail = text(body, "email_address")
	return NoContent()
}

func (s *Server) postResetPassword(r *Request) (Response, error) {
	if _, err := s.self(r, "user_id"); err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	return NoContent()
}

// PhoneCode is the verification code of every simulated text message.
const PhoneCode = "246810"

func (s *Server) postPhoneNumber(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("channel", String, "sms", "whatsapp", "call"), Need("phone_number", String))
	if err != nil {
		return Response{}, err
	}
	number := text(body, "phone_number")
	if !isPhone(number) {
		return Response{}, InvalidField("phone_number", "Not an international phone number such as +491701234567.")
	}
	for other, ident := range s.accounts.identities {
		if ident.phone == number {
			if other == id {
				return Response{}, Conflict("The phone number is verified already.")
			}
			return Response{}, Conflict("The phone number belongs to another user.")
		}
	}
	sid := "VE" + s.newID()
	s.accounts.identities[id].phoneChecks[sid] = number
	return OK(Doc{"sid": sid})
}

func isPhone(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' {
		return false
	}
	for _, c := range s[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func (s *Server) confirmPhoneNumber(r *Request) (Response, error) {
	id, err := s.self(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("code", String))
	if err != nil {
		return Response{}, err
	}
	ident := s.accounts.identities[id]
	number, ok := ident.phoneChecks[r.Param("sid")]
	if !ok {
		return Response{}, NotFound("Verification session", r.Param("sid"))
	}
	if text(body, "code") != PhoneCode {
		return Response{}, InvalidField("code", "The code is wrong.")
	}
	ident.phone = number
	clear(ident.phoneChecks)
	return Response{Status: http.StatusOK, Body: Doc{}}, nil
}

// newUser stores a user with an empty identity.
func (s *Server) newUser(id, username, email, first, last string, at time.Time) *identity {
	s.accounts.lastUID++
	u := Doc{
		"id": id, "deactivated": false, "namespace": "platformsh", "username": username, "email": email, "email_verified": true,
		"first_name": first, "last_name": last, "picture": "", "company": "Acme Ltd", "website": "https://acme.example",
		"country": "DE", "created_at": stamp(at), "updated_at": stamp(at), "consented_at": stamp(at), "consent_method": "opt-in",
	}
	s.accounts.users.Put(id, u)
	ident := &identity{
		uid: 4200 + s.accounts.lastUID, profile: newProfile(u), address: newAddress("DE"), secrets: map[string]string{},
		phoneChecks: map[string]string{}, password: UserPassword,
	}
	s.accounts.identities[id] = ident
	return ident
}
