package virtuozzo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

func topologyHandlers() handlers {
	return handlers{
		"environment/control.createenvironment": (*Server).createEnvironment,
		"environment/control.changetopology":    (*Server).changeTopology,
	}
}

// topologyEnv and topologyNode are the JSON of createenvironment and changetopology. Fields that change nothing here are
// accepted and forgotten; the real service has many more than its document tells.
type topologyEnv struct {
	ShortDomain string `json:"shortdomain"`
	DisplayName string `json:"displayName"`
	Engine      string `json:"engine"`
	Region      string `json:"region"`
	SSLState    *bool  `json:"sslstate"`
	HA          *bool  `json:"ishaenabled"`
}

type topologyNode struct {
	NodeType    string `json:"nodeType"`
	NodeGroup   string `json:"nodeGroup"`
	Tag         string `json:"tag"`
	Count       *int   `json:"count"`
	Fixed       int    `json:"fixedCloudlets"`
	Flexible    int    `json:"flexibleCloudlets"`
	DiskLimit   int    `json:"diskLimit"`
	ExtIP       bool   `json:"extip"`
	DisplayName string `json:"displayName"`
	Docker      struct {
		Image     string            `json:"image"`
		NodeGroup string            `json:"nodeGroup"`
		Cmd       string            `json:"cmd"`
		Env       map[string]string `json:"env"`
		Registry  Doc               `json:"registry"`
	} `json:"docker"`

	template *template
}

// count is how many nodes the layer has; one when it is not said.
func (t *topologyNode) count() int {
	if t.Count == nil {
		return 1
	}
	return *t.Count
}

func (r *Request) topology() (topologyEnv, []*topologyNode, error) {
	var e topologyEnv
	var nodes []*topologyNode
	if err := json.Unmarshal([]byte(r.text("env")), &e); err != nil {
		return e, nil, invalid("env", err.Error())
	}
	if err := json.Unmarshal([]byte(r.text("nodes")), &nodes); err != nil {
		return e, nil, invalid("nodes", err.Error())
	}
	return e, nodes, nil
}

// checkTopology completes the layers and says what is wrong with them.
func checkTopology(e topologyEnv, nodes []*topologyNode) error {
	if e.Region != "" && !isRegion(e.Region) {
		return invalid("region", fmt.Sprintf("%q is none of those that getregions lists", e.Region))
	}
	total := 0
	seen := map[string]bool{}
	for _, n := range nodes {
		if err := n.complete(); err != nil {
			return err
		}
		if seen[n.NodeGroup] {
			return invalid("nodes", fmt.Sprintf("has the layer %q twice", n.NodeGroup))
		}
		seen[n.NodeGroup] = true
		if n.count() < 0 {
			return invalid("count", "is negative")
		}
		total += n.count()
		if err := cloudletLimits(n.Fixed, n.Flexible); err != nil {
			return err
		}
	}
	if total == 0 {
		return invalid("nodes", "has no node")
	}
	if total > maxNodes {
		return fail(CodeBilling, "%d nodes are more than the quota of %d", total, maxNodes)
	}
	return nil
}

func (t *topologyNode) complete() error {
	if t.Docker.Image != "" && t.NodeType == "" {
		t.NodeType = "docker"
	}
	t.template = findTemplate(t.NodeType)
	if t.template == nil {
		return invalid("nodeType", fmt.Sprintf("%q is none of those that gettemplates lists", t.NodeType))
	}
	if t.NodeType == "docker" {
		image, _, _ := strings.Cut(t.Docker.Image, ":")
		if _, ok := publicImages[image]; !ok {
			return fail(CodeGeneral, "image [%s] is not found in its registry", t.Docker.Image)
		}
	}
	if t.Tag != "" && !slices.Contains(t.template.tags, t.Tag) {
		return invalid("tag", fmt.Sprintf("%q is no tag of %s", t.Tag, t.NodeType))
	}
	if t.NodeGroup == "" {
		t.NodeGroup = t.Docker.NodeGroup
	}
	if t.NodeGroup == "" {
		t.NodeGroup = t.template.mission
	}
	if t.Fixed == 0 {
		t.Fixed = 1
	}
	if t.Flexible == 0 {
		t.Flexible = max(8, t.Fixed)
	}
	return nil
}

// createEnvironment runs through the scripting engine: what is wrong with the topology shows only inside response.
func (s *Server) createEnvironment(r *Request) (Doc, error) {
	spec, nodes, err := r.topology()
	if err != nil {
		return nil, err
	}
	if spec.ShortDomain == "" {
		spec.ShortDomain = "env-" + s.hex(7)
	}
	for _, check := range []func() error{
		func() error { return s.validName(spec.ShortDomain) },
		func() error { return checkTopology(spec, nodes) },
		func() error { return s.roomForEnv(r.user.uid) },
		func() error { return s.knownGroups(r.list("envGroups"), r.user.uid) },
	} {
		if err := check(); err != nil {
			return scripted(nil, err)
		}
	}
	e := s.addEnv(spec.ShortDomain, r.user.uid, r.Now)
	e.displayName, e.groups = spec.DisplayName, r.list("envGroups")
	return s.begin(r, work{takes: 90 * time.Second, env: e, status: statusCreating, nested: true, finish: func(now time.Time) (Doc, error) {
		s.applyTopology(e, spec, nodes, now)
		return s.info(r, e, full), nil
	}})
}

// changeTopology gives the environment exactly the layers of the call: what is left out is deleted.
func (s *Server) changeTopology(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	spec, nodes, err := r.topology()
	if err != nil {
		return nil, err
	}
	if err := checkTopology(spec, nodes); err != nil {
		return scripted(nil, err)
	}
	if e.status == statusStopped {
		return scripted(nil, fail(CodeNode, "environment [%s] is stopped, start it first", e.name))
	}
	return s.begin(r, work{takes: time.Minute, env: e, status: statusUpdating, nested: true, finish: func(now time.Time) (Doc, error) {
		s.applyTopology(e, spec, nodes, now)
		return s.info(r, e, full), nil
	}})
}

func (s *Server) applyTopology(e *environment, spec topologyEnv, want []*topologyNode, now time.Time) {
	if spec.Region != "" {
		e.region = spec.Region
	}
	if spec.Engine != "" {
		e.engine = spec.Engine
	}
	if spec.SSLState != nil {
		e.builtinSSL = *spec.SSLState
	}
	if spec.HA != nil {
		e.ha = *spec.HA
	}
	counts := map[string]int{}
	for _, t := range want {
		counts[t.NodeGroup] = t.count()
	}
	kept := map[string]int{}
	e.nodes = slices.DeleteFunc(e.nodes, func(n *node) bool {
		kept[n.layer]++
		return kept[n.layer] > counts[n.layer]
	})
	for _, t := range want {
		for range t.count() - len(e.layerNodes(t.NodeGroup)) {
			s.addNode(e, t.NodeGroup, t.template).deployed = now
		}
		for _, n := range e.layerNodes(t.NodeGroup) {
			s.applyLayer(n, t)
		}
		e.layer(t.NodeGroup).registry = registryOf(t)
	}
	e.projects = slices.DeleteFunc(e.projects, func(p *project) bool { return counts[p.layer] == 0 })
}

func (s *Server) applyLayer(n *node, t *topologyNode) {
	n.template = t.template
	n.fixed, n.flexible = t.Fixed, t.Flexible
	if t.Tag != "" {
		n.tag = t.Tag
	} else if _, tag, ok := strings.Cut(t.Docker.Image, ":"); ok {
		n.tag = tag
	}
	if t.DiskLimit > 0 {
		n.diskLimit = t.DiskLimit
	}
	if t.DisplayName != "" {
		n.displayName = t.DisplayName
	}
	if t.Docker.Cmd != "" {
		n.cmd = t.Docker.Cmd
	}
	for k, v := range t.Docker.Env {
		n.vars[k] = v
	}
	if t.ExtIP && len(n.extIPs) == 0 {
		n.extIPs = append(n.extIPs, s.publicIP())
	}
}

func registryOf(t *topologyNode) Doc {
	d := Doc{}
	if t.Docker.Image != "" {
		d["repo"] = t.Docker.Image
	}
	for _, k := range []string{"url", "user", "password"} {
		if v, ok := t.Docker.Registry[k]; ok {
			d[k] = v
		}
	}
	return d
}
