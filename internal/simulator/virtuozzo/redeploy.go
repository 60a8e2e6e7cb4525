package virtuozzo

import (
	"slices"
	"strings"
	"time"
)

func redeployHandlers() handlers {
	return handlers{
		"environment/control.redeploycontainers":        (*Server).redeploy,
		"environment/control.redeploycontainerbyid":     (*Server).redeploy,
		"environment/control.redeploycontainersbygroup": (*Server).redeploy,
		"environment/control.getnodetags":               (*Server).getNodeTags,
		"environment/control.getcontainernodetags":      (*Server).getContainerNodeTags,
	}
}

// redeploy replaces the containers by ones of another tag. Files outside volumes come from the image again; those inside stay
// only with useExistingVolumes.
func (s *Server) redeploy(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	tag, keep := r.text("tag"), r.flag("useExistingVolumes")
	if !slices.Contains(nodes[0].tags(), tag) {
		return nil, fail(CodeNode, "tag [%s] is not found for %s", tag, nodes[0].template.image)
	}
	return s.begin(r, work{takes: r.duration(40*time.Second, len(nodes)), env: e, status: statusUpdating, finish: func(now time.Time) (Doc, error) {
		return perNode(nodes, func(n *node) (Doc, error) {
			old := n.files
			n.files = files{}
			n.files.install(n.template, now)
			if keep {
				n.files.keepVolumes(old, n.volumes)
			}
			n.tag, n.deployed, n.broken = tag, now, ""
			n.restarts++
			return Doc{"out": "redeployed to " + tag, "errOut": "", "exitStatus": 0}, nil
		})
	}})
}

// tags are the image tags of a node, its own included.
func (n *node) tags() []string {
	tags := slices.Clone(n.template.tags)
	if n.template.nodeType == "docker" {
		repo, _ := n.env.layer(n.layer).registry["repo"].(string)
		image, _, _ := strings.Cut(repo, ":")
		tags = slices.Clone(publicImages[image])
	}
	if !slices.Contains(tags, n.tag) {
		tags = append(tags, n.tag)
	}
	return tags
}

func (s *Server) getNodeTags(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	list := []Doc{}
	for _, t := range nodes[0].tags() {
		list = append(list, Doc{"name": t, "isRedeployable": true})
	}
	return array(list)
}

func (s *Server) getContainerNodeTags(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": anySlice(nodes[0].tags())}, nil
}
