package platformsh

import (
	"fmt"
	"strings"
	"time"
)

// Credentials of the demo users besides APIToken.
const (
	BenAPIToken  = "demo-platformsh-api-token-ben"  // a developer: no billing, no member management
	CleoAPIToken = "demo-platformsh-api-token-cleo" // billing only
	UserPassword = "demo password"                  // of every demo user
	BenTOTP      = "JBSWY3DPEHPK3PXP"               // secret of Ben's second factor
)

type person struct{ id, username, first, last string }

// seedStaff is the rest of the organization acme, so that its member list fills more than one page.
func seedStaff() []person {
	names := strings.Fields(`Dana Reed Emil Voss Fay Lund Gus Hart Hana Sato Ivo Klein Jana Nowak Kofi Mensah Lea Moreau Max Weber
		Nina Costa Omar Said Pia Falk Quinn Doyle Rosa Vidal Sven Holm Tara Singh Uma Patel Vera Simon Will Grant Xenia Popa Yann Roux`)
	out := make([]person, 0, len(names)/2)
	for i := 0; i < len(names); i += 2 {
		n := i/2 + 4
		out = append(out, person{
			id:       fmt.Sprintf("%08d-0000-4000-8000-%012d", n, n),
			username: strings.ToLower(names[i]), first: names[i], last: names[i+1],
		})
	}
	return out
}

func (s *Server) seedUsers(now time.Time) {
	joined := now.AddDate(-2, -4, 0)
	ada := s.newUser(UserAda, "ada", "ada@acme.example", "Ada", "Stone", joined)
	ben := s.newUser(UserBen, "ben", "ben@acme.example", "Ben", "Rossi", joined.AddDate(0, 2, 0))
	cleo := s.newUser(UserCleo, "cleo", "cleo@acme.example", "Cleo", "Haas", joined.AddDate(0, 8, 0))
	for i, p := range seedStaff() {
		s.newUser(p.id, p.username, p.username+"@acme.example", p.first, p.last, now.AddDate(0, -11, 3*i))
	}
	s.seedToken(ada, UserAda, "aaaaaaaa-0001-4000-8000-000000000001", "deploy machine", APIToken, now.AddDate(0, -7, 0))
	s.seedToken(ada, UserAda, "aaaaaaaa-0002-4000-8000-000000000002", "laptop", "demo-platformsh-api-token-laptop", now.AddDate(0, -2, -9))
	s.seedToken(ben, UserBen, "bbbbbbbb-0001-4000-8000-000000000001", "ci", BenAPIToken, now.AddDate(0, -5, 0))
	s.seedToken(cleo, UserCleo, "cccccccc-0001-4000-8000-000000000001", "reports", CleoAPIToken, now.AddDate(0, -3, 0))

	s.addKey(ada, sshKey(1), "ada@laptop", now.AddDate(-1, -2, 0))
	s.addKey(ada, sshKey(2), "ada@desktop", now.AddDate(0, -4, 0))
	s.addKey(ben, sshKey(3), "ben@laptop", now.AddDate(-1, 0, 0))

	ben.totp = totp{secret: BenTOTP, active: true, codes: s.recoveryCodes()}
	ada.phone = "+4930111222333"
	for _, c := range [][2]string{{"github", "oauth2"}, {"google", "oidc"}} {
		provider, kind := c[0], c[1]
		ada.connections.Put(provider, Doc{
			"provider": provider, "provider_type": kind, "is_mandatory": false, "subject": "ada-" + provider,
			"email_address": "ada@acme.example", "created_at": stamp(joined), "updated_at": stamp(joined),
		})
	}
}

func (s *Server) seedToken(ident *identity, user, id, name, secret string, at time.Time) {
	ident.tokens.Put(id, Doc{
		"id": id, "name": name, "mfa_on_creation": false, "created_at": stamp(at), "updated_at": stamp(at),
		"last_used_at": stamp(s.now().Add(-2 * time.Hour)),
	})
	ident.secrets[id] = secret
	s.auth.addAPIToken(secret, user)
}
