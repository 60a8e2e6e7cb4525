package virtuozzo

import "time"

func statHandlers() handlers {
	return handlers{
		"environment/control.getstats":           (*Server).getStats,
		"environment/control.getsumstat":         (*Server).getSumStat,
		"environment/control.getallsumstatbyuid": (*Server).getAllSumStat,
	}
}

// maxIntervals bounds an answer, as a day by the second would be a flood.
const maxIntervals = 2000

// load invents figures for a node that depend on nothing but the node and the time, so that the same question has the
// same answer.
func (n *node) load(at time.Time, seconds int) Doc {
	wave := int(at.Unix()/300+int64(n.id)*7)%12 + 1
	if n.env.status != statusRunning && n.env.status != statusBroken {
		wave = 0
	}
	disk := n.diskLimit * 18 / 100
	if n.broken != "" {
		disk = n.diskLimit
	}
	return Doc{
		"duration": seconds, "cpu": wave * 120, "mem": wave * n.fixed * 16, "disk": disk, "disk_io_used": wave * 30, "iops_used": wave * 4,
		"netInExt": wave * 900, "netOutExt": wave * 4100, "netInInt": wave * 300, "netOutInt": wave * 310, "envId": n.env.appid, "nodeid": n.id, "dateTime": stamp(at),
	}
}

func sum(list []Doc) Doc {
	total := Doc{}
	for _, d := range list {
		for k, v := range d {
			n, ok := v.(int)
			if !ok || k == "duration" || k == "nodeid" {
				total[k] = v
				continue
			}
			before, _ := total[k].(int)
			total[k] = before + n
		}
	}
	delete(total, "nodeid")
	return total
}

func (s *Server) getStats(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	nodes := e.nodes
	if r.text("nodeid", "nodeGroup", "nodetype") != "" {
		if _, nodes, err = s.targets(r); err != nil {
			return nil, err
		}
	}
	end, err := r.when("endtime", r.Now)
	if err != nil {
		return nil, err
	}
	duration, interval := r.number("duration"), r.number("interval")
	switch {
	case duration <= 0:
		return nil, invalid("duration", "is not positive")
	case interval <= 0:
		return nil, invalid("interval", "is not positive")
	case duration/interval > maxIntervals:
		return nil, invalid("interval", "gives too many values")
	}
	list := []Doc{}
	for at := end.Add(-time.Duration(duration) * time.Second); at.Before(end); at = at.Add(time.Duration(interval) * time.Second) {
		for _, n := range nodes {
			list = append(list, n.load(at, interval))
		}
	}
	return Doc{"appid": e.appid, "status": e.statusNow(), "isTransferring": false, "stats": anySlice(list)}, nil
}

func (e *environment) sumStat(end time.Time, seconds int) Doc {
	list := []Doc{}
	for _, n := range e.nodes {
		list = append(list, n.load(end, seconds))
	}
	return Doc{"result": 0, "appid": e.appid, "status": e.statusNow(), "isTransferring": false, "stats": []any{sum(list)}}
}

func (s *Server) getSumStat(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	end, err := r.when("endtime", r.Now)
	if err != nil {
		return nil, err
	}
	return e.sumStat(end, r.number("duration")), nil
}

func (s *Server) getAllSumStat(r *Request) (Doc, error) {
	end, err := r.when("endtime", r.Now)
	if err != nil {
		return nil, err
	}
	if r.has("endtime") && !r.has("duration") {
		return nil, invalid("duration", "is required with endtime")
	}
	list := []any{}
	for _, e := range s.owned(r.user.uid) {
		if !r.has("envName") || e.name == r.text("envName") {
			list = append(list, e.sumStat(end, r.numberOr("duration", 3600)))
		}
	}
	return Doc{"responses": list}, nil
}
