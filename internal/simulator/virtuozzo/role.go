package virtuozzo

import (
	"slices"
	"strings"
)

func roleHandlers() handlers {
	return handlers{
		"users/collaboration.getroles":                    (*Server).getRoles,
		"users/collaboration.addrole":                     (*Server).addRole,
		"users/collaboration.editrole":                    (*Server).editRole,
		"users/collaboration.deleterole":                  (*Server).deleteRole,
		"users/collaboration.getcollaborationrolemethods": (*Server).getRoleMethods,
		"users/collaboration.getpolicies":                 (*Server).getPolicies,
		"users/collaboration.addpolicy":                   (*Server).addPolicy,
		"users/collaboration.editpolicy":                  (*Server).editPolicy,
		"users/collaboration.deletepolicy":                (*Server).deletePolicy,
		"users/collaboration.getpolicymethods":            (*Server).getPolicyMethods,
	}
}

func (s *Server) policyView(p Doc) Doc {
	return Doc{
		"id": p["id"], "name": p["name"], "uniqueName": p["uniqueName"], "description": p["description"], "behavior": "ALLOW", "type": "ENVIRONMENT",
		"isSystem": p["ownerUid"] == 0, "apiListItems": rightItems(p["methods"].([]string)),
	}
}

func (s *Server) roleView(role Doc) Doc {
	list := []any{}
	for _, id := range role["policyIds"].([]int) {
		if p, ok := s.collab.policies.get(id); ok {
			list = append(list, Doc{"id": p["id"], "name": p["name"], "isSystem": p["ownerUid"] == 0})
		}
	}
	return Doc{"id": role["id"], "name": role["name"], "description": role["description"], "receiveNotification": role["receiveNotification"], "policies": list}
}

// mine tells whether the caller sees a role or policy: an own one or one of the platform.
func mine(r *Request, d Doc) bool { return d["ownerUid"] == r.user.uid || d["ownerUid"] == 0 }

func (s *Server) getRoles(r *Request) (Doc, error) {
	list := []any{}
	for _, role := range s.collab.roles.items {
		if mine(r, role) && (!r.has("id") || role["id"] == r.number("id")) {
			list = append(list, s.roleView(role))
		}
	}
	return Doc{"roles": list}, nil
}

func (s *Server) getPolicies(r *Request) (Doc, error) {
	list := []any{}
	for _, p := range s.collab.policies.items {
		if mine(r, p) && (!r.has("id") || p["id"] == r.number("id")) {
			list = append(list, s.policyView(p))
		}
	}
	return Doc{"policies": list}, nil
}

// own finds a role or policy that the caller may change.
func own(r *Request, st *store, what string) (Doc, error) {
	d, ok := st.get(r.number("id"))
	if !ok || !mine(r, d) {
		return nil, notFound(what, r.number("id"))
	}
	if d["ownerUid"] == 0 {
		return nil, fail(CodeForbidden, "%s [%d] belongs to the platform and cannot be changed", what, r.number("id"))
	}
	return d, nil
}

func (s *Server) setRole(r *Request, role Doc) error {
	ids, err := r.ids("policies")
	if err != nil {
		return err
	}
	for _, id := range ids {
		if p, ok := s.collab.policies.get(id); !ok || !mine(r, p) {
			return notFound("policy", id)
		}
	}
	role["policyIds"] = ids
	for _, k := range []string{"name", "description"} {
		if r.has(k) {
			role[k] = r.text(k)
		}
	}
	if r.has("receiveNotification") {
		role["receiveNotification"] = r.flag("receiveNotification")
	}
	return nil
}

func (s *Server) addRole(r *Request) (Doc, error) {
	role := Doc{"ownerUid": r.user.uid}
	if err := s.setRole(r, role); err != nil {
		return nil, err
	}
	return Doc{"role": s.roleView(s.collab.roles.add(role))}, nil
}

func (s *Server) editRole(r *Request) (Doc, error) {
	role, err := own(r, &s.collab.roles, "role")
	if err != nil {
		return nil, err
	}
	if err := s.setRole(r, role); err != nil {
		return nil, err
	}
	return Doc{"role": s.roleView(role)}, nil
}

func (s *Server) deleteRole(r *Request) (Doc, error) {
	role, err := own(r, &s.collab.roles, "role")
	if err != nil {
		return nil, err
	}
	for _, x := range s.collab.resources.items {
		if slices.Contains(x["roleIds"].([]int), role["id"].(int)) {
			return nil, fail(CodeGeneral, "role [%v] is in use", role["name"])
		}
	}
	s.collab.roles.remove(role["id"].(int))
	return nil, nil
}

func (s *Server) getRoleMethods(r *Request) (Doc, error) {
	list := []any{}
	for _, role := range s.collab.roles.items {
		if mine(r, role) && (!r.has("roleId") || role["id"] == r.number("roleId")) {
			rights := s.collab.rights([]int{role["id"].(int)})
			list = append(list, Doc{"result": 0, "roleId": role["id"], "behavior": "ALLOW", "tokenPermissions": rightItems(rights)})
		}
	}
	return Doc{"responses": list}, nil
}

func (s *Server) setPolicy(r *Request, p Doc) error {
	methods, err := r.rights("methods")
	if err != nil {
		return err
	}
	p["methods"] = methods
	for _, k := range []string{"name", "description"} {
		if r.has(k) {
			p[k] = r.text(k)
		}
	}
	return nil
}

func (s *Server) addPolicy(r *Request) (Doc, error) {
	p := Doc{"ownerUid": r.user.uid, "uniqueName": strings.ToLower(r.text("name"))}
	if err := s.setPolicy(r, p); err != nil {
		return nil, err
	}
	return Doc{"policy": s.policyView(s.collab.policies.add(p))}, nil
}

func (s *Server) editPolicy(r *Request) (Doc, error) {
	p, err := own(r, &s.collab.policies, "policy")
	if err != nil {
		return nil, err
	}
	if err := s.setPolicy(r, p); err != nil {
		return nil, err
	}
	return Doc{"policy": s.policyView(p)}, nil
}

func (s *Server) deletePolicy(r *Request) (Doc, error) {
	p, err := own(r, &s.collab.policies, "policy")
	if err != nil {
		return nil, err
	}
	for _, role := range s.collab.roles.items {
		if slices.Contains(role["policyIds"].([]int), p["id"].(int)) {
			return nil, fail(CodeGeneral, "policy [%v] is in use", p["name"])
		}
	}
	s.collab.policies.remove(p["id"].(int))
	return nil, nil
}

func (s *Server) getPolicyMethods(r *Request) (Doc, error) {
	id := r.numberOr("policyId", 1)
	p, ok := s.collab.policies.get(id)
	if !ok || !mine(r, p) {
		return nil, notFound("policy", id)
	}
	return Doc{"behavior": "ALLOW", "tokenPermissions": rightItems(p["methods"].([]string))}, nil
}
