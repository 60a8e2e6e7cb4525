package virtuozzo

import (
	"slices"
	"strings"
)

func registryHandlers() handlers {
	return handlers{
		"environment/control.getcontainertags":        (*Server).getImageTags,
		"environment/control.getcontainermanifest":    (*Server).getImageManifest,
		"environment/control.getregistryinfo":         (*Server).getRegistryInfo,
		"environment/control.editregistrycredentials": (*Server).editRegistryCredentials,
	}
}

// publicImages are the images of the registry that the simulated hoster can reach, with their tags.
var publicImages = map[string][]string{
	"library/redis":                 {"7.4", "7.2", "latest"},
	"library/nginx":                 {"1.27", "1.26", "latest"},
	"registry.example.com/team/app": {"2.4", "2.3"},
}

// privateRegistry wants a user and a password.
const privateRegistry = "registry.example.com"

// image finds the image and tag that a call names.
func image(r *Request) (name, tag string, err error) {
	name, tag, _ = strings.Cut(r.text("image"), ":")
	if host := r.text("registry"); host != "" && !strings.HasPrefix(name, host+"/") {
		name = host + "/" + name
	}
	if strings.HasPrefix(name, privateRegistry+"/") && (!r.has("userName") || !r.has("password")) {
		return "", "", fail(CodeGeneral, "registry [%s] wants a user and a password", privateRegistry)
	}
	tags, ok := publicImages[name]
	if !ok || tag != "" && !slices.Contains(tags, tag) {
		return "", "", fail(CodeGeneral, "image [%s] is not found in its registry", r.text("image"))
	}
	return name, tag, nil
}

func (s *Server) getImageTags(r *Request) (Doc, error) {
	name, _, err := image(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": anySlice(publicImages[name])}, nil
}

func (s *Server) getImageManifest(r *Request) (Doc, error) {
	name, tag, err := image(r)
	if err != nil {
		return nil, err
	}
	if tag == "" {
		tag = publicImages[name][0]
	}
	return Doc{"object": Doc{"name": name, "tag": tag, "architecture": "amd64", "cmd": []any{"/entrypoint.sh"}, "ports": []any{80}, "volumes": []any{"/data"}}}, nil
}

func (s *Server) getRegistryInfo(r *Request) (Doc, error) {
	e, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	d := Doc{"url": "https://index.docker.io", "repo": e.layerNodes(l.name)[0].template.image, "user": ""}
	for k, v := range l.registry {
		if k != "password" {
			d[k] = v
		}
	}
	return d, nil
}

// editRegistryCredentials changes the credentials of all layers that the filter describes and counts them.
func (s *Server) editRegistryCredentials(r *Request) (Doc, error) {
	filter, err := r.objectOf("filter", "envName", "nodeGroup", "registryUrl", "registryRepo", "registryUser")
	if err != nil {
		return nil, err
	}
	names := map[string]string{"registryUrl": "url", "registryRepo": "repo", "registryUser": "user"}
	count := 0
	for _, e := range s.owned(r.user.uid) {
		if want, ok := filter["envName"]; ok && want != e.name {
			continue
		}
		for _, l := range e.layers {
			if l.matches(filter, names) {
				l.registry["user"], l.registry["password"] = r.text("user"), r.text("password")
				count++
			}
		}
	}
	return Doc{"count": count}, nil
}

func (l *layer) matches(filter Doc, names map[string]string) bool {
	if want, ok := filter["nodeGroup"]; ok && want != l.name {
		return false
	}
	for k, field := range names {
		if want, ok := filter[k]; ok && want != l.registry[field] {
			return false
		}
	}
	return true
}
