package platformsh

import (
	"strings"
	"time"
)

// The old access lists of projects and environment types. user-access, team-access and invitations have replaced them.
func legacyAccessRoutes() []Route {
	var table []Route
	for base, id := range map[string]string{
		" /projects/{projectId}/access":                                       "projectAccessId",
		" /projects/{projectId}/environment-types/{environmentTypeId}/access": "environmentTypeAccessId",
	} {
		table = append(table,
			Route{"GET" + base, (*Server).listLegacyAccess},
			Route{"POST" + base, (*Server).addLegacyAccess},
			Route{"GET" + base + "/{" + id + "}", (*Server).getLegacyAccess},
			Route{"PATCH" + base + "/{" + id + "}", (*Server).patchLegacyAccess},
			Route{"DELETE" + base + "/{" + id + "}", (*Server).deleteLegacyAccess},
		)
	}
	return table
}

type legacyAccess struct {
	project *project
	list    *Collection
	href    string
	roles   []string
	id      string
}

func (s *Server) legacyAccess(r *Request) (legacyAccess, error) {
	if r.Param("environmentTypeId") == "" {
		p, err := s.project(r)
		if err != nil {
			return legacyAccess{}, err
		}
		return legacyAccess{p, &p.access, "/api/projects/" + p.id + "/access", []string{"admin", "viewer"}, r.Param("projectAccessId")}, nil
	}
	p, kind, err := s.environmentType(r)
	if err != nil {
		return legacyAccess{}, err
	}
	return legacyAccess{p, p.typeAccess[kind], "/api/projects/" + p.id + "/environment-types/" + kind + "/access", []string{"admin", "contributor", "viewer"},
		r.Param("environmentTypeAccessId")}, nil
}

func (l legacyAccess) view(d Doc) Doc {
	out := clone(d)
	href := l.href + "/" + d["id"].(string)
	out["_links"] = links("self", href, "#edit", href, "#delete", href)
	return out
}

func (s *Server) listLegacyAccess(r *Request) (Response, error) {
	l, err := s.legacyAccess(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, d := range l.list.All() {
		out = append(out, l.view(d))
	}
	return OK(out)
}

func (s *Server) oneLegacyAccess(r *Request) (legacyAccess, Doc, error) {
	l, err := s.legacyAccess(r)
	if err != nil {
		return l, nil, err
	}
	d, ok := l.list.Get(l.id)
	if !ok {
		return l, nil, NotFound("Access", l.id)
	}
	return l, d, nil
}

func (s *Server) getLegacyAccess(r *Request) (Response, error) {
	l, d, err := s.oneLegacyAccess(r)
	if err != nil {
		return Response{}, err
	}
	return OK(l.view(d))
}

func newLegacyAccess(p *project, user, role string, now time.Time) Doc {
	return Doc{"id": user, "user": user, "role": role, "project": p.id, "created_at": stamp(now), "updated_at": stamp(now)}
}

func (s *Server) addLegacyAccess(r *Request) (Response, error) {
	l, err := s.legacyAccess(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("role", String, l.roles...), Opt("user", String), Opt("email", Email))
	if err != nil {
		return Response{}, err
	}
	field, who := "user", ""
	for _, f := range []string{"user", "email"} {
		if v, ok := body[f].(string); ok {
			field, who = f, v
		}
	}
	if who == "" {
		return Response{}, InvalidField("user", "Either user or email is required.")
	}
	user, ok := s.findUser(who)
	if !ok {
		return Response{}, InvalidField(field, "There is no user %q.", who)
	}
	id, _ := user["id"].(string)
	if _, there := l.list.Get(id); there {
		return Response{}, Conflict("The user has access already.")
	}
	d := newLegacyAccess(l.project, id, body["role"].(string), r.Now)
	l.list.Put(id, d)
	return s.legacyAccessChanged(r, l, "add", d)
}

func (s *Server) legacyAccessChanged(r *Request, l legacyAccess, verb string, d Doc) (Response, error) {
	kind := "project.access." + verb
	if strings.Contains(l.href, "/environment-types/") {
		kind = "environment.access." + verb
	}
	acts := s.start(r, l.project, work{kind: kind, text: "changed access to the project: " + verb + " " + s.userName(d["user"].(string)), log: []string{"Updating access"}})
	return s.accepted(r, l.view(d), acts)
}

func (s *Server) patchLegacyAccess(r *Request) (Response, error) {
	l, d, err := s.oneLegacyAccess(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("role", String, l.roles...))
	if err != nil {
		return Response{}, err
	}
	merge(d, body)
	d["updated_at"] = stamp(r.Now)
	return s.legacyAccessChanged(r, l, "update", d)
}

func (s *Server) deleteLegacyAccess(r *Request) (Response, error) {
	l, d, err := s.oneLegacyAccess(r)
	if err != nil {
		return Response{}, err
	}
	if d["user"] == l.project.doc["owner"] {
		return Response{}, Forbidden("The owner of a project keeps access to it.")
	}
	l.list.Delete(l.id)
	return s.legacyAccessChanged(r, l, "remove", d)
}
