package virtuozzo

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Repositories are documents of a user: {id, uid, name, url, type, branch, login, keyId, description} and the password,
// which no answer shows.

func repoHandlers() handlers {
	return handlers{
		"environment/deployment.getrepos":   (*Server).getRepos,
		"environment/deployment.addrepo":    (*Server).addRepo,
		"environment/deployment.editrepo":   (*Server).editRepo,
		"environment/deployment.removerepo": (*Server).removeRepo,
	}
}

func repoView(d Doc) Doc {
	out := Doc{}
	for k, v := range d {
		if k != "password" && k != "uid" {
			out[k] = v
		}
	}
	return out
}

func (s *Server) repo(r *Request, id int) (Doc, error) {
	d, ok := s.repos.get(id)
	if !ok || d["uid"] != r.user.uid {
		return nil, notFound("repository", id)
	}
	return d, nil
}

func (s *Server) getRepos(r *Request) (Doc, error) {
	list := []Doc{}
	for _, d := range s.repos.items {
		if d["uid"] == r.user.uid && (!r.has("id") || d["id"] == r.number("id")) {
			list = append(list, repoView(d))
		}
	}
	return array(list)
}

func (s *Server) setRepo(r *Request, d Doc) error {
	if r.has("type") && !strings.EqualFold(r.text("type"), "git") && !strings.EqualFold(r.text("type"), "svn") {
		return invalid("type", "is neither GIT nor SVN")
	}
	if r.has("url") && !isRepoURL(r.text("url")) {
		return invalid("url", "is no address of a repository")
	}
	for _, k := range []string{"name", "url", "branch", "login", "password", "description"} {
		if r.has(k) {
			d[k] = r.text(k)
		}
	}
	if r.has("type") {
		d["type"] = strings.ToUpper(r.text("type"))
	}
	if r.has("keyId") {
		d["keyId"] = r.number("keyId")
	}
	return nil
}

func isRepoURL(u string) bool {
	return isWebURL(u) || strings.HasPrefix(u, "git@") || strings.HasPrefix(u, "ssh://") || strings.HasPrefix(u, "svn://")
}

func (s *Server) addRepo(r *Request) (Doc, error) {
	d := Doc{"uid": r.user.uid, "type": "GIT", "branch": "main"}
	if err := s.setRepo(r, d); err != nil {
		return nil, err
	}
	return Doc{"id": s.repos.add(d)["id"], "object": repoView(d)}, nil
}

func (s *Server) editRepo(r *Request) (Doc, error) {
	d, err := s.repo(r, r.number("id"))
	if err != nil {
		return nil, err
	}
	return nil, s.setRepo(r, d)
}

func (s *Server) removeRepo(r *Request) (Doc, error) {
	d, err := s.repo(r, r.number("id"))
	if err != nil {
		return nil, err
	}
	s.repos.remove(d["id"].(int))
	return nil, nil
}

// repoOf understands the repo parameter: an id, a name, an address or a JSON object with an address or id.
func (s *Server) repoOf(r *Request) (Doc, error) {
	v := r.text("repo")
	if id, err := strconv.Atoi(v); err == nil {
		return s.repo(r, id)
	}
	if isRepoURL(v) {
		return Doc{"url": v, "type": "GIT", "branch": "main"}, nil
	}
	var given struct {
		ID     int    `json:"id"`
		URL    string `json:"url"`
		Branch string `json:"branch"`
	}
	if json.Unmarshal([]byte(v), &given) == nil {
		if given.ID != 0 {
			return s.repo(r, given.ID)
		}
		if !isRepoURL(given.URL) {
			return nil, invalid("repo", "has neither id nor url")
		}
		return Doc{"url": given.URL, "type": "GIT", "branch": given.Branch}, nil
	}
	for _, d := range s.repos.items {
		if d["uid"] == r.user.uid && d["name"] == v {
			return d, nil
		}
	}
	return nil, notFound("repository", v)
}
