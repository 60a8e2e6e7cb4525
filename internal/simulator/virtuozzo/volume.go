package virtuozzo

import (
	"slices"
	"strings"
	"time"
)

func volumeHandlers() handlers {
	return handlers{
		"environment/control.getcontainervolumesbyid":      (*Server).getVolumes,
		"environment/control.getcontainervolumesbygroup":   (*Server).getVolumes,
		"environment/control.addcontainervolume":           (*Server).addVolume,
		"environment/control.addcontainervolumebygroup":    (*Server).addVolume,
		"environment/control.addcontainervolumes":          (*Server).addVolumes,
		"environment/control.removecontainervolume":        (*Server).removeVolume,
		"environment/control.removecontainervolumebygroup": (*Server).removeVolume,
		"environment/control.removecontainervolumes":       (*Server).removeVolumes,
	}
}

func (s *Server) getVolumes(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": anySlice(nodes[0].volumes)}, nil
}

// volumeWork changes volumes of nodes; the calls for one volume answer for one node, the others per node.
func (s *Server) volumeWork(r *Request, paths []string, single bool, do func(*node, string) error) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if !strings.HasPrefix(p, "/") {
			return nil, invalid("path", "is not absolute")
		}
	}
	each := func(n *node) (Doc, error) {
		for _, p := range paths {
			if err := do(n, p); err != nil {
				return Doc{"out": "", "errOut": err.Error(), "exitStatus": 1}, err
			}
		}
		return Doc{"out": "", "errOut": "", "exitStatus": 0}, nil
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		if !single {
			return perNode(nodes, each)
		}
		d, err := Doc(nil), error(nil)
		for _, n := range nodes {
			if d, err = each(n); err != nil {
				return nil, err
			}
			d["nodeId"] = n.id
		}
		return d, nil
	}})
}

func (n *node) addVolume(path string) error {
	if slices.Contains(n.volumes, path) {
		return fail(CodeNode, "node [%d] has the volume %s already", n.id, path)
	}
	n.volumes = append(n.volumes, path)
	return nil
}

func (n *node) removeVolume(path string) error {
	i := slices.Index(n.volumes, path)
	if i < 0 {
		return notFound("volume", path)
	}
	n.volumes = slices.Delete(n.volumes, i, i+1)
	return nil
}

func (s *Server) addVolume(r *Request) (Doc, error) {
	return s.volumeWork(r, []string{r.text("path")}, true, (*node).addVolume)
}

func (s *Server) removeVolume(r *Request) (Doc, error) {
	return s.volumeWork(r, []string{r.text("path")}, true, (*node).removeVolume)
}

func (s *Server) addVolumes(r *Request) (Doc, error) {
	return s.volumeWork(r, r.list("volumes"), false, (*node).addVolume)
}

func (s *Server) removeVolumes(r *Request) (Doc, error) {
	return s.volumeWork(r, r.list("volumes"), false, (*node).removeVolume)
}
