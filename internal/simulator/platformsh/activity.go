package platformsh
import "time"
type activity struct{}
type activityQueue struct{}
func (q *activityQueue) dropProject(string) {}
func (s *Server) settle(time.Time) {}
type environment struct{}
type repository struct{}
func (s *Server) newProject(n NewProject, now time.Time) *project { return &project{id: n.ID} }
func (s *Server) seedProjects(time.Time) {}
