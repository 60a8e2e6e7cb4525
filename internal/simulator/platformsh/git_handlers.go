package platformsh

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

func gitRoutes() []Route {
	return []Route{
		{"GET /projects/{projectId}/git/refs", (*Server).listRefs},
		{"GET /projects/{projectId}/git/refs/{repositoryRefId}", (*Server).getRef},
		{"GET /projects/{projectId}/git/commits/{repositoryCommitId}", (*Server).getCommit},
		{"GET /projects/{projectId}/git/trees/{repositoryTreeId}", (*Server).getTree},
		{"GET /projects/{projectId}/git/blobs/{repositoryBlobId}", (*Server).getBlob},
	}
}

func gitHref(p *project, kind, id string) string {
	return "/api/projects/" + p.id + "/git/" + kind + "/" + strings.ReplaceAll(id, "/", "%2F")
}

func refView(p *project, name, sha string) Doc {
	return Doc{
		"id": name, "ref": "refs/" + name, "sha": sha, "object": Doc{"type": "commit", "sha": sha},
		"_links": links("self", gitHref(p, "refs", name)),
	}
}

func (s *Server) listRefs(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, name := range slices.Sorted(maps.Keys(p.repo.refs)) {
		out = append(out, refView(p, name, p.repo.refs[name]))
	}
	return OK(out)
}

// getRef wants the name without its leading refs/ and with the other slashes escaped: heads%2Fmain.
func (s *Server) getRef(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	name := r.Param("repositoryRefId")
	sha, ok := p.repo.refs[name]
	if !ok {
		return Response{}, NotFound("Ref", name)
	}
	return OK(refView(p, name, sha))
}

func (s *Server) getCommit(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	c, ok := p.repo.commits[r.Param("repositoryCommitId")]
	if !ok {
		return Response{}, NotFound("Commit", r.Param("repositoryCommitId"))
	}
	by := Doc{"date": stamp(c.author.at), "name": c.author.name, "email": c.author.email}
	parents := c.parents
	if parents == nil {
		parents = []string{}
	}
	return OK(Doc{
		"id": c.sha, "sha": c.sha, "author": by, "committer": by, "message": c.message, "tree": c.tree, "parents": parents,
		"_links": links("self", gitHref(p, "commits", c.sha)),
	})
}

func (s *Server) getTree(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	sha := r.Param("repositoryTreeId")
	entries, ok := p.repo.trees[sha]
	if !ok {
		return Response{}, NotFound("Tree", sha)
	}
	list := []Doc{}
	for _, e := range entries {
		list = append(list, Doc{"path": e.name, "mode": e.mode, "type": e.kind, "sha": e.sha})
	}
	return OK(Doc{"id": sha, "sha": sha, "tree": list, "_links": links("self", gitHref(p, "trees", sha))})
}

func (s *Server) getBlob(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	sha := r.Param("repositoryBlobId")
	content, ok := p.repo.blobs[sha]
	if !ok {
		return Response{}, NotFound("Blob", sha)
	}
	d := Doc{"id": sha, "sha": sha, "size": len(content), "encoding": "utf-8", "content": content, "_links": links("self", gitHref(p, "blobs", sha))}
	if !utf8.ValidString(content) {
		d["encoding"], d["content"] = "base64", base64.StdEncoding.EncodeToString([]byte(content))
	}
	return OK(d)
}
