package virtuozzo

import (
	"maps"
	"slices"
)

// Groups are documents {id, uid, name, color, icon, visibility, hierarchy, isIsolated}; environments hold group names.

func groupHandlers() handlers {
	return handlers{
		"environment/group.getgroups":           (*Server).getGroups,
		"environment/group.creategroup":         (*Server).createGroup,
		"environment/group.editgroup":           (*Server).editGroup,
		"environment/group.removegroup":         (*Server).removeGroup,
		"environment/group.setisolationenabled": (*Server).setIsolation,
		"environment/group.attachenv":           (*Server).attachGroups,
		"environment/group.detachenv":           (*Server).detachGroups,
		"environment/group.setenv":              (*Server).setGroups,
		"environment/control.attachenvgroup":    (*Server).attachGroups,
		"environment/control.detachenvgroup":    (*Server).detachGroups,
		"environment/control.setenvgroup":       (*Server).setGroups,
	}
}

func (s *Server) group(name string, uid int) (Doc, error) {
	for _, g := range s.groups.items {
		if g["name"] == name && g["uid"] == uid {
			return g, nil
		}
	}
	return nil, notFound("environment group", name)
}

// knownGroups is nil when all groups exist.
func (s *Server) knownGroups(names []string, uid int) error {
	for _, n := range names {
		if _, err := s.group(n, uid); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) getGroups(r *Request) (Doc, error) {
	e := r.environment(s)
	return array(s.groups.where(func(g Doc) bool {
		return g["uid"] == r.user.uid && (e == nil || slices.Contains(e.groups, g["name"].(string)))
	}))
}

func groupData(r *Request) (Doc, error) {
	return r.objectOf("data", "name", "color", "icon", "visibility", "hierarchy")
}

func (s *Server) createGroup(r *Request) (Doc, error) {
	d, err := groupData(r)
	if err != nil {
		return nil, err
	}
	name, _ := d["name"].(string)
	if r.has("envGroup") {
		name = r.text("envGroup")
	}
	if name == "" {
		return nil, invalid("envGroup", "is required")
	}
	if _, err := s.group(name, r.user.uid); err == nil {
		return nil, fail(CodeGeneral, "environment group [%s] exists already", name)
	}
	g := Doc{"color": "#6bb1e1", "visibility": "SHOW"}
	maps.Copy(g, d)
	maps.Copy(g, Doc{"uid": r.user.uid, "name": name, "isIsolated": false})
	s.groups.add(g)
	return s.getGroups(r)
}

func (s *Server) editGroup(r *Request) (Doc, error) {
	g, err := s.group(r.text("srcGroupName"), r.user.uid)
	if err != nil {
		return nil, err
	}
	d, err := groupData(r)
	if err != nil {
		return nil, err
	}
	delete(d, "name")
	if to := r.text("dstGroupName"); to != "" && to != g["name"] {
		if _, err := s.group(to, r.user.uid); err == nil {
			return nil, fail(CodeGeneral, "environment group [%s] exists already", to)
		}
		for _, e := range s.owned(r.user.uid) {
			if i := slices.Index(e.groups, g["name"].(string)); i >= 0 {
				e.groups[i] = to
			}
		}
		d["name"] = to
	}
	maps.Copy(g, d)
	return s.getGroups(r)
}

func (s *Server) removeGroup(r *Request) (Doc, error) {
	g, err := s.group(r.text("envGroup"), r.user.uid)
	if err != nil {
		return nil, err
	}
	for _, e := range s.owned(r.user.uid) {
		e.groups = slices.DeleteFunc(e.groups, func(n string) bool { return n == g["name"] })
	}
	s.groups.remove(g["id"].(int))
	return nil, nil
}

func (s *Server) setIsolation(r *Request) (Doc, error) {
	g, err := s.group(r.text("groupName"), r.user.uid)
	if err != nil {
		return nil, err
	}
	g["isIsolated"] = r.flag("enabled")
	return nil, nil
}

// envAndGroups are what the attach, detach and set calls are about.
func (s *Server) envAndGroups(r *Request) (*environment, []string, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	names := r.list("envGroup")
	return e, names, s.knownGroups(names, e.uid)
}

func (s *Server) attachGroups(r *Request) (Doc, error) {
	e, names, err := s.envAndGroups(r)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if !slices.Contains(e.groups, n) {
			e.groups = append(e.groups, n)
		}
	}
	return nil, nil
}

func (s *Server) detachGroups(r *Request) (Doc, error) {
	e, names, err := s.envAndGroups(r)
	if err != nil {
		return nil, err
	}
	e.groups = slices.DeleteFunc(e.groups, func(n string) bool { return slices.Contains(names, n) })
	return nil, nil
}

func (s *Server) setGroups(r *Request) (Doc, error) {
	e, names, err := s.envAndGroups(r)
	if err != nil {
		return nil, err
	}
	e.groups = names
	return array(s.groups.where(func(g Doc) bool { return g["uid"] == e.uid && slices.Contains(names, g["name"].(string)) }))
}
