package virtuozzo

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// layer is a node group of an environment: nodes of one stack that are scaled together.
type layer struct {
	name, displayName string
	slb               bool // reachable through the shared load balancer
	sequential        bool // deploy node after node
	delays            Doc  // seconds between two nodes, by kind
	data              Doc
	registry          Doc // url, repo, user, password; empty for the public one
	favorites         []Doc
	vmMemory, vmVCPU  int
}

// node is one container.
type node struct {
	id              int
	env             *environment
	layer           string
	template        *template
	tag             string
	displayName     string
	master          bool
	intIP           string
	extIPs          []string
	fixed, flexible int
	diskLimit       int
	vars            map[string]string
	cmd, entrypoint string
	volumes         []string
	files           files
	mounts          []Doc
	exported        []Doc
	messages        []Doc
	password        string
	packages        []string
	broken          string // why nothing can be written to it; empty when it is sound
	restarts        int
	deployed        time.Time // of the image
}

func nodeHandlers() handlers {
	return handlers{
		"environment/control.setnodedisplayname":    (*Server).setNodeDisplayName,
		"environment/control.setcloudletscountbyid": (*Server).setCloudlets,
		"environment/control.restartnodes":          (*Server).restartNodes,
		"environment/control.restartnodebyid":       (*Server).restartNode,
		"environment/control.restartcontainerbyid":  (*Server).restartContainer,
		"environment/control.restartservices":       (*Server).restartNodes,
		"environment/control.getsshaccessinfo":      (*Server).getSSHAccess,
		"environment/control.getsoftwarepackages":   (*Server).getPackages,
		"environment/control.skipmessage":           (*Server).skipMessage,
	}
}

// addNode gives an environment a node of a stack with the stack's files.
func (s *Server) addNode(e *environment, layerName string, t *template) *node {
	s.nextNode++
	n := &node{
		id: s.nextNode, env: e, layer: layerName, template: t, tag: t.tags[0], intIP: s.privateIP(), fixed: 1, flexible: 8, diskLimit: 10240,
		vars: map[string]string{}, volumes: slices.Clone(t.volumes), password: s.hex(12), cmd: t.cmd, deployed: e.created,
		master: !slices.ContainsFunc(e.nodes, func(x *node) bool { return x.layer == layerName }),
	}
	n.files.install(t, e.created)
	e.nodes = append(e.nodes, n)
	e.layer(layerName)
	return n
}

func (n *node) copyFrom(o *node) {
	n.tag, n.displayName, n.fixed, n.flexible, n.diskLimit = o.tag, o.displayName, o.fixed, o.flexible, o.diskLimit
	n.vars, n.cmd, n.entrypoint, n.volumes, n.files = maps.Clone(o.vars), o.cmd, o.entrypoint, slices.Clone(o.volumes), o.files.clone()
	n.password, n.packages = o.password, slices.Clone(o.packages)
}

func (s *Server) privateIP() string {
	s.nextIP++
	return fmt.Sprintf("10.101.%d.%d", s.nextIP/250, s.nextIP%250+1)
}

func (n *node) title() string {
	if n.displayName != "" {
		return n.displayName
	}
	return n.template.title
}

func (n *node) url() string { return fmt.Sprintf("http://node%d-%s", n.id, n.env.domain()) }

func (n *node) status() int {
	if n.broken != "" {
		return statusBroken
	}
	return n.env.statusNow()
}

func (n *node) view(d detail) Doc {
	out := Doc{
		"id": n.id, "name": n.template.title, "displayName": n.title(), "nodeGroup": n.layer, "nodeType": n.template.nodeType, "nodemission": n.template.mission,
		"ismaster": n.master, "status": n.status(), "intIP": n.intIP, "address": n.intIP, "extIPs": anySlice(n.extIPs), "version": n.tag,
		"fixedCloudlets": n.fixed, "flexibleCloudlets": n.flexible, "diskLimit": n.diskLimit, "url": n.url(), "osType": "LINUX", "type": "DOCKERIZED",
	}
	if d == basic {
		return out
	}
	maps.Copy(out, Doc{
		"adminUrl": n.url(), "engineType": n.template.engine, "activeEngine": Doc{"keyword": n.env.engine}, "envId": n.env.appid, "uid": n.env.uid,
		"maxchanks": n.flexible, "features": []any{"FIREWALL"}, "messages": anySlice(n.messages), "packages": anySlice(n.packageViews()),
		"endpoints": anySlice(n.env.endpoints.where(func(e Doc) bool { return e["nodeId"] == n.id })), "guestOSType": "LINUX", "hostOSType": "LINUX", "vType": "CT",
		"customitem": Doc{"dockerName": n.template.image, "dockerTag": n.tag, "dockerVolumes": anySlice(n.volumes)},
		// What the document says these answers may hold, so that masking has something to mask.
		"credential": Doc{"login": "root", "password": n.password},
	})
	return out
}

// node finds a node of an environment.
func (e *environment) node(id int) (*node, error) {
	for _, n := range e.nodes {
		if n.id == id {
			return n, nil
		}
	}
	return nil, notFound("node", id)
}

// layerNodes are the nodes of a layer.
func (e *environment) layerNodes(name string) []*node {
	var out []*node
	for _, n := range e.nodes {
		if n.layer == name {
			out = append(out, n)
		}
	}
	return out
}

// layer finds a layer, or makes it.
func (e *environment) layer(name string) *layer {
	for _, l := range e.layers {
		if l.name == name {
			return l
		}
	}
	l := &layer{name: name, slb: true, data: Doc{}, registry: Doc{}, delays: Doc{
		"restartNodeDelay": 30, "restartContainerDelay": 30, "redeployContainerDelay": 30, "redeployContextDelay": 30,
	}}
	e.layers = append(e.layers, l)
	return l
}

// hasLayer finds a layer that has nodes.
func (e *environment) hasLayer(name string) (*layer, error) {
	if len(e.layerNodes(name)) == 0 {
		return nil, notFound("node group", name)
	}
	return e.layer(name), nil
}

// targets are the nodes that a call is about: one id, a layer or all nodes of a stack, under the names that calls use for them.
func (s *Server) targets(r *Request) (*environment, []*node, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	if r.has("nodeId") || r.has("nodeid") {
		n, err := e.node(r.number("nodeId", "nodeid"))
		return e, []*node{n}, err
	}
	if name := r.text("nodeGroup"); name != "" {
		if _, err := e.hasLayer(name); err != nil {
			return nil, nil, err
		}
		return e, e.layerNodes(name), nil
	}
	if kind := r.text("nodeType", "nodetype"); kind != "" {
		var out []*node
		for _, n := range e.nodes {
			if n.template.nodeType == kind {
				out = append(out, n)
			}
		}
		if len(out) == 0 {
			return nil, nil, notFound("node of type", kind)
		}
		return e, out, nil
	}
	return nil, nil, invalid("nodeGroup", "or nodeId is required")
}

// runningTargets are targets that can be worked on now.
func (s *Server) runningTargets(r *Request) (*environment, []*node, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, nil, err
	}
	return e, nodes, e.running()
}

// sound is nil, or says why the node cannot do anything.
func (n *node) sound() error {
	if n.broken != "" {
		return fail(CodeNode, "node [%d]: %s", n.id, n.broken)
	}
	return nil
}

func (s *Server) setNodeDisplayName(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	nodes[0].displayName = r.text("displayName")
	return nil, nil
}

func (s *Server) setCloudlets(r *Request) (Doc, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	fixed, flexible := r.number("fixedCloudlets"), r.number("flexibleCloudlets")
	if err := cloudletLimits(fixed, flexible); err != nil {
		return nil, err
	}
	n := nodes[0]
	return s.begin(r, work{takes: 5 * time.Second, env: e, status: statusUpdating, finish: func(time.Time) (Doc, error) {
		n.fixed, n.flexible = fixed, flexible
		return nil, nil
	}})
}

func cloudletLimits(fixed, flexible int) error {
	switch {
	case fixed < 1:
		return invalid("fixedCloudlets", "is less than 1")
	case flexible > maxCloudlets:
		return invalid("flexibleCloudlets", fmt.Sprintf("is more than the quota of %d", maxCloudlets))
	case flexible < fixed:
		return invalid("flexibleCloudlets", "is less than fixedCloudlets")
	}
	return nil
}

// duration is how long something takes on nodes that are treated together, or one after the other with a pause.
func (r *Request) duration(each time.Duration, nodes int) time.Duration {
	if !r.flag("isSequential") {
		return each
	}
	return time.Duration(nodes)*each + time.Duration(nodes-1)*time.Duration(r.number("delay"))*time.Second
}

func (s *Server) restartNodes(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: r.duration(10*time.Second, len(nodes)), env: e, finish: func(time.Time) (Doc, error) {
		return perNode(nodes, (*node).restart)
	}})
}

func (n *node) restart() (Doc, error) {
	if err := n.sound(); err != nil {
		return Doc{"out": "", "errOut": n.broken, "exitStatus": 1}, err
	}
	n.restarts++
	return Doc{"out": "", "errOut": "", "exitStatus": 0}, nil
}

func (s *Server) restartNode(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	n := nodes[0]
	return s.begin(r, work{takes: 10 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		d, err := n.restart()
		if err != nil {
			return nil, err
		}
		d["nodeId"], d["name"] = n.id, n.title()
		return d, nil
	}})
}

func (s *Server) restartContainer(r *Request) (Doc, error) { return s.restartNode(r) }

func (s *Server) getSSHAccess(r *Request) (Doc, error) {
	for _, e := range s.visible(r) {
		n, err := e.node(r.number("nodeId"))
		if err != nil {
			continue
		}
		d := n.view(full)
		d["credential"] = Doc{"login": fmt.Sprintf("%d-%d", n.id, r.user.uid), "sshKey": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAdemo"}
		d["hn"] = Doc{"hostname": "hn1.jelastic.example", "sshCredential": Doc{"login": "root", "password": "hn-root-password"}, "ipsecKey": "hn-ipsec-key"}
		ips := []any{}
		for _, ip := range n.extIPs {
			ips = append(ips, Doc{"ipAddress": ip, "type": "IPV4", "appid": e.appid})
		}
		d["extIps"] = ips
		return Doc{"softNode": d}, nil
	}
	return nil, notFound("node", r.number("nodeId"))
}

// stackPackages are the packages that can be put on a node.
var stackPackages = []string{"git", "htop", "imagemagick", "ioncube"}

func (n *node) packageViews() []Doc {
	list := []Doc{}
	for _, p := range stackPackages {
		list = append(list, Doc{
			"name": p, "keyword": p, "packageName": p, "description": "Package " + p, "isInstalled": slices.Contains(n.packages, p),
			"documentationUrl": "https://docs.jelastic.example/packages/" + p, "requirements": []any{},
		})
	}
	return list
}

// getPackages lists what can be put on a node; all nodes have the same choice, the first one's when none is named.
func (s *Server) getPackages(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	nodes := e.nodes
	if r.text("nodeGroup", "nodeType") != "" {
		if _, nodes, err = s.targets(r); err != nil {
			return nil, err
		}
	}
	if len(nodes) == 0 {
		return array(nil)
	}
	return array(nodes[0].packageViews())
}

func (s *Server) skipMessage(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	for _, n := range e.nodes {
		if r.has("nodeId") && n.id != r.number("nodeId") {
			continue
		}
		before := len(n.messages)
		n.messages = slices.DeleteFunc(n.messages, func(m Doc) bool { return m["actionId"] == r.number("id") })
		if len(n.messages) < before {
			return nil, nil
		}
	}
	return nil, notFound("message", r.number("id"))
}
