package virtuozzo

import (
	"maps"
	"strings"
)

func endpointHandlers() handlers {
	return handlers{
		"environment/control.getendpoints":    (*Server).getEndpoints,
		"environment/control.addendpoint":     (*Server).addEndpoint,
		"environment/control.editendpoint":    (*Server).editEndpoint,
		"environment/control.removeendpoint":  (*Server).removeEndpoint,
		"environment/control.addportredirect": (*Server).addRedirect,
	}
}

func (s *Server) getEndpoints(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return array(e.endpoints.where(func(d Doc) bool { return !r.has("nodeId") || d["nodeId"] == r.number("nodeId") }))
}

// endpoint checks the parameters that adding and editing share.
func endpoint(r *Request) (Doc, error) {
	protocol := strings.ToUpper(r.text("protocol"))
	if protocol != "TCP" && protocol != "UDP" {
		return nil, invalid("protocol", "is neither TCP nor UDP")
	}
	if p := r.number("privatePort"); p < 1 || p > 65535 {
		return nil, invalid("privatePort", "is no port")
	}
	return Doc{"name": r.text("name"), "protocol": protocol, "privatePort": r.number("privatePort")}, nil
}

func (s *Server) addEndpoint(r *Request) (Doc, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	d, err := endpoint(r)
	if err != nil {
		return nil, err
	}
	d["nodeId"], d["domain"] = nodes[0].id, "node"+strings.TrimPrefix(nodes[0].url(), "http://node")
	e.endpoints.add(d)
	d["publicPort"] = 11000 + d["id"].(int)
	return Doc{"object": d}, nil
}

func (s *Server) editEndpoint(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	old, ok := e.endpoints.get(r.number("id"))
	if !ok {
		return nil, notFound("endpoint", r.number("id"))
	}
	d, err := endpoint(r)
	if err != nil {
		return nil, err
	}
	maps.Copy(old, d)
	return Doc{"object": old}, nil
}

func (s *Server) removeEndpoint(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if !e.endpoints.remove(r.number("id")) {
		return nil, notFound("endpoint", r.number("id"))
	}
	return nil, nil
}

func (s *Server) addRedirect(r *Request) (Doc, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"srcPort", "dstPort"} {
		if p := r.number(name); p < 1 || p > 65535 {
			return nil, invalid(name, "is no port")
		}
	}
	e.redirects.add(Doc{"nodeId": nodes[0].id, "protocol": r.text("protocol"), "srcPort": r.number("srcPort"), "dstPort": r.number("dstPort"), "comment": r.text("comment")})
	return nil, nil
}
