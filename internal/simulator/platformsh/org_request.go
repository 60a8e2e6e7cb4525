package platformsh

import (
	"net/http"
	"slices"
	"strings"
)

// organization returns the organization of the path, which may be addressed by id or as name=NAME. One the caller is not a
// member of is not found; a member without one of the needed permissions is refused.
func (s *Server) organization(r *Request, need ...string) (Doc, error) {
	key := r.Param("organization_id")
	org, ok := s.accounts.organizations.Get(key)
	if name, byName := strings.CutPrefix(key, "name="); byName {
		org, ok = s.organizationByName(name)
	}
	if !ok || !s.isMember(text(org, "id"), r.UserID) {
		return nil, NotFound("Organization", key)
	}
	if len(need) > 0 && !s.may(text(org, "id"), r.UserID, need...) {
		return nil, Forbidden("This needs one of the organization permissions: " + strings.Join(need, ", ") + ".")
	}
	return org, nil
}

func (s *Server) organizationByName(name string) (Doc, bool) {
	for _, o := range s.accounts.organizations.All() {
		if o["name"] == name {
			return o, true
		}
	}
	return nil, false
}

func (s *Server) isMember(org, user string) bool {
	_, ok := s.member(org, user)
	return ok
}

func (s *Server) member(org, user string) (Doc, bool) {
	c := s.accounts.members[org]
	if c == nil {
		return nil, false
	}
	return c.Get(user)
}

// may reports whether a member holds one of the permissions. The owner and members with admin hold all of them.
func (s *Server) may(org, user string, need ...string) bool {
	m, ok := s.member(org, user)
	if !ok {
		return false
	}
	have := texts(m["permissions"])
	return m["owner"] == true || slices.Contains(have, "admin") ||
		slices.ContainsFunc(need, func(p string) bool { return slices.Contains(have, p) })
}

// accountProject returns the project of the path when the caller can see it. With manage, the caller must be an administrator of the
// project or may manage the members of its organization.
func (s *Server) accountProject(r *Request, manage bool) (Doc, error) {
	id := r.Param("project_id")
	p, ok := s.projectInfo(id)
	if !ok {
		return nil, NotFound("Project", id)
	}
	perms := s.projectPermissions(id, r.UserID)
	org := text(p, "organization")
	if len(perms) == 0 && !s.isMember(org, r.UserID) {
		return nil, NotFound("Project", id)
	}
	if manage && !slices.Contains(perms, "admin") && !s.may(org, r.UserID, "members") {
		return nil, Forbidden("Only administrators of the project may manage access to it.")
	}
	return p, nil
}

// self returns the id of the path's user, who must be the caller: tokens, logins and personal data are nobody else's.
func (s *Server) self(r *Request, param string) (string, error) {
	id := r.Param(param)
	if _, ok := s.accounts.users.Get(id); !ok {
		return "", NotFound("User", id)
	}
	if id != r.UserID {
		return "", Forbidden("Only the user may do this.")
	}
	return id, nil
}

// visibleUser returns the id of the path's user, whom the caller may see: himself, or somebody in an organization of his.
func (s *Server) visibleUser(r *Request, param string) (string, error) {
	id := r.Param(param)
	if _, ok := s.accounts.users.Get(id); !ok {
		return "", NotFound("User", id)
	}
	if id != r.UserID && !s.shareOrganization(id, r.UserID) {
		return "", Forbidden("You cannot see this user.")
	}
	return id, nil
}

func (s *Server) shareOrganization(a, b string) bool {
	for org := range s.accounts.members {
		if s.isMember(org, a) && s.isMember(org, b) {
			return true
		}
	}
	return false
}

// text returns a string field, "" when it is missing or null.
func text(d Doc, key string) string {
	v, _ := d[key].(string)
	return v
}

// texts returns a list of strings, whether it was stored ([]string) or decoded from JSON ([]any).
func texts(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		out := make([]string, 0, len(v))
		for _, x := range v {
			if t, ok := x.(string); ok {
				out = append(out, t)
			}
		}
		return out
	}
	return nil
}

// choices returns the list of strings under key, each of which must be one of the allowed.
func choices(body Doc, key string, allowed []string) ([]string, error) {
	out := texts(body[key])
	for _, v := range out {
		if !slices.Contains(allowed, v) {
			return nil, InvalidField(key, "%q is not one of %s.", v, strings.Join(allowed, ", "))
		}
	}
	if out == nil {
		out = []string{}
	}
	return out, nil
}

// drop deletes the documents that match.
func drop(c *Collection, match func(Doc) bool) {
	for _, id := range slices.Clone(c.ids) {
		if match(c.docs[id]) {
			c.Delete(id)
		}
	}
}

// pick returns the documents that match, in order of creation.
func pick(c *Collection, match func(Doc) bool) []Doc {
	out := []Doc{}
	for _, d := range c.All() {
		if match(d) {
			out = append(out, d)
		}
	}
	return out
}

// only copies the named fields.
func only(d Doc, keys ...string) Doc {
	out := make(Doc, len(keys))
	for _, k := range keys {
		out[k] = d[k]
	}
	return out
}

// each maps a list of documents; it never returns nil, which JSON would show as null.
func each(docs []Doc, f func(Doc) Doc) []Doc {
	out := make([]Doc, 0, len(docs))
	for _, d := range docs {
		out = append(out, f(d))
	}
	return out
}

// aliased copies documents with some fields under the name a filter has for them, for example region for project_region.
func aliased(docs []Doc, names map[string]string) []Doc {
	return each(docs, func(d Doc) Doc {
		d = clone(d)
		for filter, field := range names {
			d[filter] = d[field]
		}
		return d
	})
}

// action is a link that names a method, as the organization services write what the caller may do.
func action(href, method string) Doc { return Doc{"href": href, "method": method} }

func paymentRequired(message string) *Problem {
	return &Problem{Status: http.StatusPaymentRequired, Message: message}
}
