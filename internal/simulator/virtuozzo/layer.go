package virtuozzo

import (
	"maps"
	"time"
)

func layerHandlers() handlers {
	return handlers{
		"environment/control.getnodegroups":           (*Server).getLayers,
		"environment/nodegroup.get":                   (*Server).getLayer,
		"environment/control.editnodegroup":           (*Server).editLayer,
		"environment/control.setnodegroupdisplayname": (*Server).setLayerDisplayName,
		"environment/nodegroup.applydata":             (*Server).applyLayerData,
		"environment/control.applynodegroupdata":      (*Server).applyLayerData,
		"environment/nodegroup.setoptions":            (*Server).setLayerOptions,
		"environment/nodegroup.setslbaccessenabled":   (*Server).setLayerAccess,
		"environment/control.setslbaccessenabled":     (*Server).setLayerAccess,
	}
}

func (e *environment) layerView(l *layer) Doc {
	contexts := []any{}
	for _, p := range e.projects {
		if p.layer == l.name {
			contexts = append(contexts, p.contextView())
		}
	}
	d := Doc{
		"name": l.name, "displayName": l.displayName, "scalingMode": "STATELESS", "isSLBAccessEnabled": l.slb, "isSequentialDeploy": l.sequential,
		"templateType": "DOCKERIZED", "vType": "CT", "deployments": contexts, "vmMemory": l.vmMemory, "vmVCPU": l.vmVCPU,
	}
	maps.Copy(d, l.delays)
	maps.Copy(d, l.data)
	return d
}

func (e *environment) layerViews() []any {
	out := []any{}
	for _, l := range e.layers {
		if len(e.layerNodes(l.name)) > 0 {
			out = append(out, e.layerView(l))
		}
	}
	return out
}

func (s *Server) getLayers(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": e.layerViews()}, nil
}

// theLayer is the environment and layer that a call names in nodeGroup.
func (s *Server) theLayer(r *Request, name string) (*environment, *layer, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	l, err := e.hasLayer(name)
	return e, l, err
}

func (s *Server) getLayer(r *Request) (Doc, error) {
	e, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	return Doc{"nodeGroup": e.layerView(l)}, nil
}

func (s *Server) editLayer(r *Request) (Doc, error) {
	d, err := r.object("nodeGroup")
	if err != nil {
		return nil, err
	}
	name, _ := d["name"].(string)
	_, l, err := s.theLayer(r, name)
	if err != nil {
		return nil, err
	}
	return nil, l.apply(d)
}

// apply merges settings: known ones where they belong, others into the metadata.
func (l *layer) apply(d Doc) error {
	for k, v := range d {
		switch _, isDelay := l.delays[k]; {
		case k == "name":
		case isDelay:
			seconds, ok := v.(float64)
			if !ok || seconds < 0 {
				return invalid(k, "is no number of seconds")
			}
			l.delays[k] = seconds
		case k == "isSequentialDeploy":
			l.sequential = v == true
		case k == "isSLBAccessEnabled":
			l.slb = v == true
		case k == "displayName":
			l.displayName, _ = v.(string)
		default:
			l.data[k] = v
		}
	}
	return nil
}

func (s *Server) setLayerDisplayName(r *Request) (Doc, error) {
	_, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	l.displayName = r.text("displayName")
	return nil, nil
}

func (s *Server) applyLayerData(r *Request) (Doc, error) {
	_, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	d, err := r.object("data")
	if err != nil {
		return nil, err
	}
	return nil, l.apply(d)
}

func (s *Server) setLayerOptions(r *Request) (Doc, error) {
	e, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	d, err := r.object("options")
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 20 * time.Second, env: e, status: statusUpdating, finish: func(time.Time) (Doc, error) {
		for k, v := range d {
			n, _ := v.(float64)
			switch k {
			case "vmMemory":
				l.vmMemory = int(n)
			case "vmVCPU":
				l.vmVCPU = int(n)
			default:
				return nil, invalid("options", "has the unknown option "+k)
			}
		}
		return nil, nil
	}})
}

func (s *Server) setLayerAccess(r *Request) (Doc, error) {
	e, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 3 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		l.slb = r.flag("enabled")
		return nil, nil
	}})
}
