package platformsh

import "time"

// accounts is the state of organizations, users, teams, billing, access and invitations.
type accounts struct{}

// accountRoutes joins the route tables of that half.
func accountRoutes() []Route { return nil }

// seedAccounts fills it. It runs before seedProjects.
func (s *Server) seedAccounts(time.Time) { s.accounts = &accounts{} }

// findUser resolves a user by id, email or user name. The legacy access lists of projects use it.
func (s *Server) findUser(string) (Doc, bool) { return nil, false }

// projectGone forgets grants, invitations and the subscription of a deleted project.
func (s *Server) projectGone(string) {}
