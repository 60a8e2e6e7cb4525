package virtuozzo

import (
	"slices"
	"strings"
	"time"
)

func installationHandlers() handlers {
	return handlers{
		"marketplace/installation.getlist":           (*Server).getInstalled,
		"marketplace/installation.getinfo":           (*Server).getInstallation,
		"marketplace/installation.getsettings":       (*Server).getInstallationSettings,
		"marketplace/installation.getenvappid":       (*Server).getInstallationEnv,
		"marketplace/installation.executeaction":     (*Server).executeAction,
		"marketplace/installation.uninstall":         (*Server).uninstall,
		"marketplace/installation.getscriptingappid": (*Server).getScriptingAppid,
		"marketplace/jps.getappsettings":             (*Server).getInstallationSettings,
		"marketplace/jps.executeappaction":           (*Server).executeAction,
		"marketplace/jps.uninstall":                  (*Server).uninstall,
		"marketplace/jps.getscriptingappid":          (*Server).getScriptingAppid,
	}
}

func consoleHandlers() handlers {
	return handlers{
		"marketplace/console.readlog":  (*Server).readConsole,
		"marketplace/console.writelog": (*Server).writeConsole,
		"marketplace/console.clearlog": (*Server).clearConsole,
	}
}

func installationView(d Doc) Doc {
	return Doc{"uniqueName": d["uniqueName"], "app_id": d["id"], "appid": d["appid"], "name": d["name"], "type": d["type"], "envName": d["envName"], "nodeGroup": d["nodeGroup"], "isInstalled": true}
}

func (s *Server) getInstalled(r *Request) (Doc, error) {
	list := []any{}
	for _, d := range s.market.installed {
		if d["uid"] == r.user.uid && strings.Contains(strings.ToLower(d["name"].(string)), strings.ToLower(r.text("search"))) {
			list = append(list, installationView(d))
		}
	}
	return scripted(Doc{"apps": list, "total": len(list)}, nil)
}

func (s *Server) installation(r *Request) (Doc, error) {
	for _, d := range s.market.installed {
		if d["uniqueName"] == r.text("appUniqueName") && d["uid"] == r.user.uid {
			return d, nil
		}
	}
	return nil, notFound("installation", r.text("appUniqueName"))
}

func (s *Server) getInstallation(r *Request) (Doc, error) {
	d, err := s.installation(r)
	if err != nil {
		return scripted(nil, err)
	}
	return doubled(Doc{"app": installationView(d)})
}

func (s *Server) getInstallationSettings(r *Request) (Doc, error) {
	d, err := s.installation(r)
	if err != nil {
		return scripted(nil, err)
	}
	return doubled(Doc{"settings": d["settings"]})
}

func (s *Server) getInstallationEnv(r *Request) (Doc, error) {
	d, err := s.installation(r)
	if err != nil {
		return scripted(nil, err)
	}
	return doubled(Doc{"appid": d["appid"]})
}

// appActions are the actions that every simulated application has.
var appActions = []string{"restart", "update", "check", "backupNow"}

func (s *Server) executeAction(r *Request) (Doc, error) {
	d, err := s.installation(r)
	if err != nil {
		return scripted(nil, err)
	}
	action := r.text("action")
	if !slices.Contains(appActions, action) {
		return scripted(nil, fail(1702, "script [%s] is not found", action))
	}
	return s.begin(r, work{takes: 10 * time.Second, env: s.find(d["envName"].(string)), finish: func(now time.Time) (Doc, error) {
		s.market.console += stampedLine(now, action+" of "+d["name"].(string))
		return doubled(Doc{"uniqueName": d["uniqueName"], "appid": d["appid"], "action": action, "successText": "Done.", "type": "success"})
	}})
}

// uninstall deletes the environment of an application that came with one; an add-on only goes away.
func (s *Server) uninstall(r *Request) (Doc, error) {
	d, err := s.installation(r)
	if err != nil {
		return scripted(nil, err)
	}
	e := s.find(d["envName"].(string))
	w := work{takes: 30 * time.Second, env: e, nested: true, finish: func(now time.Time) (Doc, error) {
		s.market.installed = slices.DeleteFunc(s.market.installed, func(x Doc) bool { return x["uniqueName"] == d["uniqueName"] })
		if d["type"] == "install" && e != nil {
			s.removeEnv(e)
		}
		s.market.console += stampedLine(now, "uninstalled "+d["name"].(string))
		return nil, nil
	}}
	if d["type"] == "install" && e != nil {
		w.status = statusStopping
	}
	return s.begin(r, w)
}

func (s *Server) getScriptingAppid(*Request) (Doc, error) {
	return doubled(Doc{"appid": "5c1e0d3a7b9f4e2d8a6c0b1f3e5d7a90"})
}

func (s *Server) readConsole(*Request) (Doc, error) { return doubled(Doc{"body": s.market.console}) }

func (s *Server) writeConsole(r *Request) (Doc, error) {
	s.market.console += stampedLine(r.Now, r.text("message"))
	return scripted(nil, nil)
}

func (s *Server) clearConsole(*Request) (Doc, error) {
	s.market.console = ""
	return scripted(nil, nil)
}
