package virtuozzo

import (
	"cmp"
	"time"
)

func installHandlers() handlers {
	return handlers{
		"marketplace/app.install":      (*Server).installApp,
		"marketplace/app.installaddon": (*Server).installAddon,
		"marketplace/jps.install":      (*Server).installManifest,
	}
}

// installApp makes an environment for an application of the marketplace, or puts it into the named one.
func (s *Server) installApp(r *Request) (Doc, error) {
	a, err := s.app(r)
	if err != nil {
		return scripted(nil, err)
	}
	return s.install(r, Doc{"id": a["id"], "name": a["name"], "type": a["type"]})
}

func (s *Server) installAddon(r *Request) (Doc, error) {
	a, err := s.app(r)
	if err != nil {
		return scripted(nil, err)
	}
	if a["type"] != "update" {
		return scripted(nil, fail(CodeGeneral, "application [%v] is no add-on", a["id"]))
	}
	return s.install(r, Doc{"id": a["id"], "name": a["name"], "type": "update"})
}

func (s *Server) installManifest(r *Request) (Doc, error) {
	m, err := readManifest("jps", r.text("jps"))
	if err != nil {
		return scripted(nil, err)
	}
	return s.install(r, Doc{"id": cmp.Or(m.ID, "jps"), "name": m.Name, "type": m.Type})
}

// install runs through the scripting engine: it answers with an inner result, and repeats the fields outside.
func (s *Server) install(r *Request, app Doc) (Doc, error) {
	given, err := r.object("settings")
	if err != nil {
		return nil, err
	}
	e, fresh, err := s.installTarget(r, app)
	if err != nil {
		return scripted(nil, err)
	}
	status := statusUpdating
	if fresh {
		status = statusCreating
	}
	return s.begin(r, work{takes: time.Minute, env: e, status: status, finish: func(now time.Time) (Doc, error) {
		if fresh {
			e.status = statusRunning
			s.addNode(e, "cp", findTemplate("nginxphp"))
			s.addNode(e, "sqldb", findTemplate("mysql5"))
		}
		app["uniqueName"], app["appid"], app["envName"], app["uid"] = s.hex(8), e.appid, e.name, r.user.uid
		app["nodeGroup"], app["settings"] = r.text("nodeGroup"), given
		s.market.installed = append(s.market.installed, app)
		s.market.console += stampedLine(now, "installed "+app["name"].(string)+" on "+e.name)
		return doubled(Doc{
			"appid": e.appid, "uniqueName": app["uniqueName"], "startPage": "https://" + e.domain(), "successText": app["name"].(string) + " is installed.",
			"type": "success",
		})
	}})
}

// installTarget is where something is installed. What is of type install makes an environment unless the named one exists.
func (s *Server) installTarget(r *Request, app Doc) (e *environment, fresh bool, err error) {
	name := r.text("envName")
	if app["type"] == "update" || s.find(name) != nil {
		if e, err = s.env(r); err == nil {
			err = e.running()
		}
		return e, false, err
	}
	if name == "" {
		name = "env-" + s.hex(7)
	}
	if err := s.validName(name); err != nil {
		return nil, false, err
	}
	if r.has("region") && !isRegion(r.text("region")) {
		return nil, false, invalid("region", "is none of those that getregions lists")
	}
	if err := s.roomForEnv(r.user.uid); err != nil {
		return nil, false, err
	}
	if err := s.knownGroups(r.list("envGroups"), r.user.uid); err != nil {
		return nil, false, err
	}
	e = s.addEnv(name, r.user.uid, r.Now)
	e.displayName, e.groups, e.region = r.text("displayName"), r.list("envGroups"), cmp.Or(r.text("region"), DefaultRegion)
	return e, true, nil
}

func stampedLine(t time.Time, text string) string { return "[" + stamp(t) + "] " + text + "\n" }
