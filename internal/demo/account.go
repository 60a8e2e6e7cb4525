package demo

import (
	"paasmcp/apiclient"
	"paasmcp/internal/simulator"
	"paasmcp/schemas"
)

// Account is an account at a platform of the simulator whose handler answers below base.
func Account(name string, platform schemas.Platform, base string) apiclient.Account {
	a := apiclient.Account{Name: name, Platform: platform}
	switch platform {
	case schemas.Platformsh:
		a.APIURL, a.TokenURL = base+simulator.PlatformshPath, base+simulator.PlatformshPath+"/oauth2/token"
		a.Token = simulator.PlatformshToken
	case schemas.Acquia:
		a.APIURL, a.TokenURL = base+simulator.AcquiaPath+"/api", base+simulator.AcquiaPath+"/api/auth/oauth/token"
		a.Key, a.Secret = simulator.AcquiaKey, simulator.AcquiaSecret
	case schemas.Virtuozzo:
		a.APIURL, a.Token = base+simulator.VirtuozzoPath+"/1.0", simulator.VirtuozzoToken
	}
	return a
}
