package platformsh

import "net/http"

func orgMFARoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/mfa-enforcement", (*Server).getMFA},
		{"POST /organizations/{organization_id}/mfa-enforcement/enable", setMFA(true)},
		{"POST /organizations/{organization_id}/mfa-enforcement/disable", setMFA(false)},
		{"POST /organizations/{organization_id}/mfa/remind", (*Server).remindMFA},
	}
}

func (s *Server) getMFA(r *Request) (Response, error) {
	org, err := s.organization(r, "admin", "members")
	if err != nil {
		return Response{}, err
	}
	return OK(Doc{"enforce_mfa": s.accounts.mfaEnforced[text(org, "id")]})
}

func setMFA(on bool) Handler {
	return func(s *Server, r *Request) (Response, error) {
		org, err := s.organization(r, "admin")
		if err != nil {
			return Response{}, err
		}
		if _, err := r.Object(); err != nil {
			return Response{}, err
		}
		s.accounts.mfaEnforced[text(org, "id")] = on
		return NoContent()
	}
}

// remindMFA answers a status per user: reminded, set up already, or not a member. Without ids it means all members.
func (s *Server) remindMFA(r *Request) (Response, error) {
	org, err := s.organization(r, "admin", "members")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("user_ids", Strings))
	if err != nil {
		return Response{}, err
	}
	id := text(org, "id")
	users := texts(body["user_ids"])
	if users == nil {
		for user := range s.accounts.members[id].All() {
			users = append(users, user)
		}
	}
	out := Doc{}
	for _, user := range users {
		switch {
		case !s.isMember(id, user):
			out[user] = Doc{"code": http.StatusNotFound, "message": "The user is not a member of the organization."}
		case s.accounts.identities[user].enrolled():
			out[user] = Doc{"code": http.StatusConflict, "message": "The user has set up MFA already."}
		default:
			out[user] = Doc{"code": http.StatusOK, "message": "The reminder has been sent."}
		}
	}
	return OK(out)
}
