package tools

import (
	"errors"
	"fmt"
	"strings"

	"paasmcp/apiclient"
	"paasmcp/internal/legible"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// Accounts is the set of accounts of this process, in the order of the configuration.
type Accounts struct {
	clients []*apiclient.Client
	known   *secrets.Known // the credentials of all of them
}

// NewAccounts makes one client per account. They share the transport of options and so its connections.
func NewAccounts(accounts []apiclient.Account, options apiclient.Options) (*Accounts, error) {
	if options.Transport == nil {
		options.Transport = apiclient.NewTransport()
	}
	if options.Known == nil {
		options.Known = new(secrets.Known)
	}
	set := &Accounts{known: options.Known}
	for _, a := range accounts {
		c, err := apiclient.New(a, options)
		if err != nil {
			return nil, err
		}
		set.clients = append(set.clients, c)
	}
	return set, nil
}

// Platforms lists the platforms that have an account.
func (s *Accounts) Platforms() []schemas.Platform {
	var platforms []schemas.Platform
	for _, p := range schemas.Platforms() {
		if len(s.of(p)) > 0 {
			platforms = append(platforms, p)
		}
	}
	return platforms
}

// Choice reports whether a call has to say which account it means: on the given platform, or on any when it is empty.
func (s *Accounts) Choice(platform schemas.Platform) bool {
	if platform != "" {
		return len(s.of(platform)) > 1
	}
	for _, p := range schemas.Platforms() {
		if len(s.of(p)) > 1 {
			return true
		}
	}
	return false
}

// Names lists the names of the platform's accounts.
func (s *Accounts) Names(platform schemas.Platform) []string {
	var list []string
	for _, c := range s.of(platform) {
		list = append(list, c.Account().Name)
	}
	return list
}

// Pick returns the account of that name, or the only one of the platform when no name is given.
func (s *Accounts) Pick(platform schemas.Platform, name string) (*apiclient.Client, error) {
	candidates := s.of(platform)
	switch {
	case len(candidates) == 0:
		return nil, fmt.Errorf("no account for %s is configured: set its credentials (see paas_accounts) and restart the server", platform)
	case name == "" && len(candidates) == 1:
		return candidates[0], nil
	case name == "":
		return nil, fmt.Errorf("%s has several accounts: repeat the call with account set to one of %s", platform, names(candidates))
	}
	for _, c := range candidates {
		if c.Account().Name == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("account %q does not exist on %s: use one of %s", shorten(legible.Line(name), maxWord), platform, names(candidates))
}

// Named returns the account of that name on whatever platform.
func (s *Accounts) Named(name string) (*apiclient.Client, error) {
	for _, c := range s.clients {
		if c.Account().Name == name {
			return c, nil
		}
	}
	if len(s.clients) == 0 {
		return nil, errors.New(NoAccounts)
	}
	return nil, fmt.Errorf("account %q does not exist: use one of %s", shorten(legible.Line(name), maxWord), names(s.clients))
}

func (s *Accounts) of(platform schemas.Platform) []*apiclient.Client {
	var list []*apiclient.Client
	for _, c := range s.clients {
		if c.Account().Platform == platform {
			list = append(list, c)
		}
	}
	return list
}

func names(clients []*apiclient.Client) string {
	list := make([]string, len(clients))
	for i, c := range clients {
		list[i] = c.Account().Name
	}
	return strings.Join(list, ", ")
}
