package virtuozzo

import (
	"fmt"
	"slices"
	"time"
)

func addressHandlers() handlers {
	return handlers{
		"environment/binder.attachextip":   (*Server).attachIP,
		"environment/binder.detachextip":   (*Server).detachIP,
		"environment/binder.setextipcount": (*Server).setIPCount,
		"environment/binder.moveextips":    (*Server).moveIPs,
		"environment/binder.swapextips":    (*Server).swapIPs,
	}
}

// publicIP hands out addresses of a range for documentation (RFC 5737).
func (s *Server) publicIP() string {
	s.nextIP++
	return fmt.Sprintf("198.51.100.%d", s.nextIP%250+1)
}

// ipWork changes public addresses.
func (s *Server) ipWork(r *Request, e *environment, do func() (Doc, error)) (Doc, error) {
	return s.begin(r, work{takes: 10 * time.Second, env: e, finish: func(time.Time) (Doc, error) { return do() }})
}

func (s *Server) attachIP(r *Request) (Doc, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	if t := r.text("type"); t != "" && t != "ipv4" && t != "ipv6" {
		return nil, invalid("type", "is neither ipv4 nor ipv6")
	}
	return s.ipWork(r, e, func() (Doc, error) {
		ip := s.publicIP()
		if r.text("type") == "ipv6" {
			ip = fmt.Sprintf("2001:db8::%x", s.nextIP)
		}
		nodes[0].extIPs = append(nodes[0].extIPs, ip)
		return Doc{"object": ip}, nil
	})
}

func (s *Server) detachIP(r *Request) (Doc, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(nodes[0].extIPs, r.text("ip")) {
		return nil, notFound("public IP", r.text("ip"))
	}
	return s.ipWork(r, e, func() (Doc, error) {
		nodes[0].extIPs = slices.DeleteFunc(nodes[0].extIPs, func(x string) bool { return x == r.text("ip") })
		return nil, nil
	})
}

func (s *Server) setIPCount(r *Request) (Doc, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	if t := r.text("type"); t != "ipv4" && t != "ipv6" {
		return nil, invalid("type", "is neither ipv4 nor ipv6")
	}
	count := r.number("count")
	if count < 0 || count > 5 {
		return nil, invalid("count", "is not within 0 and 5")
	}
	return s.ipWork(r, e, func() (Doc, error) {
		all := Doc{}
		for _, n := range nodes {
			for len(n.extIPs) < count {
				n.extIPs = append(n.extIPs, s.publicIP())
			}
			n.extIPs = n.extIPs[:count]
			list := []any{}
			for _, ip := range n.extIPs {
				list = append(list, Doc{"ipAddress": ip, "type": "IPV4", "appid": e.appid})
			}
			all[itoa(n.id)] = list
		}
		return Doc{"ipAddresses": all}, nil
	})
}

// twoNodes are source and target of moves and swaps.
func (s *Server) twoNodes(r *Request) (e *environment, src, dst *node, err error) {
	if e, err = s.env(r); err != nil {
		return nil, nil, nil, err
	}
	if src, err = e.node(r.number("sourceNodeId")); err != nil {
		return nil, nil, nil, err
	}
	dst, err = s.anyNode(r, r.number("targetNodeId"))
	return e, src, dst, err
}

func nodesAnswer(nodes ...*node) Doc {
	list := []any{}
	for _, n := range nodes {
		list = append(list, n.view(basic))
	}
	return Doc{"nodes": list, "isFiltered": false}
}

func (s *Server) moveIPs(r *Request) (Doc, error) {
	e, src, dst, err := s.twoNodes(r)
	if err != nil {
		return nil, err
	}
	ips := r.list("ips")
	for _, ip := range ips {
		if !slices.Contains(src.extIPs, ip) {
			return nil, notFound("public IP", ip)
		}
	}
	return s.ipWork(r, e, func() (Doc, error) {
		src.extIPs = slices.DeleteFunc(src.extIPs, func(ip string) bool { return slices.Contains(ips, ip) })
		dst.extIPs = append(dst.extIPs, ips...)
		return nodesAnswer(src, dst), nil
	})
}

// swapIPs exchanges the named addresses, or all of them.
func (s *Server) swapIPs(r *Request) (Doc, error) {
	e, src, dst, err := s.twoNodes(r)
	if err != nil {
		return nil, err
	}
	i, j := slices.Index(src.extIPs, r.text("sourceIp")), slices.Index(dst.extIPs, r.text("targetIp"))
	if r.has("sourceIp") && i < 0 {
		return nil, notFound("public IP", r.text("sourceIp"))
	}
	if r.has("targetIp") && j < 0 {
		return nil, notFound("public IP", r.text("targetIp"))
	}
	return s.ipWork(r, e, func() (Doc, error) {
		if r.has("sourceIp") && r.has("targetIp") {
			src.extIPs[i], dst.extIPs[j] = dst.extIPs[j], src.extIPs[i]
		} else {
			src.extIPs, dst.extIPs = dst.extIPs, src.extIPs
		}
		return nodesAnswer(src, dst), nil
	})
}
