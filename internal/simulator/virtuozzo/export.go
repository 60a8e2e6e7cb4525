package virtuozzo

import (
	"cmp"
	"slices"
	"time"
)

// Exports are documents {id, exportId, uid, envName, fileName, createdOn, manifest}. They run through the scripting engine.

func exportHandlers() handlers {
	return handlers{
		"environment/export.create":             (*Server).createExport,
		"environment/export.getlist":            (*Server).getExports,
		"environment/export.getmanifest":        (*Server).getExportManifest,
		"environment/export.delete":             (*Server).deleteExport,
		"environment/export.deleteexporteddata": (*Server).deleteExportData,
	}
}

func (s *Server) createExport(r *Request) (Doc, error) {
	d, err := r.object("settings")
	if err != nil {
		return nil, err
	}
	name, _ := d["envName"].(string)
	name = cmp.Or(name, r.text("appid"))
	if name == "" {
		return scripted(nil, invalid("settings", "has no envName, and appid is not given"))
	}
	e, err := s.envNamed(r, name)
	if err != nil {
		return scripted(nil, err)
	}
	if err := e.running(); err != nil {
		return scripted(nil, err)
	}
	return s.begin(r, work{takes: 45 * time.Second, env: e, status: statusExporting, nested: true, finish: func(now time.Time) (Doc, error) {
		x := s.exports.add(Doc{"uid": r.user.uid, "envName": e.name, "createdOn": stamp(now)})
		x["exportId"] = "export-" + itoa(x["id"].(int))
		x["fileName"] = e.name + "-" + now.Format("20060102-150405") + ".zip"
		x["manifest"] = "type: install\nname: " + e.title() + "\nregion: " + e.region + "\n"
		return Doc{"id": x["exportId"], "fileName": x["fileName"]}, nil
	}})
}

func (s *Server) getExports(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, x := range s.exports.items {
		if x["envName"] == e.name {
			list = append(list, Doc{"id": x["exportId"], "fileName": x["fileName"], "envName": e.name, "createdOn": x["createdOn"]})
		}
	}
	return scripted(Doc{"array": list}, nil)
}

// exported finds an export of an environment by one of its fields.
func (s *Server) exported(r *Request, field, value string) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.exports.items, func(x Doc) bool { return x["envName"] == e.name && x[field] == value })
	if i < 0 {
		return nil, notFound("export", value)
	}
	return s.exports.items[i], nil
}

func (s *Server) getExportManifest(r *Request) (Doc, error) {
	x, err := s.exported(r, "exportId", r.text("id"))
	if err != nil {
		return scripted(nil, err)
	}
	return scripted(Doc{"manifest": x["manifest"]}, nil)
}

func (s *Server) deleteExport(r *Request) (Doc, error) {
	x, err := s.exported(r, "exportId", r.text("id"))
	if err != nil {
		return scripted(nil, err)
	}
	s.exports.remove(x["id"].(int))
	return scripted(nil, nil)
}

// deleteExportData deletes the archive; the record stays.
func (s *Server) deleteExportData(r *Request) (Doc, error) {
	x, err := s.exported(r, "fileName", r.text("fileName"))
	if err != nil {
		return scripted(nil, err)
	}
	x["fileName"] = ""
	return scripted(nil, nil)
}
