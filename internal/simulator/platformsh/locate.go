package platformsh

func locateRoutes() []Route {
	return []Route{
		{"GET /locate", (*Server).locateProjects},
		{"GET /locate/{projectId}", (*Server).locateProject},
	}
}

const locatePage = 25

func (s *Server) located(p *project) Doc {
	region, _ := p.doc["region"].(string)
	return Doc{
		"id": p.id, "endpoint": "https://" + region + "/api/projects/" + p.id, "ui": "https://console.example.com/projects/" + p.id,
		"subscription_id": p.subscription, "owner": p.doc["owner"], "region": region,
	}
}

func (s *Server) locateProjects(r *Request) (Response, error) {
	docs := []Doc{}
	for _, id := range s.order {
		docs = append(docs, s.located(s.projects[id]))
	}
	docs, err := filterDocs(r, docs, "owner")
	if err != nil {
		return Response{}, err
	}
	page, err := numberedPage(r, docs, "projects", locatePage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

func (s *Server) locateProject(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.located(p))
}
