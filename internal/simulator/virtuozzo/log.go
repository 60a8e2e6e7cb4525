package virtuozzo

import (
	"path"
	"strings"
)

func logHandlers() handlers {
	return handlers{
		"environment/control.getlogs":     (*Server).getLogs,
		"environment/control.getlogslist": (*Server).getLogsList,
		"environment/control.readlog":     (*Server).readLog,
		"environment/control.clearlog":    (*Server).clearLog,
		"environment/control.removelog":   (*Server).removeLog,
	}
}

// isLog tells log files from others: the log calls see nothing else.
func isLog(p string) bool { return strings.HasPrefix(p, "/var/log/") || strings.Contains(p, "/logs/") }

// logFiles are the log files of a node, in a folder when one is given. Logs can be read on broken and stopped nodes too.
func (s *Server) logFiles(r *Request) ([]*file, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	var out []*file
	var walk func(dir string)
	walk = func(dir string) {
		for _, f := range nodes[0].files.list(dir) {
			if f.dir {
				walk(f.path)
			} else if isLog(f.path) {
				out = append(out, f)
			}
		}
	}
	walk(clean(r.text("path")))
	return out, nil
}

func rotated(f *file) bool { return strings.HasSuffix(f.path, ".gz") }

func (s *Server) getLogs(r *Request) (Doc, error) {
	list, err := s.logFiles(r)
	if err != nil {
		return nil, err
	}
	views := []any{}
	keywords := Doc{}
	for _, f := range list {
		views = append(views, f.view())
		dir := path.Dir(f.path)
		group, _ := keywords[dir].([]any)
		keywords[dir] = append(group, f.view())
	}
	return Doc{"coreRootPath": "/var/log", "directoryPathList": views, "keywords": keywords}, nil
}

func (s *Server) getLogsList(r *Request) (Doc, error) {
	list, err := s.logFiles(r)
	if err != nil {
		return nil, err
	}
	dirs, groups, old := Doc{}, Doc{}, Doc{}
	for _, f := range list {
		dir := path.Dir(f.path)
		into, key := dirs, dir
		if rotated(f) {
			into = old
		}
		entries, _ := into[key].([]any)
		into[key] = append(entries, f.view())
		if name := path.Base(dir); !rotated(f) {
			entries, _ := groups[name].([]any)
			groups[name] = append(entries, f.view())
		}
	}
	return Doc{"path": "/var/log", "directories": dirs, "groups": groups, "rotatedLogs": old}, nil
}

func (s *Server) logFile(r *Request) (*node, *file, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, nil, err
	}
	f := nodes[0].files.get(r.text("path"))
	if f == nil || f.dir || !isLog(f.path) {
		return nil, nil, notFound("log file", r.text("path"))
	}
	return nodes[0], f, nil
}

// readLog gives a window of characters; linescount is the length of the whole file in the same unit.
func (s *Server) readLog(r *Request) (Doc, error) {
	_, f, err := s.logFile(r)
	if err != nil {
		return nil, err
	}
	text := []rune(f.body)
	from := r.number("from")
	if from < 0 || r.number("count") < 0 {
		return nil, invalid("from", "or count is negative")
	}
	from = min(from, len(text))
	to := min(len(text), from+r.numberOr("count", len(text)))
	return Doc{"body": string(text[from:to]), "linescount": len(text)}, nil
}

func (s *Server) clearLog(r *Request) (Doc, error) {
	_, f, err := s.logFile(r)
	if err != nil {
		return nil, err
	}
	f.body, f.modified = "", r.Now
	return nil, nil
}

func (s *Server) removeLog(r *Request) (Doc, error) {
	n, f, err := s.logFile(r)
	if err != nil {
		return nil, err
	}
	n.files.remove(f.path)
	return nil, nil
}
