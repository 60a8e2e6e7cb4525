package acquia_test

import (
	"sync"
	"testing"
	"time"

	"paasmcp/internal/simulator/acquia"
)

func TestSitesAndInstances(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settle(202, "POST /sites", `{"name":"blog","label":"Blog","codebase_id":"`+acquia.Codebase+`"}`)
	s.refuse(409, "conflict", "POST /sites", `{"name":"blog","codebase_id":"`+acquia.Codebase+`"}`)
	s.refuse(400, "validation_failed", "POST /sites", `{"name":"x","codebase_id":"nothing"}`)
	site := find(s.list("/sites"), "name", "blog")["id"].(string)
	s.Want(200, "PUT /sites/"+site, `{"label":"The blog"}`)
	s.settle(201, "POST /environments/"+acquia.MEOProd+"/site-instances", `{"site_id":"`+site+`"}`)
	s.refuse(409, "conflict", "POST /environments/"+acquia.MEOProd+"/site-instances", `{"site_id":"`+site+`"}`)
	if got := s.list("/sites/" + site + "/environments"); len(got) != 1 || got[0]["id"] != acquia.MEOProd {
		t.Errorf("environments %v", got)
	}
	instance := "/site-instances/" + site + "." + acquia.MEOProd
	s.settle(202, "PUT "+instance+"/domains/www.blog.example.com", "")
	s.refuse(400, "validation_failed", "PUT "+instance+"/domains/nothing", "")
	if got := s.Get(instance + "/domains/www.blog.example.com/status"); got["hostname"] != "www.blog.example.com" {
		t.Errorf("status %v", got)
	}
	s.settle(202, "DELETE "+instance+"/domains/www.blog.example.com", "")
	s.refuse(400, "validation_failed", "POST "+instance+"/database", `{"source":"`+acquia.MEOStage+`"}`)
	s.refuse(409, "conflict", "POST /site-instances/"+acquia.SiteInstance+"/database", `{"source":"`+acquia.MEOProd+`"}`)
	s.settle(201, "POST "+instance+"/database/backups", "{}")
	if got := s.list(instance + "/database/backups"); len(got) != 1 || got[0]["type"] != "ON_DEMAND" {
		t.Errorf("backups %v", got)
	}
	s.refuse(409, "conflict", "DELETE /sites/"+site, "")
	s.settle(202, "POST "+instance+"/actions/cancel", `{"status":"SITE_INSTANCE_STATUS_READY"}`)
	if got := s.Get(instance)["status"]; got != "marked-for-deletion" {
		t.Errorf("status %v", got)
	}
	s.settle(202, "DELETE "+instance, "")
	s.settle(202, "DELETE /sites/"+site, "")
	s.refuse(404, "not_found", "GET /sites/"+site, "")
}

func TestBulkCodeSwitch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	codebase := "/codebases/" + acquia.Codebase
	d := s.Want(202, "POST "+codebase+"/bulk-code-switch", `{"reference":"v1.0.0","targets":[{"site_id":"x"}]}`)
	this := codebase + "/bulk-code-switch/" + d["id"].(string)
	if got := s.Get(this)["status"]; got != "IN_PROGRESS" {
		t.Errorf("status %v", got)
	}
	s.clock.Advance(time.Minute)
	if got := s.Get(this)["status"]; got != "COMPLETED" || s.Get("/v3/environments/" + acquia.MEOProd)["reference"] != "v1.0.0" {
		t.Errorf("status %v", got)
	}
	s.refuse(400, "validation_failed", "POST "+codebase+"/bulk-code-switch", `{"reference":"nothing","targets":[{}]}`)
	s.refuse(409, "conflict", "DELETE "+codebase, "")
}

func TestPrivateNetworks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := `{"subscription_id":"` + acquia.Subscription + `","region":"us-east-1","name":"second","connections":{"cidr":"10.9.0.0/16"},"isolation":{"dedicated_compute":true}}`
	s.settle(202, "POST /private-networks", body)
	s.refuse(409, "conflict", "POST /private-networks", body)
	s.refuse(400, "validation_failed", "POST /private-networks", `{"subscription_id":"`+acquia.Subscription+`","region":"us-east-1","name":"third","connections":{}}`)
	id := find(s.list("/subscriptions/"+acquia.Subscription+"/private-networks"), "name", "second")["id"].(string)
	network := "/private-networks/" + id
	if s.Get(network + "/isolation")["dedicated_compute"] != true || s.Get(network + "/connections")["cidr"] != "10.9.0.0/16" {
		t.Error("the parts do not hold what was asked for")
	}
	s.refuse(400, "validation_failed", "POST "+network+"/connections/vpns", `{"name":"x","gateway_ip":"home","routes":["10.0.0.0/8"]}`)
	s.settle(202, "POST "+network+"/connections/vpns", vpnBody)
	vpn := network + "/connections/vpns/" + plain(s.list(network + "/connections/vpns")[0]["id"])
	s.settle(202, "PUT "+vpn, `{"name":"renamed","gateway_ip":"192.0.2.9","routes":["192.0.3.0/24"]}`)
	if got := s.Get(vpn)["name"]; got != "renamed" {
		t.Errorf("name %v", got)
	}
	s.settle(202, "DELETE "+vpn, "")
	s.settle(202, "DELETE "+network, "")
	s.refuse(404, "not_found", "GET "+network, "")
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				for _, call := range []string{"GET " + portal + "/environments", "GET " + portal + "/notifications", "POST " + stage + "/databases/portal/backups"} {
					body := ""
					if call[:4] == "POST" {
						body = "{}"
					}
					if status, v, _ := s.Do(call, body); status > 202 {
						t.Errorf("%s: %d %v", call, status, v)
					}
				}
				s.clock.Advance(time.Second)
			}
		})
	}
	wg.Wait()
	s.clock.Advance(24 * time.Hour)
	if got := s.env(acquia.EnvStage).Backups["portal"]; got != 164 {
		t.Errorf("%d backups, want 164", got)
	}
}
