package virtuozzo

import "cmp"

func buildHandlers() handlers {
	return handlers{
		"environment/build.getprojects":         (*Server).getMavenProjects,
		"environment/build.getprojectinfo":      (*Server).getBuildProject,
		"environment/build.addproject":          (*Server).addBuildProject,
		"environment/build.addprojectwithcreds": (*Server).addBuildProject,
		"environment/build.addprojectwithkey":   (*Server).addBuildProject,
		"environment/build.editproject":         (*Server).editBuildProject,
		"environment/build.removeproject":       (*Server).removeMavenProject,
		"environment/build.buildproject":        func(s *Server, r *Request) (Doc, error) { return s.buildMaven(r, false) },
		"environment/build.builddeployproject":  func(s *Server, r *Request) (Doc, error) { return s.buildMaven(r, true) },
		"environment/build.deployproject":       (*Server).deployMaven,
		"environment/build.update":              func(s *Server, r *Request) (Doc, error) { return s.buildMaven(r, false) },
	}
}

func buildView(d Doc) Doc {
	v := mavenView(d)
	v["path"] = v["url"]
	return v
}

func (s *Server) getBuildProject(r *Request) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	return buildView(d), nil
}

// setBuild reads the flat parameters of the older calls.
func (s *Server) setBuild(r *Request, d Doc) error {
	if !isRepoURL(r.text("path")) {
		return invalid("path", "is no address of a repository")
	}
	scripts, err := hooks(r)
	if err != nil {
		return err
	}
	t := target{context: cmp.Or(r.text("context"), "ROOT"), layer: cmp.Or(r.text("targetNodeGroup"), "cp"), env: r.text("targetEnv")}
	if t.env != "" {
		if _, err := s.envNamed(r, t.env); err != nil {
			return err
		}
	}
	d["name"], d["url"], d["branch"], d["hooks"], d["target"] = r.text("name"), r.text("path"), cmp.Or(r.text("branch"), "main"), scripts, t
	d["settings"] = Doc{"autoUpdate": r.flag("autoUpdate") || r.flag("autoupdate"), "autoResolveConflict": r.flag("autoResolveConflict"), "workDir": r.text("workDir")}
	return nil
}

func (s *Server) addBuildProject(r *Request) (Doc, error) {
	e, n, err := s.buildNode(r)
	if err != nil {
		return nil, err
	}
	d := Doc{"nodeId": n.id}
	if err := s.setBuild(r, d); err != nil {
		return nil, err
	}
	return buildView(e.maven.add(d)), nil
}

func (s *Server) editBuildProject(r *Request) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	if err := s.setBuild(r, d); err != nil {
		return nil, err
	}
	return nil, nil
}
