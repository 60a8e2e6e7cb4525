package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"paasmcp/internal/caller"
	"paasmcp/internal/console"
	"paasmcp/internal/policy"
	"paasmcp/internal/server"
)

// people is the part of the command line that says who can call a server and who can approve.
type people struct {
	transport     string
	tokenFile     string
	operatorsFile string

	tokens    []server.Token
	operators []console.Operator
}

func (p *people) flags(f *pflag.FlagSet) {
	f.StringVar(&p.transport, "transport", "stdio", "stdio, http or sse")
	f.StringVar(&p.tokenFile, "auth-token-file", "", "`file` with the bearer tokens that clients send, one a line: token or name:token; needed beyond loopback")
	f.StringVar(&p.operatorsFile, "operators", "", "YAML `file` with those who may approve; without it, the user of this machine")
}

// read reads both files.
func (p *people) read() error {
	if !slices.Contains([]string{"stdio", "http", "sse"}, p.transport) {
		return fmt.Errorf("--transport %s is not known: use stdio, http or sse", p.transport)
	}
	if p.tokenFile != "" && p.transport == "stdio" {
		return errors.New("--auth-token-file belongs to --transport http or sse")
	}
	var err error
	if p.tokenFile != "" {
		if p.tokens, err = server.ReadTokens(p.tokenFile); err != nil {
			return fmt.Errorf("--auth-token-file: %w", err)
		}
	}
	if p.operatorsFile != "" {
		if p.operators, err = console.ReadOperators(p.operatorsFile); err != nil {
			return err
		}
	}
	for _, o := range p.operators {
		for _, t := range p.tokens {
			if o.HasToken(t.Hash) { // a client has its token at hand, and with it whatever runs in the client
				return fmt.Errorf("--operators %s: the token of %s is also a bearer token (%s), so a client could approve its own calls; "+
					"give the operator another one: openssl rand -hex 32", p.operatorsFile, o.Name, t.Principal)
			}
		}
	}
	return nil
}

// callers are all principals that a server of this command line knows.
func (p *people) callers() []string {
	if len(p.tokens) == 0 {
		return []string{caller.Local}
	}
	var names []string
	for _, t := range p.tokens {
		names = append(names, t.Principal)
	}
	return names
}

// check refuses a policy, read from file, that asks for two people where nobody could tell that they are two.
func (p *people) check(file string, rules policy.Policy) error {
	for _, name := range p.callers() {
		rule := rules.Asks(policy.TwoPerson, name, p.transport)
		if rule == nil {
			continue
		}
		problem := ""
		switch {
		case name == caller.Local:
			problem = `every caller of this server is "local", which is not one person: serve over http or sse with --auth-token-file, each line name:token`
		case !caller.IsPerson(name):
			problem = fmt.Sprintf("the bearer token %s has no name, so several people may share it: write its line in %s as name:token", name, p.tokenFile)
		case len(p.operators) == 0:
			problem = "no second person is named: add --operators FILE"
		case !p.second(name):
			problem = fmt.Sprintf("no operator in %s is another person than the caller %s", p.operatorsFile, name)
		default:
			continue
		}
		return fmt.Errorf("%s:%d: rule %q wants two people (level two_person), but %s; or use level console", file, rule.Line, rule.Name, problem)
	}
	return nil
}

// second reports whether an operator could be the second person for calls of the principal.
func (p *people) second(principal string) bool {
	for _, o := range p.operators {
		if o.Approver().Second(principal) == nil {
			return true
		}
	}
	return false
}
