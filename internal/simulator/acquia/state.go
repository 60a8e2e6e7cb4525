package acquia

import "slices"

// EnvironmentState is what tests look at, contents included that the API does not show.
type EnvironmentState struct {
	Name      string
	Label     string
	Code      string            // the deployed branch or tag
	Version   string            // of PHP or Node.js
	Files     string            // what the files hold: "files of prod"
	Databases map[string]string // what each holds: "portal of prod"; "empty" after an erase
	Backups   map[string]int    // number by database
	Variables map[string]string
	Domains   []string
}

// Environment returns the state of an environment as of now.
func (s *Server) Environment(id string) (EnvironmentState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.now())
	n := s.root.in("environments").get(id)
	if n == nil || isMEO(n) {
		return EnvironmentState{}, false
	}
	runtime, _ := runtimes(n)
	st := EnvironmentState{Name: n.text("name"), Label: n.text("label"), Code: n.text("vcs.path"), Version: n.text("configuration." + runtime + ".version"),
		Files: n.data, Databases: map[string]string{}, Backups: map[string]int{}, Variables: map[string]string{}}
	for _, db := range n.in("databases").nodes {
		st.Databases[db.id], st.Backups[db.id] = db.data, len(db.in("backups").nodes)
	}
	for _, v := range n.in("variables").nodes {
		st.Variables[v.id] = v.text("value")
	}
	for _, d := range n.in("domains").nodes {
		st.Domains = append(st.Domains, d.id)
	}
	return st, true
}

// RevokeTokens ends all access tokens, so that the next call of a client is answered 401.
func (s *Server) RevokeTokens() { s.auth.access.RevokeAll() }

// TokensIssued counts the access tokens handed out so far; tests of single-flight renewal look at it.
func (s *Server) TokensIssued() int { return s.auth.access.Issued() }

// Scopes returns the scope parameters of all token requests that succeeded, oldest first; empty where there was none.
func (s *Server) Scopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.auth.scopes)
}
