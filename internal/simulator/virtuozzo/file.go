package virtuozzo

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

func fileHandlers() handlers {
	return handlers{
		"environment/file.getlist":        (*Server).listFiles,
		"environment/file.read":           (*Server).readFile,
		"environment/file.create":         (*Server).createFile,
		"environment/file.write":          (*Server).writeFile,
		"environment/file.append":         (*Server).appendFile,
		"environment/file.replaceinbody":  (*Server).replaceInFile,
		"environment/file.delete":         (*Server).deleteFile,
		"environment/file.copy":           (*Server).copyFile,
		"environment/file.rename":         (*Server).renameFile,
		"environment/file.upload":         (*Server).uploadFile,
		"environment/file.unpackbyid":     (*Server).unpackFile,
		"environment/file.unpackbytype":   (*Server).unpackFile,
		"environment/file.getfavorites":   (*Server).getFavorites,
		"environment/file.addfavorite":    (*Server).addFavorite,
		"environment/file.removefavorite": (*Server).removeFavorite,
	}
}

// fileTargets are the nodes of a file call: all nodes of the environment's first layer when nothing narrows it down, only the
// master with masterOnly.
func (s *Server) fileTargets(r *Request) ([]*node, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if err := e.running(); err != nil {
		return nil, err
	}
	var nodes []*node
	if r.text("nodeId", "nodeid", "nodeGroup", "nodeType") != "" {
		_, nodes, err = s.targets(r)
		if err != nil {
			return nil, err
		}
	} else if len(e.nodes) > 0 {
		nodes = e.layerNodes(e.nodes[0].layer)
	}
	if r.flag("masterOnly") {
		nodes = slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return !n.master })
	}
	if len(nodes) == 0 {
		return nil, notFound("node of environment", e.name)
	}
	return nodes, nil
}

func (s *Server) listFiles(r *Request) (Doc, error) {
	nodes, err := s.fileTargets(r)
	if err != nil {
		return nil, err
	}
	n := nodes[0]
	dir := r.text("path")
	if dir == "" {
		dir = n.home()
	}
	f := n.files.get(dir)
	if f == nil || !f.dir {
		return nil, notFound("directory", dir)
	}
	list := []any{}
	for _, x := range n.files.list(dir) {
		if strings.Contains(x.name(), strings.Trim(r.text("filter"), "*")) {
			list = append(list, x.view())
		}
	}
	return Doc{"coreRootPath": n.home(), "directoryPathList": list, "keywords": Doc{"ROOT": list}}, nil
}

// home is where the file manager begins.
func (n *node) home() string {
	if n.template.webroot != "" {
		return n.template.webroot
	}
	return "/"
}

func (s *Server) readFile(r *Request) (Doc, error) {
	nodes, err := s.fileTargets(r)
	if err != nil {
		return nil, err
	}
	f := nodes[0].files.get(r.text("path"))
	if f == nil || f.dir {
		return nil, notFound("file", r.text("path"))
	}
	return Doc{"body": f.body}, nil
}

// eachFile changes files on every node that the call is about; the first failure is the answer's.
func (s *Server) eachFile(r *Request, do func(*node) error) (Doc, error) {
	nodes, err := s.fileTargets(r)
	if err != nil {
		return nil, err
	}
	return perNode(nodes, func(n *node) (Doc, error) {
		if n.broken != "" {
			return nil, n.sound()
		}
		return nil, do(n)
	})
}

func (s *Server) createFile(r *Request) (Doc, error) {
	p := r.text("path")
	d, err := s.eachFile(r, func(n *node) error {
		if n.files.get(p) != nil {
			return fail(CodeNode, "%s exists already", p)
		}
		if r.flag("isdir") {
			n.files.mkdir(p, r.Now)
		} else {
			n.files.write(p, "", r.Now)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	maps.Copy(d, Doc{"path": p, "isDirectory": r.flag("isdir"), "permission": "rw-r--r--", "user": "root"})
	return d, nil
}

func (s *Server) writeFile(r *Request) (Doc, error) {
	return s.eachFile(r, func(n *node) error {
		if f := n.files.get(r.text("path")); f != nil && f.dir {
			return fail(CodeNode, "%s is a directory", r.text("path"))
		}
		if r.flag("isAppendMode") {
			n.files.append(r.text("path"), r.text("body"), r.Now)
		} else {
			n.files.write(r.text("path"), r.text("body"), r.Now)
		}
		return nil
	})
}

func (s *Server) appendFile(r *Request) (Doc, error) {
	if !r.has("path") {
		return nil, invalid("path", "is required")
	}
	return s.eachFile(r, func(n *node) error {
		n.files.append(r.text("path"), r.text("body"), r.Now)
		return nil
	})
}

func (s *Server) replaceInFile(r *Request) (Doc, error) {
	pattern, err := regexp.Compile(r.text("pattern"))
	if err != nil {
		return nil, invalid("pattern", err.Error())
	}
	return s.eachFile(r, func(n *node) error {
		f := n.files.get(r.text("path"))
		if f == nil || f.dir {
			return notFound("file", r.text("path"))
		}
		count := 0
		f.body = pattern.ReplaceAllStringFunc(f.body, func(m string) string {
			count++
			if r.has("nth") && count != r.number("nth") {
				return m
			}
			return r.text("replacement")
		})
		f.modified = r.Now
		return nil
	})
}

func (s *Server) deleteFile(r *Request) (Doc, error) {
	return s.eachFile(r, func(n *node) error {
		if n.files.get(r.text("path")) == nil {
			return notFound("file", r.text("path"))
		}
		n.files.remove(r.text("path"))
		return nil
	})
}

// move copies a file or directory, and removes the source of a rename.
func (s *Server) move(r *Request, src, dst string, rename bool) (Doc, error) {
	return s.eachFile(r, func(n *node) error {
		if n.files.get(src) == nil {
			return notFound("file", src)
		}
		if n.files.get(dst) != nil {
			return fail(CodeNode, "%s exists already", dst)
		}
		n.files.copyTo(src, dst, r.Now)
		if rename {
			n.files.remove(src)
		}
		return nil
	})
}

func (s *Server) copyFile(r *Request) (Doc, error) {
	return s.move(r, r.text("src"), r.text("dest"), false)
}

func (s *Server) renameFile(r *Request) (Doc, error) {
	return s.move(r, r.text("oldPath"), r.text("newPath"), true)
}

func (s *Server) uploadFile(r *Request) (Doc, error) {
	nodes, err := s.fileTargets(r)
	if err != nil {
		return nil, err
	}
	src, dst := r.text("sourcePath"), r.text("destPath")
	return s.begin(r, work{takes: 5 * time.Second, env: nodes[0].env, finish: func(now time.Time) (Doc, error) {
		return perNode(nodes, func(n *node) (Doc, error) {
			if err := n.sound(); err != nil {
				return nil, err
			}
			if n.files.get(dst) != nil && !r.flag("overwrite") {
				return nil, fail(CodeNode, "%s exists already", dst)
			}
			n.files.write(dst, "content of "+src+"\n", now)
			return nil, nil
		})
	}})
}

func (s *Server) unpackFile(r *Request) (Doc, error) {
	nodes, err := s.fileTargets(r)
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 5 * time.Second, env: nodes[0].env, finish: func(now time.Time) (Doc, error) {
		return perNode(nodes, func(n *node) (Doc, error) {
			if n.files.get(r.text("sourcePath")) == nil {
				return nil, notFound("archive", r.text("sourcePath"))
			}
			n.files.write(r.text("destPath")+"/README", "unpacked\n", now)
			return nil, nil
		})
	}})
}

// favoritesOf finds the layer whose bookmarks a call is about.
func (s *Server) favoritesOf(r *Request) (*layer, error) {
	nodes, err := s.fileTargets(r)
	if err != nil {
		return nil, err
	}
	return nodes[0].env.layer(nodes[0].layer), nil
}

func (s *Server) getFavorites(r *Request) (Doc, error) {
	l, err := s.favoritesOf(r)
	if err != nil {
		return nil, err
	}
	return Doc{"favoriteList": anySlice(l.favorites)}, nil
}

func (s *Server) addFavorite(r *Request) (Doc, error) {
	l, err := s.favoritesOf(r)
	if err != nil {
		return nil, err
	}
	for _, f := range l.favorites {
		if f["path"] == r.text("path") {
			return nil, fail(CodeGeneral, "%s is a favorite already", r.text("path"))
		}
	}
	l.favorites = append(l.favorites, Doc{
		"id": len(l.favorites) + 1, "path": r.text("path"), "isDir": r.flagOr("isDir", true), "keyword": r.text("keyword"), "filter": r.text("filter"),
	})
	return nil, nil
}

func (s *Server) removeFavorite(r *Request) (Doc, error) {
	l, err := s.favoritesOf(r)
	if err != nil {
		return nil, err
	}
	before := len(l.favorites)
	l.favorites = slices.DeleteFunc(l.favorites, func(f Doc) bool { return f["path"] == r.text("path") })
	if len(l.favorites) == before {
		return nil, notFound("favorite", r.text("path"))
	}
	return nil, nil
}
