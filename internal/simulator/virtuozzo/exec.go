package virtuozzo

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

func execHandlers() handlers {
	return handlers{
		"environment/control.execcmdbyid":    (*Server).execCommands,
		"environment/control.execcmdbygroup": (*Server).execCommands,
		"environment/control.restoredump":    (*Server).restoreDump,
	}
}

func (s *Server) execCommands(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	list, err := r.objects("commandList")
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, c := range list {
		command, _ := c["command"].(string)
		if command == "" {
			return nil, invalid("commandList", "has an item without command")
		}
		params, _ := c["params"].(string)
		lines = append(lines, strings.TrimSpace(command+" "+params))
	}
	if len(lines) == 0 {
		return nil, invalid("commandList", "is empty")
	}
	return s.begin(r, work{takes: time.Duration(len(lines)) * 2 * time.Second, env: e, finish: func(now time.Time) (Doc, error) {
		return perNode(nodes, func(n *node) (Doc, error) { return n.exec(lines, now) })
	}})
}

// exec runs the lines until one fails.
func (n *node) exec(lines []string, now time.Time) (Doc, error) {
	var out strings.Builder
	for _, line := range lines {
		text, problem, status := n.run(line, now)
		out.WriteString(text)
		if status != 0 {
			return Doc{"out": strings.TrimSuffix(out.String(), "\n"), "errOut": problem, "exitStatus": status}, fail(CodeNode, "node [%d]: command ended with status %d", n.id, status)
		}
	}
	return Doc{"out": strings.TrimSuffix(out.String(), "\n"), "errOut": "", "exitStatus": 0}, nil
}

// run is a shell of the few commands that people try first.
func (n *node) run(line string, now time.Time) (out, problem string, status int) {
	words := strings.Fields(line)
	arg := strings.Join(words[1:], " ")
	switch words[0] {
	case "echo":
		return strings.Trim(arg, `"'`) + "\n", "", 0
	case "hostname":
		return fmt.Sprintf("node%d-%s\n", n.id, n.env.domain()), "", 0
	case "whoami":
		return "root\n", "", 0
	case "date":
		return now.Format(time.UnixDate) + "\n", "", 0
	case "uptime":
		return " " + now.Format("15:04:05") + " up 12 days, load average: 0.08, 0.03, 0.01\n", "", 0
	case "php":
		return "PHP 8.2.26 (cli)\n", "", 0
	case "env", "printenv":
		return n.environ(), "", 0
	case "df":
		return n.diskFree(), "", 0
	case "true", "sync", "cd":
		return "", "", 0
	case "false":
		return "", "", 1
	case "exit":
		code, err := strconv.Atoi(arg)
		if err != nil {
			return "", "bash: exit: " + arg + ": numeric argument required", 2
		}
		return "", "", code
	case "mysqldump", "touch":
		return n.writes(words)
	case "cat", "ls", "tail", "head":
		return n.prints(words)
	}
	return "", "bash: " + words[0] + ": command not found", 127
}

func (n *node) environ() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(n.vars)) {
		fmt.Fprintf(&b, "%s=%s\n", k, n.vars[k])
	}
	return b.String()
}

func (n *node) diskFree() string {
	use := 18
	if n.broken != "" {
		use = 100
	}
	return fmt.Sprintf("Filesystem      Size  Used Avail Use%% Mounted on\n/dev/ploop1     %dM  %dM  %dM  %d%% /\n",
		n.diskLimit, n.diskLimit*use/100, n.diskLimit*(100-use)/100, use)
}

func (n *node) writes(words []string) (out, problem string, status int) {
	if n.broken != "" {
		return "", words[0] + ": No space left on device", 1
	}
	if words[0] == "touch" && len(words) > 1 {
		n.files.write(words[len(words)-1], "", time.Time{})
	}
	return "", "", 0
}

func (n *node) prints(words []string) (out, problem string, status int) {
	path := words[len(words)-1]
	f := n.files.get(path)
	switch {
	case len(words) == 1 && words[0] == "ls", words[0] == "ls" && f != nil && f.dir:
		for _, x := range n.files.list(path) {
			out += x.name() + "\n"
		}
		return out, "", 0
	case f == nil:
		return "", words[0] + ": cannot access '" + path + "': No such file or directory", 1
	case words[0] == "ls":
		return path + "\n", "", 0
	case f.dir:
		return "", words[0] + ": " + path + ": Is a directory", 1
	}
	return f.body, "", 0
}

// restoreDump loads a dump into a database: the file under /var/lib tells which one was last.
func (s *Server) restoreDump(r *Request) (Doc, error) {
	e, nodes, err := s.runningTargets(r)
	if err != nil {
		return nil, err
	}
	if nodes[0].template.mission != "sqldb" {
		return nil, invalid("nodeType", "is no database")
	}
	if !isWebURL(r.text("dumpUrl")) {
		return nil, invalid("dumpUrl", "is no http address")
	}
	return s.begin(r, work{takes: 30 * time.Second, env: e, status: statusRestoring, finish: func(now time.Time) (Doc, error) {
		n := nodes[0]
		if err := n.sound(); err != nil {
			return nil, err
		}
		n.files.append(n.template.logs[0], stamp(now)+" [Note] database "+r.text("dbName")+" restored from dump\n", now)
		return nil, nil
	}})
}

func isWebURL(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
