package virtuozzo

import "maps"

func propertyHandlers() handlers {
	return handlers{
		"environment/control.getenvproperty":    (*Server).getProperty,
		"environment/control.addenvproperty":    (*Server).addProperty,
		"environment/control.applyenvproperty":  (*Server).applyProperty,
		"environment/control.removeenvproperty": (*Server).removeProperty,
	}
}

func (s *Server) getProperty(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if !r.has("propertyKeys") {
		return Doc{"object": e.properties}, nil
	}
	out := Doc{}
	for _, k := range r.list("propertyKeys") {
		if v, ok := e.properties[k]; ok {
			out[k] = v
		}
	}
	return Doc{"object": out}, nil
}

func (s *Server) envAndProperties(r *Request) (*environment, Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	d, err := r.object("properties")
	return e, d, err
}

// addProperty does not overwrite; applyProperty does.
func (s *Server) addProperty(r *Request) (Doc, error) {
	e, d, err := s.envAndProperties(r)
	if err != nil {
		return nil, err
	}
	for k := range d {
		if _, there := e.properties[k]; there {
			return nil, fail(CodeGeneral, "property [%s] exists already", k)
		}
	}
	maps.Copy(e.properties, d)
	return nil, nil
}

func (s *Server) applyProperty(r *Request) (Doc, error) {
	e, d, err := s.envAndProperties(r)
	if err != nil {
		return nil, err
	}
	maps.Copy(e.properties, d)
	return nil, nil
}

func (s *Server) removeProperty(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	for _, k := range r.list("propertyKeys") {
		if _, there := e.properties[k]; !there {
			return nil, notFound("property", k)
		}
	}
	for _, k := range r.list("propertyKeys") {
		delete(e.properties, k)
	}
	return nil, nil
}
