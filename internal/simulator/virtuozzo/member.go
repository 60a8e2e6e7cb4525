package virtuozzo

import "net/mail"

func memberHandlers() handlers {
	return handlers{
		"users/collaboration.getmembers":             (*Server).getMembers,
		"users/collaboration.getcollaborations":      (*Server).getCollaborations,
		"users/collaboration.invitemember":           (*Server).inviteMember,
		"users/collaboration.resendmemberinvitation": (*Server).resendInvitation,
		"users/collaboration.editmember":             (*Server).editMember,
		"users/collaboration.deletemember":           (*Server).deleteMember,
		"users/collaboration.suspendmember":          (*Server).suspendMember,
		"users/collaboration.activatemember":         (*Server).activateMember,
		"users/collaboration.editcollaboration":      (*Server).editCollaboration,
		"users/collaboration.acceptcollaboration":    (*Server).acceptCollaboration,
		"users/collaboration.rejectcollaboration":    (*Server).rejectCollaboration,
		"users/collaboration.leavecollaboration":     (*Server).leaveCollaboration,
	}
}

// listMembers lists the collaborations in which the caller has a part: as owner the members, as member the owners.
func (s *Server) listMembers(r *Request, part string) (Doc, error) {
	list := s.collab.members.where(func(m Doc) bool {
		return m[part] == r.user.uid && (!r.has("id") || m["id"] == r.number("id")) && (!r.has("ownerUid") || m["ownerUid"] == r.number("ownerUid"))
	})
	return Doc{"collaborations": anySlice(list), "isOwner": part == "ownerUid"}, nil
}

func (s *Server) getMembers(r *Request) (Doc, error) { return s.listMembers(r, "ownerUid") }

func (s *Server) getCollaborations(r *Request) (Doc, error) { return s.listMembers(r, "memberUid") }

func (s *Server) inviteMember(r *Request) (Doc, error) {
	email := r.text("email")
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
		return nil, invalid("email", "is no address")
	}
	owner := s.auth.user(r.user.uid)
	if email == owner.email {
		return nil, invalid("email", "is your own")
	}
	for _, m := range s.collab.members.items {
		if m["ownerUid"] == owner.uid && m["email"] == email {
			return nil, fail(CodeGeneral, "[%s] is a member already", email)
		}
	}
	m := Doc{
		"ownerUid": owner.uid, "ownerDisplayName": owner.name, "email": email, "displayName": r.text("displayName"),
		"memberDisplayName": r.text("displayName"), "status": "PENDING", "memberUid": 0,
	}
	if u := s.auth.userByEmail(email); u != nil {
		m["memberUid"] = u.uid
	}
	return Doc{"collaboration": s.collab.members.add(m), "isOwner": true}, nil
}

// member finds a collaboration in which the caller has a part.
func (s *Server) member(r *Request, part string) (Doc, error) {
	m, ok := s.collab.members.get(r.number("id"))
	if !ok || m[part] != r.user.uid {
		return nil, notFound("collaboration", r.number("id"))
	}
	return m, nil
}

// turn gives a collaboration another status, which it can only get from certain ones.
func (s *Server) turn(r *Request, part, to string, from ...string) (Doc, error) {
	m, err := s.member(r, part)
	if err != nil {
		return nil, err
	}
	for _, f := range from {
		if m["status"] == f {
			m["status"] = to
			return Doc{"collaboration": m}, nil
		}
	}
	return nil, fail(CodeGeneral, "the collaboration is %v", m["status"])
}

func (s *Server) resendInvitation(r *Request) (Doc, error) {
	_, err := s.turn(r, "ownerUid", "PENDING", "PENDING", "REJECTED")
	return nil, err
}

func (s *Server) suspendMember(r *Request) (Doc, error) {
	_, err := s.turn(r, "ownerUid", "SUSPENDED", "ACTIVE")
	return nil, err
}

func (s *Server) activateMember(r *Request) (Doc, error) {
	_, err := s.turn(r, "ownerUid", "ACTIVE", "SUSPENDED")
	return nil, err
}

func (s *Server) acceptCollaboration(r *Request) (Doc, error) {
	return s.turn(r, "memberUid", "ACTIVE", "PENDING")
}

func (s *Server) rejectCollaboration(r *Request) (Doc, error) {
	_, err := s.turn(r, "memberUid", "REJECTED", "PENDING")
	return nil, err
}

func (s *Server) leaveCollaboration(r *Request) (Doc, error) {
	_, err := s.turn(r, "memberUid", "LEFT", "ACTIVE", "SUSPENDED")
	return nil, err
}

func (s *Server) editMember(r *Request) (Doc, error) {
	m, err := s.member(r, "ownerUid")
	if err != nil {
		return nil, err
	}
	m["memberDisplayName"] = r.text("displayName")
	return Doc{"collaboration": m}, nil
}

func (s *Server) editCollaboration(r *Request) (Doc, error) {
	m, err := s.member(r, "memberUid")
	if err != nil {
		return nil, err
	}
	m["displayName"] = r.text("displayName")
	return Doc{"collaboration": m}, nil
}

func (s *Server) deleteMember(r *Request) (Doc, error) {
	m, err := s.member(r, "ownerUid")
	if err != nil {
		return nil, err
	}
	s.collab.members.remove(m["id"].(int))
	s.collab.resources.removeWhere(func(x Doc) bool { return x["collaborationId"] == m["id"] })
	return nil, nil
}
