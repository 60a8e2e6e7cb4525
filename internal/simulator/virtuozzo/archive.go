package virtuozzo

import (
	"cmp"
	"time"
)

func archiveHandlers() handlers {
	return handlers{
		"environment/deployment.deployarchive": (*Server).deployArchive,
		"environment/control.deployapp":        (*Server).deployArchive,
		"environment/control.renameapp":        (*Server).renameApp,
		"environment/control.removeapp":        (*Server).undeploy,
	}
}

func (s *Server) deployArchive(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	h, err := hooks(r)
	if err != nil {
		return nil, err
	}
	if !isWebURL(r.text("fileUrl")) {
		return nil, invalid("fileUrl", "is no http address")
	}
	p := &project{
		context: cmp.Or(r.text("context"), "ROOT"), layer: cmp.Or(r.text("nodeGroup"), "cp"), kind: "ARCHIVE",
		archive: r.text("fileName"), url: r.text("fileUrl"), settings: Doc{}, hooks: h,
	}
	if err := e.canDeploy(p.layer); err != nil {
		return nil, err
	}
	nodes := e.layerNodes(p.layer)
	return s.begin(r, work{takes: r.duration(30*time.Second, len(nodes)), env: e, status: statusUpdating, finish: func(now time.Time) (Doc, error) {
		e.deploy(p, s.hex(40), now)
		return perNode(nodes, func(*node) (Doc, error) {
			return Doc{"out": "deployed " + p.archive, "errOut": "", "exitStatus": 0}, nil
		})
	}})
}

func (s *Server) renameApp(r *Request) (Doc, error) {
	return s.moveContext(r, r.text("oldcontext"), r.text("newcontext"))
}
