package virtuozzo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func sharingHandlers() handlers {
	return handlers{
		"users/collaboration.getcollaborationresources":       (*Server).getResources,
		"users/collaboration.getmemberresources":              (*Server).getMemberResources,
		"users/collaboration.getresourceroles":                (*Server).getResourceRoles,
		"users/collaboration.getcollaborationresourcemethods": (*Server).getResourceMethods,
		"users/collaboration.addresources":                    (*Server).addResources,
		"users/collaboration.setresource":                     (*Server).setResource,
		"users/collaboration.setresources":                    (*Server).setResources,
		"users/collaboration.deleteresources":                 (*Server).deleteResources,
		"users/collaboration.checkenvironmentrights":          (*Server).checkRights,
	}
}

func (s *Server) resourceView(x Doc) Doc {
	roles := []any{}
	for _, id := range x["roleIds"].([]int) {
		if role, ok := s.collab.roles.get(id); ok {
			roles = append(roles, s.roleView(role))
		}
	}
	return Doc{
		"result": 0, "id": x["id"], "collaborationId": x["collaborationId"], "ownerUid": x["ownerUid"], "memberId": x["collaborationId"], "uid": x["ownerUid"],
		"resourceId": x["resourceId"], "type": x["type"], "roleIds": anySlice(x["roleIds"].([]int)), "roles": roles,
	}
}

func (s *Server) resourceViews(keep func(Doc) bool) (Doc, error) {
	list := []any{}
	for _, x := range s.collab.resources.where(keep) {
		list = append(list, s.resourceView(x))
	}
	return Doc{"responses": list}, nil
}

// sees tells whether the caller owns a resource or was given it.
func (s *Server) sees(r *Request, x Doc) bool {
	m, _ := s.collab.members.get(x["collaborationId"].(int))
	return x["ownerUid"] == r.user.uid || m["memberUid"] == r.user.uid
}

func (s *Server) getResources(r *Request) (Doc, error) {
	return s.resourceViews(func(x Doc) bool {
		return s.sees(r, x) && (!r.has("collaborationId") || x["collaborationId"] == r.number("collaborationId")) && (!r.has("type") || x["type"] == r.text("type"))
	})
}

func (s *Server) getMemberResources(r *Request) (Doc, error) {
	return s.resourceViews(func(x Doc) bool {
		return x["ownerUid"] == r.user.uid && (!r.has("memberId") || x["collaborationId"] == r.number("memberId"))
	})
}

func (s *Server) getResourceRoles(r *Request) (Doc, error) {
	return s.resourceViews(func(x Doc) bool {
		return s.sees(r, x) && x["resourceId"] == r.text("resourceId") && (!r.has("resourceType") || x["type"] == r.text("resourceType"))
	})
}

func (s *Server) getResourceMethods(r *Request) (Doc, error) {
	if err := s.resourceExists(r, r.text("resourceType"), r.text("resourceId")); err != nil {
		return nil, err
	}
	rights := []string{"environment.*"} // the owner
	for _, x := range s.collab.resources.items {
		if x["resourceId"] == r.text("resourceId") && x["ownerUid"] != r.user.uid {
			rights = s.collab.rights(x["roleIds"].([]int))
		}
	}
	list := []any{}
	for _, c := range calls().sorted {
		if allows(rights, c.method()) {
			list = append(list, c.method())
		}
	}
	return Doc{"array": list}, nil
}

// ownMember finds a collaboration that the caller owns.
func (s *Server) ownMember(r *Request) (Doc, error) {
	id := r.number("collaborationId")
	m, ok := s.collab.members.get(id)
	if !ok || m["ownerUid"] != r.user.uid {
		return nil, notFound("collaboration", id)
	}
	return m, nil
}

// resourceExists is nil for an environment or group that the caller sees.
func (s *Server) resourceExists(r *Request, kind, id string) error {
	switch kind {
	case "ENV":
		_, err := s.envNamed(r, id)
		return err
	case "ENV_GROUP":
		_, err := s.group(id, r.user.uid)
		return err
	}
	return invalid("resourceType", "is neither ENV nor ENV_GROUP")
}

// newResource checks one item of resources: {resourceId, type, roleIds}.
func (s *Server) newResource(r *Request, m, given Doc) (Doc, error) {
	id, _ := given["resourceId"].(string)
	kind, _ := given["type"].(string)
	kind = cmp.Or(kind, "ENV")
	if err := s.resourceExists(r, kind, id); err != nil {
		return nil, err
	}
	raw := []int{}
	list, _ := given["roleIds"].([]any)
	for _, v := range list {
		n, _ := v.(float64)
		raw = append(raw, int(n))
	}
	if err := s.rolesExist(r, raw); err != nil {
		return nil, err
	}
	return Doc{"collaborationId": m["id"], "ownerUid": r.user.uid, "resourceId": id, "type": kind, "roleIds": raw}, nil
}

func (s *Server) rolesExist(r *Request, ids []int) error {
	if len(ids) == 0 {
		return invalid("roleIds", "is empty")
	}
	for _, id := range ids {
		if role, ok := s.collab.roles.get(id); !ok || !mine(r, role) {
			return notFound("role", id)
		}
	}
	return nil
}

// givenResources checks all of resources before one is kept.
func (s *Server) givenResources(r *Request) (Doc, []Doc, error) {
	m, err := s.ownMember(r)
	if err != nil {
		return nil, nil, err
	}
	list, err := r.objects("resources")
	if err != nil {
		return nil, nil, err
	}
	for i, given := range list {
		if list[i], err = s.newResource(r, m, given); err != nil {
			return nil, nil, err
		}
	}
	return m, list, nil
}

// share keeps a resource, in place of an older one of the same name.
func (s *Server) share(x Doc) Doc {
	s.collab.resources.removeWhere(func(o Doc) bool {
		return o["collaborationId"] == x["collaborationId"] && o["resourceId"] == x["resourceId"] && o["type"] == x["type"]
	})
	return s.collab.resources.add(x)
}

func (s *Server) shareAll(list []Doc) (Doc, error) {
	views := []any{}
	for _, x := range list {
		views = append(views, s.resourceView(s.share(x)))
	}
	return Doc{"responses": views}, nil
}

func (s *Server) addResources(r *Request) (Doc, error) {
	_, list, err := s.givenResources(r)
	if err != nil {
		return nil, err
	}
	return s.shareAll(list)
}

func (s *Server) setResources(r *Request) (Doc, error) {
	m, list, err := s.givenResources(r)
	if err != nil {
		return nil, err
	}
	s.collab.resources.removeWhere(func(o Doc) bool { return o["collaborationId"] == m["id"] })
	return s.shareAll(list)
}

func (s *Server) setResource(r *Request) (Doc, error) {
	m, err := s.ownMember(r)
	if err != nil {
		return nil, err
	}
	kind := cmp.Or(r.text("resourceType"), "ENV")
	if err := s.resourceExists(r, kind, r.text("resourceId")); err != nil {
		return nil, err
	}
	ids, err := r.ids("roleIds")
	if err != nil {
		return nil, err
	}
	if err := s.rolesExist(r, ids); err != nil {
		return nil, err
	}
	x := s.share(Doc{"collaborationId": m["id"], "ownerUid": r.user.uid, "resourceId": r.text("resourceId"), "type": kind, "roleIds": ids})
	return s.resourceView(x), nil
}

func (s *Server) deleteResources(r *Request) (Doc, error) {
	m, err := s.ownMember(r)
	if err != nil {
		return nil, err
	}
	ids, err := r.ids("ids")
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if x, ok := s.collab.resources.get(id); !ok || x["collaborationId"] != m["id"] {
			return nil, notFound("resource", id)
		}
	}
	s.collab.resources.removeWhere(func(x Doc) bool { return slices.Contains(ids, x["id"].(int)) })
	return nil, nil
}

// checkRights tells for which environments the caller may call the methods: all of them, or any with isAny.
func (s *Server) checkRights(r *Request) (Doc, error) {
	methods := r.list("serviceMethod")
	out := Doc{}
	for _, e := range s.envs {
		may := func(method string) bool {
			return e.uid == r.user.uid || s.collab.allows(e, r.user.uid, strings.ToLower(method))
		}
		ok := !slices.ContainsFunc(methods, func(m string) bool { return !may(m) })
		if r.flag("isAny") {
			ok = slices.ContainsFunc(methods, may)
		}
		if ok {
			out[e.name] = fmt.Sprint(ok)
		}
	}
	return Doc{"object": out}, nil
}
