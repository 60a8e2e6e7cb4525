package virtuozzo

import (
	"slices"
	"time"
)

// identity is who calls, and with what.
type identity struct {
	uid     int
	session *session // nil for a token
	token   Doc      // nil for a session
}

// user is an account holder of the platform.
type user struct {
	uid                   int
	email, name, password string
	attempts              int       // sign-ins left before the lock
	lockedUntil           time.Time // after too many wrong passwords
}

type session struct {
	id                  int
	key                 string
	uid                 int
	created, lastAccess time.Time
	agent               string
}

type authState struct {
	users       []*user
	sessions    []*session
	lastSession int
	tokens      store
}

const (
	signInAttempts = 5
	lockTime       = 15 * time.Minute
)

func authHandlers() handlers {
	return handlers{
		"users/authentication.signin":          (*Server).signIn,
		"users/authentication.signout":         (*Server).signOut,
		"users/authentication.getsessions":     (*Server).getSessions,
		"users/authentication.signoutsessions": (*Server).signOutSessions,
		"users/account.getuserinfo":            (*Server).getUserInfo,
		"users/account.recoverpassword":        (*Server).recoverPassword,
	}
}

func (a *authState) user(uid int) *user {
	for _, u := range a.users {
		if u.uid == uid {
			return u
		}
	}
	return nil
}

func (a *authState) userByEmail(email string) *user {
	for _, u := range a.users {
		if u.email == email {
			return u
		}
	}
	return nil
}

// expire forgets the sessions that were idle too long.
func (a *authState) expire(now time.Time, idle time.Duration) {
	a.sessions = slices.DeleteFunc(a.sessions, func(x *session) bool { return now.Sub(x.lastAccess) > idle })
}

// touch keeps a session alive that was busy with a blocking call.
func (i *identity) touch(now time.Time) {
	if i.session != nil {
		i.session.lastAccess = now
	}
}

// authenticate finds out who calls. Parameters are looked at later: a stranger learns nothing about them.
func (s *Server) authenticate(r *Request) error {
	if r.call.open() {
		r.user = &identity{}
		return nil
	}
	key := r.text("session")
	if key == "" {
		return fail(CodeInvalid, "invalid parameter [session]")
	}
	s.auth.expire(r.Now, s.opts.SessionIdle)
	for _, x := range s.auth.sessions {
		if x.key == key {
			x.lastAccess = r.Now
			r.user = &identity{uid: x.uid, session: x}
			return nil
		}
	}
	for _, t := range s.auth.tokens.items {
		if t["key"] == key {
			return s.useToken(r, t)
		}
	}
	return fail(CodeLogin, "authentication failed")
}

func (s *Server) signIn(r *Request) (Doc, error) {
	u := s.auth.userByEmail(r.text("login"))
	if u == nil {
		return nil, fail(CodeLogin, "authentication failed")
	}
	if r.Now.Before(u.lockedUntil) {
		return nil, &Error{Code: CodeLogin, Text: "authentication failed: too many attempts, try again later", More: Doc{"attemptsLeft": 0}}
	}
	if u.attempts == 0 {
		u.attempts = signInAttempts
	}
	if r.text("password") != u.password {
		u.attempts--
		if u.attempts == 0 {
			u.lockedUntil = r.Now.Add(lockTime)
		}
		return nil, &Error{Code: CodeLogin, Text: "authentication failed", More: Doc{"attemptsLeft": u.attempts}}
	}
	u.attempts = signInAttempts
	s.auth.lastSession++
	x := &session{id: s.auth.lastSession, key: s.hex(34), uid: u.uid, created: r.Now, lastAccess: r.Now, agent: r.agent}
	s.auth.sessions = append(s.auth.sessions, x)
	return s.userInfo(u, x.key), nil
}

func (s *Server) userInfo(u *user, sessionKey string) Doc {
	return Doc{
		"session": sessionKey, "uid": u.uid, "email": u.email, "name": u.name,
		"status": "ENABLED", "authType": "BASIC", "accessType": "FULL_ACCESS",
	}
}

func (s *Server) signOut(r *Request) (Doc, error) {
	if r.user.session == nil {
		return nil, fail(CodeGeneral, "a personal access token cannot be signed out")
	}
	s.dropSessions(func(x *session) bool { return x == r.user.session })
	return nil, nil
}

func (s *Server) dropSessions(drop func(*session) bool) {
	s.auth.sessions = slices.DeleteFunc(s.auth.sessions, drop)
}

func (s *Server) getSessions(r *Request) (Doc, error) {
	list := []Doc{}
	for _, x := range s.auth.sessions {
		if x.uid == r.user.uid {
			list = append(list, Doc{
				"id": x.id, "uid": x.uid, "createdOn": stamp(x.created), "lastAccess": stamp(x.lastAccess),
				"current": x == r.user.session, "host": "203.0.113.7", "userAgent": x.agent,
			})
		}
	}
	return Doc{"sessions": anySlice(list)}, nil
}

func (s *Server) signOutSessions(r *Request) (Doc, error) {
	if r.text("ids") == "*" {
		s.dropSessions(func(x *session) bool { return x.uid == r.user.uid })
		return nil, nil
	}
	ids, err := r.ids("ids")
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(s.auth.sessions, func(x *session) bool { return x.id == id && x.uid == r.user.uid }) {
			return nil, notFound("session", id)
		}
	}
	s.dropSessions(func(x *session) bool { return slices.Contains(ids, x.id) })
	return nil, nil
}

func (s *Server) getUserInfo(r *Request) (Doc, error) {
	return s.userInfo(s.auth.user(r.user.uid), r.text("session")), nil
}

// recoverPassword says yes to every address, so that nobody learns who has an account.
func (s *Server) recoverPassword(*Request) (Doc, error) { return nil, nil }
