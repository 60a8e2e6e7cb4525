package platformsh

import (
	"crypto/sha1" //nolint:gosec // git names objects by SHA-1
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// repository is a small Git object store. Ids are real: a client that checks hashes would find them right.
type repository struct {
	blobs   map[string]string
	trees   map[string][]treeEntry
	commits map[string]*commit
	refs    map[string]string // heads/main → commit; without the leading refs/
}

type treeEntry struct{ mode, kind, name, sha string }

type commit struct {
	sha, tree, message string
	parents            []string
	author             signature
}

type signature struct {
	name, email string
	at          time.Time
}

func newRepository() *repository {
	return &repository{blobs: map[string]string{}, trees: map[string][]treeEntry{}, commits: map[string]*commit{}, refs: map[string]string{}}
}

func gitHash(kind string, data []byte) string {
	h := sha1.New() //nolint:gosec // git names objects by SHA-1
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// commitFiles stores a complete tree and a commit of it.
func (g *repository) commitFiles(files map[string]string, message string, by signature, parents ...string) string {
	c := &commit{tree: g.putTree(files), message: message, parents: parents, author: by}
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.tree)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	for _, role := range []string{"author", "committer"} {
		fmt.Fprintf(&b, "%s %s <%s> %d +0000\n", role, by.name, by.email, by.at.Unix())
	}
	fmt.Fprintf(&b, "\n%s", message)
	c.sha = gitHash("commit", []byte(b.String()))
	g.commits[c.sha] = c
	return c.sha
}

func (g *repository) putTree(files map[string]string) string {
	var entries []treeEntry
	folders := map[string]map[string]string{}
	for path, content := range files {
		if dir, rest, ok := strings.Cut(path, "/"); ok {
			if folders[dir] == nil {
				folders[dir] = map[string]string{}
			}
			folders[dir][rest] = content
			continue
		}
		sha := gitHash("blob", []byte(content))
		g.blobs[sha] = content
		entries = append(entries, treeEntry{"100644", "blob", path, sha})
	}
	for dir, inside := range folders {
		entries = append(entries, treeEntry{"040000", "tree", dir, g.putTree(inside)})
	}
	slices.SortFunc(entries, func(a, b treeEntry) int { return strings.Compare(a.sortKey(), b.sortKey()) })
	var b []byte
	for _, e := range entries {
		raw, err := hex.DecodeString(e.sha)
		if err != nil {
			panic(err) // gitHash made it
		}
		b = fmt.Appendf(b, "%s %s\x00", strings.TrimPrefix(e.mode, "0"), e.name)
		b = append(b, raw...)
	}
	sha := gitHash("tree", b)
	g.trees[sha] = entries
	return sha
}

// sortKey orders folders as if their names ended in a slash, as git does.
func (e treeEntry) sortKey() string {
	if e.kind == "tree" {
		return e.name + "/"
	}
	return e.name
}

// files returns the content of a commit by path.
func (g *repository) files(sha string) map[string]string {
	out := map[string]string{}
	if c, ok := g.commits[sha]; ok {
		g.collect(c.tree, "", out)
	}
	return out
}

func (g *repository) collect(tree, prefix string, out map[string]string) {
	for _, e := range g.trees[tree] {
		if e.kind == "tree" {
			g.collect(e.sha, prefix+e.name+"/", out)
		} else {
			out[prefix+e.name] = g.blobs[e.sha]
		}
	}
}

// head returns the commit of a branch, or an empty string.
func (g *repository) head(branch string) string { return g.refs["heads/"+branch] }

func (g *repository) setHead(branch, sha string) { g.refs["heads/"+branch] = sha }

func (g *repository) ancestors(sha string) map[string]bool {
	seen := map[string]bool{}
	todo := []string{sha}
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		c, ok := g.commits[next]
		if !ok || seen[next] {
			continue
		}
		seen[next] = true
		todo = append(todo, c.parents...)
	}
	return seen
}

// divergence counts the commits that only a or only b has.
func (g *repository) divergence(a, b string) (ahead, behind int) {
	if a == b {
		return 0, 0
	}
	ofA, ofB := g.ancestors(a), g.ancestors(b)
	for sha := range ofA {
		if !ofB[sha] {
			ahead++
		}
	}
	for sha := range ofB {
		if !ofA[sha] {
			behind++
		}
	}
	return ahead, behind
}

// mergeInto brings source into target and returns the new head of target: fast-forward where possible, else a merge
// commit in which the files of source win.
func (g *repository) mergeInto(target, source string, by signature) string {
	ahead, behind := g.divergence(source, target)
	switch {
	case ahead == 0:
		return target
	case behind == 0:
		return source
	}
	files := g.files(target)
	maps.Copy(files, g.files(source))
	return g.commitFiles(files, "Merge "+source[:7], by, target, source)
}

// rebase puts the own content of source on top of target.
func (g *repository) rebase(source, target string, by signature) string {
	ahead, behind := g.divergence(source, target)
	switch {
	case behind == 0:
		return source
	case ahead == 0:
		return target
	}
	files := g.files(target)
	maps.Copy(files, g.files(source))
	return g.commitFiles(files, g.commits[source].message, by, target)
}
