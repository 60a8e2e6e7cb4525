package virtuozzo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"paasmcp/internal/lazy"
)

// marketplace is the catalogue of applications, the caller's own manifests, what is installed, and the console.
type marketplace struct {
	apps      []Doc // {id, name, type, category, description, uid}; uid 0 is the hoster's
	favorites []string
	installed []Doc // {uniqueName, appid, uid, id, name, type, envName, nodeGroup, settings}
	console   string
}

func marketHandlers() handlers {
	return handlers{
		"marketplace/app.getlist":       (*Server).getApps,
		"marketplace/app.getaddonlist":  (*Server).getAddons,
		"marketplace/app.getcategories": (*Server).getCategories,
		"marketplace/app.getchecksum":   (*Server).getChecksum,
		"marketplace/app.getappinfo":    (*Server).getApp,
		"marketplace/app.addapp":        (*Server).addApp,
		"marketplace/app.editapp":       (*Server).editApp,
		"marketplace/app.deleteapp":     (*Server).deleteApp,

		"marketplace/favorite.getlist":     (*Server).getFavoriteApps,
		"marketplace/favorite.add":         (*Server).addFavoriteApp,
		"marketplace/favorite.addmanifest": (*Server).addFavoriteManifest,
		"marketplace/favorite.delete":      (*Server).deleteFavoriteApp,

		"marketplace/jps.getappinfo":       (*Server).describeManifest,
		"marketplace/jps.getengineversion": (*Server).getEngineVersion,
	}
}

// manifest is what a JPS manifest says about itself.
type manifest struct {
	Type     string `yaml:"type"`
	Name     string `yaml:"name"`
	ID       string `yaml:"id"`
	Settings any    `yaml:"settings"`
}

// readManifest takes YAML or JSON text or an address.
func readManifest(param, text string) (manifest, error) {
	if isWebURL(text) {
		return manifest{Type: "install", Name: text[strings.LastIndexByte(text, '/')+1:]}, nil
	}
	var m manifest
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		return m, invalid(param, "is no manifest: "+strings.ReplaceAll(err.Error(), "\n", " "))
	}
	if m.Type != "install" && m.Type != "update" {
		return m, invalid(param, "is no manifest: type is neither install nor update")
	}
	if m.Name == "" {
		return m, invalid(param, "is no manifest: it has no name")
	}
	return m, nil
}

func (s *Server) appsWhere(r *Request, keep func(Doc) bool) (Doc, error) {
	search := strings.ToLower(r.text("search"))
	list := []any{}
	for _, a := range s.market.apps {
		text := strings.ToLower(fmt.Sprint(a["id"], " ", a["name"], " ", a["description"]))
		if (a["uid"] == 0 || a["uid"] == r.user.uid) && keep(a) && strings.Contains(text, search) {
			list = append(list, appView(a))
		}
	}
	return doubled(Doc{"apps": list, "total": len(list)})
}

func appView(a Doc) Doc {
	return Doc{"id": a["id"], "name": a["name"], "type": a["type"], "categories": []any{a["category"]}, "description": a["description"]}
}

func (s *Server) getApps(r *Request) (Doc, error) {
	return s.appsWhere(r, func(Doc) bool { return true })
}

func (s *Server) getAddons(r *Request) (Doc, error) {
	if r.has("envName") {
		if _, err := s.env(r); err != nil {
			return nil, err
		}
	}
	return s.appsWhere(r, func(a Doc) bool { return a["type"] == "update" })
}

func (s *Server) getCategories(*Request) (Doc, error) {
	list := []any{}
	for _, a := range s.market.apps {
		if !slices.Contains(list, a["category"]) {
			list = append(list, a["category"])
		}
	}
	return scripted(Doc{"categories": list}, nil)
}

func (s *Server) getChecksum(*Request) (Doc, error) {
	data, err := json.Marshal(s.market.apps)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return doubled(Doc{"checksum": hex.EncodeToString(sum[:8])})
}

func (s *Server) app(r *Request) (Doc, error) {
	for _, a := range s.market.apps {
		if a["id"] == r.text("id") && (a["uid"] == 0 || a["uid"] == r.user.uid) {
			return a, nil
		}
	}
	return nil, notFound("application", r.text("id"))
}

// ownApp is an application that the caller has published.
func (s *Server) ownApp(r *Request) (Doc, error) {
	a, err := s.app(r)
	if err == nil && a["uid"] == 0 {
		err = fail(CodeForbidden, "application [%s] belongs to the hoster", r.text("id"))
	}
	return a, err
}

func (s *Server) getApp(r *Request) (Doc, error) {
	a, err := s.app(r)
	if err != nil {
		return scripted(nil, err)
	}
	return doubled(Doc{"app": appView(a), "settings": Doc{"fields": []any{}}})
}

var notInID = lazy.MustCompile(`[^a-z0-9]+`)

func (s *Server) publish(r *Request) (Doc, error) {
	m, err := readManifest("manifest", r.text("manifest"))
	if err != nil {
		return nil, err
	}
	id := m.ID
	if id == "" {
		id = strings.Trim(notInID.ReplaceAllString(strings.ToLower(m.Name), "-"), "-")
	}
	if slices.ContainsFunc(s.market.apps, func(a Doc) bool { return a["id"] == id }) {
		return nil, fail(CodeGeneral, "application [%s] exists already", id)
	}
	a := Doc{"id": id, "uid": r.user.uid, "name": m.Name, "type": m.Type, "category": "custom", "description": ""}
	s.market.apps = append(s.market.apps, a)
	return a, nil
}

func (s *Server) addApp(r *Request) (Doc, error) {
	a, err := s.publish(r)
	if err != nil {
		return scripted(nil, err)
	}
	return doubled(Doc{"app_id": a["id"]})
}

func (s *Server) editApp(r *Request) (Doc, error) {
	a, err := s.ownApp(r)
	if err != nil {
		return scripted(nil, err)
	}
	m, err := readManifest("manifest", r.text("manifest"))
	if err != nil {
		return scripted(nil, err)
	}
	a["name"], a["type"] = m.Name, m.Type
	return scripted(nil, nil)
}

func (s *Server) deleteApp(r *Request) (Doc, error) {
	a, err := s.ownApp(r)
	if err != nil {
		return scripted(nil, err)
	}
	s.market.apps = slices.DeleteFunc(s.market.apps, func(x Doc) bool { return x["id"] == a["id"] })
	return scripted(nil, nil)
}

func (s *Server) getFavoriteApps(r *Request) (Doc, error) {
	return s.appsWhere(r, func(a Doc) bool { return slices.Contains(s.market.favorites, a["id"].(string)) })
}

func (s *Server) addFavoriteApp(r *Request) (Doc, error) {
	if _, err := s.app(r); err != nil {
		return scripted(nil, err)
	}
	if !slices.Contains(s.market.favorites, r.text("id")) {
		s.market.favorites = append(s.market.favorites, r.text("id"))
	}
	return scripted(nil, nil)
}

func (s *Server) addFavoriteManifest(r *Request) (Doc, error) {
	a, err := s.publish(r)
	if err != nil {
		return scripted(nil, err)
	}
	s.market.favorites = append(s.market.favorites, a["id"].(string))
	return doubled(Doc{"app_id": a["id"]})
}

func (s *Server) deleteFavoriteApp(r *Request) (Doc, error) {
	i := slices.Index(s.market.favorites, r.text("id"))
	if i < 0 {
		return scripted(nil, notFound("favorite", r.text("id")))
	}
	s.market.favorites = slices.Delete(s.market.favorites, i, i+1)
	return scripted(nil, nil)
}

func (s *Server) describeManifest(r *Request) (Doc, error) {
	if !r.has("jps") {
		return nil, invalid("jps", "is required")
	}
	m, err := readManifest("jps", r.text("jps"))
	if err != nil {
		return scripted(nil, err)
	}
	return doubled(Doc{"app": Doc{"name": m.Name, "type": m.Type, "id": m.ID}, "settings": Doc{"fields": []any{}}})
}

func (s *Server) getEngineVersion(*Request) (Doc, error) { return doubled(Doc{"version": "8.0.2"}) }
