package virtuozzo

import "time"

func passwordHandlers() handlers {
	return handlers{
		"environment/control.resetnodepassword":              (*Server).resetPassword,
		"environment/control.resetnodepasswordbyid":          (*Server).resetPassword,
		"environment/control.resetnodepasswordbytype":        (*Server).resetPassword,
		"environment/control.resetservicepassword":           (*Server).resetPassword,
		"environment/control.resetcontainerpasswordbyid":     (*Server).resetPassword,
		"environment/control.resetcontainerspasswordbygroup": (*Server).resetPassword,
	}
}

// resetPassword sets the given password or makes one, which goes out by mail and never in the answer.
func (s *Server) resetPassword(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	password := r.text("password")
	if password == "" {
		password = s.hex(12)
	}
	if len(password) < 6 {
		return nil, invalid("password", "is shorter than 6 characters")
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		for _, n := range nodes {
			n.password = password
		}
		return nil, nil
	}})
}
