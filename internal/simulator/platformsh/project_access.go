package platformsh

import (
	"net/http"
	"slices"
	"strings"
)

// authorize checks what the user may do below one project. Reading takes any permission on it; changing an environment takes
// contributor or admin on its type; everything else takes admin on the project.
func (s *Server) authorize(r *Request, template string) error {
	if !strings.HasPrefix(template, "/projects/{projectId}") {
		return nil // user-access, team-access and invitations check for themselves
	}
	p, err := s.project(r)
	if err != nil {
		return err
	}
	have := s.projectPermissions(p.id, r.UserID)
	if len(have) == 0 {
		return Forbidden("You do not have access to this project.")
	}
	if r.HTTP.Method == http.MethodGet || slices.Contains(have, "admin") {
		return nil
	}
	e := p.env(r.Param("environmentId"))
	if e == nil {
		return Forbidden("This takes the role admin on the project.")
	}
	kind, _ := e.doc["type"].(string)
	if slices.Contains(have, kind+":admin") || slices.Contains(have, kind+":contributor") {
		return nil
	}
	return Forbidden("This takes the role contributor or admin on environments of type " + kind + ".")
}
