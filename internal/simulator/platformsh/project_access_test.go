package platformsh_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

// Ben is a viewer of the shop who may contribute to staging and administer development; Cleo only sees bills.
func TestPermissionsOnProjects(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.login(platformsh.BenAPIToken)
	s.Get(shop + "/environments/main")
	s.login(platformsh.CleoAPIToken)
	s.refuse(403, "GET "+shop, "")
	s.login(platformsh.BenAPIToken)
	s.refuse(403, "PATCH "+shop, `{"title":"Ben's"}`)
	s.refuse(403, "POST "+shop+"/environments/main/backup", "")
	s.refuse(403, "POST "+shop+"/variables", `{"name":"a","value":"b"}`)
	s.accept("POST "+shop+"/environments/staging/backup", "")
	s.accept("POST "+shop+"/environments/feature%2Fsearch/redeploy", "")
	s.refuse(404, "GET /projects/nope", "")
}

func TestConcurrentClients(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, simulator.Options{Speed: simulator.Instant, TokenLifetime: time.Hour})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				body := fmt.Sprintf(`{"name":"v%d_%d","value":"x"}`, i, j)
				if status, answer, _ := s.Do("POST "+shop+"/environments/staging/variables", body); status != http.StatusAccepted {
					t.Errorf("create: %d %v", status, answer)
				}
				s.Do("GET "+shop+"/environments", "")
				s.Do("GET "+shop+"/activities", "")
				s.sim.Requests()
				s.sim.Platformsh().Environments(platformsh.ProjectShop)
			}
		})
	}
	wg.Wait()
	own := 0
	for _, v := range s.list(shop + "/environments/staging/variables") {
		if v["inherited"] == false {
			own++
		}
	}
	if own != 81 {
		t.Errorf("%d variables, want 80 and the seeded one", own)
	}
}

func TestDeletingAProjectEndsItsWork(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.accept("POST "+shop+"/environments/main/redeploy", "")
	s.accept("DELETE "+shop, "")
	s.clock.Advance(time.Hour)
	s.refuse(404, "GET "+shop+"/activities", "")
	s.Get("/projects/" + platformsh.ProjectBlog)
	if got := s.sim.Platformsh().Projects(); len(got) != 2 {
		t.Errorf("projects %v", got)
	}
}
