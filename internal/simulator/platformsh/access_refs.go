package platformsh

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

func accessRefRoutes() []Route {
	return []Route{
		{"GET /ref/users", refHandler("users", (*Server).refUser)},
		{"GET /ref/teams", refHandler("teams", (*Server).refTeam)},
		{"GET /ref/organizations", refHandler("organizations", (*Server).refOrganization)},
		{"GET /ref/projects", refHandler("projects", (*Server).refProject)},
		{"GET /ref/regions", refHandler("regions", (*Server).refRegion)},
	}
}

// maxRefs is how many ids one reference link names; a page with more gets several links.
const maxRefs = 50

// addRefs adds links such as ref:users:0 for the ids under a field of the items of a page.
func (s *Server) addRefs(r *Request, page Doc, kind, field string) {
	docs, _ := page["items"].([]Doc)
	s.linkRefs(r, page, docs, kind, field)
}

// linkRefs is addRefs for some of the items. The signature keeps clients from asking about ids they have not been shown.
func (s *Server) linkRefs(r *Request, page Doc, docs []Doc, kind, field string) {
	var ids []string
	for _, d := range docs {
		if id := text(d, field); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	l, _ := page["_links"].(Doc)
	n := 0
	for chunk := range slices.Chunk(ids, maxRefs) {
		in := strings.Join(chunk, ",")
		q := url.Values{"in": {in}, "sig": {s.sign("ref:" + kind + ":" + in)}}
		l[fmt.Sprintf("ref:%s:%d", kind, n)] = Doc{"href": r.base() + "/ref/" + kind + "?" + q.Encode()}
		n++
	}
}

func (s *Server) sign(text string) string {
	mac := hmac.New(sha256.New, s.accounts.seal)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *Server) signed(text, signature string) bool {
	return hmac.Equal([]byte(s.sign(text)), []byte(signature))
}

// refHandler answers a map from id to object; what no longer exists is null.
func refHandler(kind string, find func(*Server, string) (Doc, bool)) Handler {
	return func(s *Server, r *Request) (Response, error) {
		in, sig := r.Query.Get("in"), r.Query.Get("sig")
		for name, v := range map[string]string{"in": in, "sig": sig} {
			if v == "" {
				return Response{}, InvalidField(name, "This query parameter is required.")
			}
		}
		if !s.signed("ref:"+kind+":"+in, sig) {
			return Response{}, InvalidField("sig", "The signature does not belong to these ids.")
		}
		out := Doc{}
		for _, id := range strings.Split(in, ",") {
			out[id] = nil
			if d, ok := find(s, id); ok {
				out[id] = d
			}
		}
		return OK(out)
	}
}

func (s *Server) refUser(id string) (Doc, bool) {
	u, ok := s.accounts.users.Get(id)
	if !ok {
		return nil, false
	}
	out := only(u, "id", "username", "email", "first_name", "last_name", "picture")
	out["mfa_enabled"], out["sso_enabled"] = s.accounts.identities[id].enrolled(), false
	return out, true
}

func (s *Server) refTeam(id string) (Doc, bool) {
	t, ok := s.accounts.teams.Get(id)
	if !ok {
		return nil, false
	}
	return s.teamView(t), true
}

func (s *Server) refOrganization(id string) (Doc, bool) {
	o, ok := s.accounts.organizations.Get(id)
	return only(o, "id", "type", "owner_id", "name", "label", "vendor", "created_at", "updated_at"), ok
}

func (s *Server) refProject(id string) (Doc, bool) {
	p, ok := s.projectInfo(id)
	if !ok {
		return nil, false
	}
	out := only(p, "id", "region", "title", "plan", "status", "created_at", "updated_at")
	out["organization_id"], out["subscription_id"], out["type"] = p["organization"], p["subscription"], "grid"
	return out, true
}

func (s *Server) refRegion(id string) (Doc, bool) {
	region, ok := s.accounts.regions.Get(id)
	if !ok {
		return nil, false
	}
	out := only(region, "id", "label", "zone", "selection_label", "project_label", "timezone", "available", "private", "endpoint",
		"provider", "datacenter", "created_at", "updated_at")
	out["code"], out["envimpact"], out["compliance"] = strings.TrimSuffix(id, ".platform.sh"), region["environmental_impact"], Doc{"hipaa": false}
	return out, true
}
