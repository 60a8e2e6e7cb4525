package virtuozzo

import (
	"slices"
	"time"
)

// Mount points are documents {nodeId, path, name, protocol, readOnly, sourceNodeId, sourceHost, sourcePath, type}. A mount
// from another node exports the folder there.

func mountHandlers() handlers {
	return handlers{
		"environment/file.getmountpoints":          (*Server).getMounts,
		"environment/file.addmountpointbyid":       (*Server).addMount,
		"environment/file.addmountpointbygroup":    (*Server).addMount,
		"environment/file.removemountpointbyid":    (*Server).removeMount,
		"environment/file.removemountpointbygroup": (*Server).removeMount,
		"environment/file.getexportedlist":         (*Server).getExported,
		"environment/file.removeexport":            (*Server).removeExport,
		"environment/file.checkcrossmount":         (*Server).checkCrossMount,
	}
}

// mountViews lists the mounts of the given nodes, of all nodes when nil.
func (e *environment) mountViews(nodes []*node) []any {
	if nodes == nil {
		nodes = e.nodes
	}
	out := []any{}
	for _, n := range nodes {
		out = append(out, anySlice(n.mounts)...)
	}
	return out
}

func (s *Server) getMounts(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	var nodes []*node
	if r.text("nodeId", "nodeGroup") != "" {
		if _, nodes, err = s.targets(r); err != nil {
			return nil, err
		}
	}
	return Doc{"array": e.mountViews(nodes)}, nil
}

// anyNode finds a node in all environments of the caller.
func (s *Server) anyNode(r *Request, id int) (*node, error) {
	for _, e := range s.owned(r.user.uid) {
		if n, err := e.node(id); err == nil {
			return n, nil
		}
	}
	return nil, notFound("node", id)
}

func (s *Server) addMount(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	var source *node
	kind := "EXTERNAL"
	if r.has("sourceNodeId") {
		if source, err = s.anyNode(r, r.number("sourceNodeId")); err != nil {
			return nil, err
		}
		kind = "INTERNAL"
	} else if !r.has("sourceHost") {
		return nil, invalid("sourceNodeId", "or sourceHost is required")
	}
	for _, n := range nodes {
		if slices.ContainsFunc(n.mounts, func(m Doc) bool { return m["path"] == clean(r.text("path")) }) {
			return nil, fail(2031, "node [%d] has a mount at %s already", n.id, r.text("path"))
		}
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		for _, n := range nodes {
			m := Doc{
				"nodeId": n.id, "path": clean(r.text("path")), "name": r.text("name"), "protocol": r.text("protocol"), "readOnly": r.flag("readOnly"),
				"sourcePath": clean(r.text("sourcePath")), "sourceHost": r.text("sourceHost"), "creator": "USER", "type": kind,
			}
			if source != nil {
				m["sourceNodeId"], m["sourceHost"] = source.id, source.intIP
				source.exported = append(source.exported, Doc{"path": m["sourcePath"], "clientNodeId": n.id, "clientPath": m["path"], "readOnly": m["readOnly"]})
			}
			n.mounts = append(n.mounts, m)
		}
		return nil, nil
	}})
}

func (s *Server) removeMount(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	p := clean(r.text("path"))
	at := func(m Doc) bool { return m["path"] == p }
	if !slices.ContainsFunc(nodes, func(n *node) bool { return slices.ContainsFunc(n.mounts, at) }) {
		return nil, notFound("mount point", p)
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		for _, n := range nodes {
			s.unmount(n, p)
		}
		return nil, nil
	}})
}

// unmount removes a mount and the export on the other side.
func (s *Server) unmount(n *node, p string) {
	n.mounts = slices.DeleteFunc(n.mounts, func(m Doc) bool { return m["path"] == p })
	for _, e := range s.envs {
		for _, o := range e.nodes {
			o.exported = slices.DeleteFunc(o.exported, func(x Doc) bool { return x["clientNodeId"] == n.id && x["clientPath"] == p })
		}
	}
}

func (s *Server) getExported(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	return array(slices.DeleteFunc(slices.Clone(nodes[0].exported), func(x Doc) bool { return r.has("path") && x["path"] != clean(r.text("path")) }))
}

func (s *Server) removeExport(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	client, err := s.anyNode(r, r.number("clientNodeId"))
	if err != nil {
		return nil, err
	}
	is := func(x Doc) bool {
		return x["path"] == clean(r.text("path")) && x["clientNodeId"] == client.id && x["clientPath"] == clean(r.text("clientPath"))
	}
	if !slices.ContainsFunc(nodes[0].exported, is) {
		return nil, notFound("export", r.text("path"))
	}
	s.unmount(client, clean(r.text("clientPath")))
	return nil, nil
}

func (s *Server) checkCrossMount(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	source, err := s.anyNode(r, r.number("sourceNodeId"))
	if err != nil {
		return nil, err
	}
	cross := slices.ContainsFunc(source.mounts, func(m Doc) bool { return m["sourceNodeId"] == nodes[0].id })
	return Doc{"object": cross}, nil
}
