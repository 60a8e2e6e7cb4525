package tools

import (
	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// AccountBudget is an account and what it may still call, without anything secret.
type AccountBudget struct {
	Account  string
	Platform schemas.Platform
	Vendor   string
	API      string
	apiclient.Budget
}

// Budgets lists the accounts in the order of the configuration. Unlike [Service.AccountStates] it sends nothing.
func (s *Accounts) Budgets() []AccountBudget {
	list := make([]AccountBudget, len(s.clients))
	for i, c := range s.clients {
		a := c.Account()
		list[i] = AccountBudget{Account: a.Name, Platform: a.Platform, Vendor: a.Vendor, API: a.APIURL, Budget: c.Budget()}
	}
	return list
}
