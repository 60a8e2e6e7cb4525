package virtuozzo

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// files is the file system of a node, as far as somebody may look into it. Directories of files exist by themselves.
type files map[string]*file

type file struct {
	path     string
	dir      bool
	body     string
	modified time.Time
}

func (f *file) name() string { return path.Base(f.path) }

func (f *file) view() Doc {
	kind := "FILE"
	if f.dir {
		kind = "DIRECTORY"
	}
	return Doc{
		"name": f.name(), "absolutePath": f.path, "isDir": f.dir, "length": len(f.body), "lastModified": stamp(f.modified), "permission": "rw-r--r--",
		"fileType": kind, "isExported": false, "isRoot": f.path == "/",
	}
}

func clean(p string) string { return path.Clean("/" + p) }

// get returns a file or directory, or nil.
func (fs files) get(p string) *file {
	p = clean(p)
	if f, ok := fs[p]; ok {
		return f
	}
	for name := range fs {
		if p == "/" || strings.HasPrefix(name, p+"/") {
			return &file{path: p, dir: true, modified: fs[name].modified}
		}
	}
	return nil
}

// list returns what is directly in a directory, by name.
func (fs files) list(dir string) []*file {
	dir = clean(dir)
	prefix := strings.TrimSuffix(dir, "/") + "/"
	seen := map[string]*file{}
	for name := range fs {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || rest == "" {
			continue
		}
		first, _, _ := strings.Cut(rest, "/")
		seen[prefix+first] = fs.get(prefix + first)
	}
	var out []*file
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, seen[k])
	}
	return out
}

func (fs *files) write(p, body string, now time.Time) {
	if *fs == nil {
		*fs = files{}
	}
	p = clean(p)
	(*fs)[p] = &file{path: p, body: body, modified: now}
}

func (fs *files) append(p, body string, now time.Time) {
	if f := fs.get(p); f != nil {
		body = f.body + body
	}
	fs.write(p, body, now)
}

func (fs *files) mkdir(p string, now time.Time) {
	p = clean(p)
	fs.write(p, "", now)
	(*fs)[p].dir = true
}

// remove deletes a file, or a directory with all in it.
func (fs files) remove(p string) {
	p = clean(p)
	maps.DeleteFunc(fs, func(name string, _ *file) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

// copyTo copies a file or a tree.
func (fs files) copyTo(src, dst string, now time.Time) {
	src, dst = clean(src), clean(dst)
	for name, f := range maps.Clone(fs) {
		if name == src || strings.HasPrefix(name, src+"/") {
			to := dst + strings.TrimPrefix(name, src)
			fs[to] = &file{path: to, dir: f.dir, body: f.body, modified: now}
		}
	}
}

func (fs files) clone() files {
	out := files{}
	for k, f := range fs {
		c := *f
		out[k] = &c
	}
	return out
}

// install puts the files of a stack's image in place.
func (fs *files) install(t *template, now time.Time) {
	for _, l := range t.logs {
		fs.write(l, stamp(now)+" service started\n", now)
	}
	fs.write("/etc/jelastic/metainf.conf", "COMPUTE_TYPE="+t.nodeType+"\n", now)
	if t.webroot != "" {
		fs.write(t.webroot+"/index.php", "<?php echo 'It works';\n", now)
	}
	for _, v := range t.volumes {
		if fs.get(v) == nil {
			fs.mkdir(v, now)
		}
	}
}

// keepVolumes takes what is below the volumes from an older container.
func (fs *files) keepVolumes(old files, volumes []string) {
	for _, v := range volumes {
		fs.remove(v)
		for name, f := range old {
			if name == v || strings.HasPrefix(name, v+"/") {
				(*fs)[name] = f
			}
		}
	}
}
