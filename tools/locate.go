package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

type locateInput struct {
	Name    string `json:"name" jsonschema_description:"host name or URL"`
	Account string `json:"account,omitempty"`
}

// Located is where a host name is served, over all accounts.
type Located struct {
	Places      []FoundPlace `json:"places"`
	CouldNotAsk []NotAsked   `json:"could_not_ask"`
	Asked       int          `json:"asked"` // accounts that answered, the partial ones too
	Note        string       `json:"note,omitempty"`
}

// FoundPlace is one place. Next is what paas_read takes to see more of it.
type FoundPlace struct {
	Account     string           `json:"account"`
	Platform    schemas.Platform `json:"platform"`
	Project     *FoundRef        `json:"project,omitempty"`
	Application *FoundRef        `json:"application,omitempty"`
	Site        *FoundRef        `json:"site,omitempty"`
	Environment *FoundRef        `json:"environment,omitempty"`
	Production  *bool            `json:"production,omitempty"` // absent when the platform does not say
	How         string           `json:"how"`
	Domain      string           `json:"domain"`
	URL         string           `json:"url,omitempty"`
	Next        NextRead         `json:"next"`

	exact bool
}

// FoundRef is a thing of a platform by its id and the name that people use.
type FoundRef struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// NextRead is a suggested call of paas_read.
type NextRead struct {
	Tool      string         `json:"tool"`
	Arguments map[string]any `json:"arguments"`
	Account   string         `json:"account,omitempty"` // where the platform has several
}

// NotAsked is an account that did not answer, or not for everything it has.
type NotAsked struct {
	Account string `json:"account"`
	Error   string `json:"error"`
	Partial bool   `json:"partial,omitempty"` // it answered for a part
}

// Bounds of one question.
const (
	locateTimeout = 10 * time.Second // for each account, all side by side
	maxPlaces     = 20
	locateName    = "paas_locate"
)

func (s *Service) locateTool() server.ServerTool {
	return own(s, locateName, "Locate a host name",
		"Find which project and environment serves a host name, on all accounts at once.",
		hints(true, false, true), outputOf[Located]("places"),
		func(ctx context.Context, in locateInput, _ mcp.CallToolParams) (*mcp.CallToolResult, error) {
			located, err := s.Locate(ctx, in.Name, in.Account)
			if err != nil {
				return failed(fmt.Errorf("%s: %w", locateName, err)), nil
			}
			return result(located)
		})
}

// Locate asks all accounts, or one, where a host name is served. An account that fails or is slow never hides what the
// others know. The error is about the question itself.
func (s *Service) Locate(ctx context.Context, name, account string) (Located, error) {
	host, err := apiclient.HostName(name)
	if err != nil {
		return Located{}, err
	}
	clients := s.Accounts.clients
	if account != "" {
		client, err := s.Accounts.Named(account)
		if err != nil {
			return Located{}, err
		}
		clients = []*apiclient.Client{client}
	}
	answers := make([]located, len(clients))
	var all sync.WaitGroup
	for i, client := range clients {
		all.Go(func() { answers[i] = s.locateIn(ctx, client, host) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return Located{}, caller.Ended(ctx)
	}
	out := Located{Places: []FoundPlace{}, CouldNotAsk: []NotAsked{}}
	for i, answer := range answers {
		var partial *apiclient.PartialError
		isPartial := errors.As(answer.err, &partial) && partial.Looked > 0
		if answer.err != nil {
			text := shorten(legible.Block(answer.err.Error()), maxErrorText)
			out.CouldNotAsk = append(out.CouldNotAsk, NotAsked{clients[i].Account().Name, text, isPartial})
		}
		if answer.err == nil || isPartial {
			out.Asked++
		}
		for _, p := range answer.places {
			out.Places = append(out.Places, s.foundPlace(clients[i].Account(), p))
		}
	}
	out.settle(host)
	return out, nil
}

// maxErrorText is how much of an account's error is shown, in characters.
const maxErrorText = 400

// located is what one account answered.
type located struct {
	places []apiclient.Place
	err    error
}

// locateIn asks one account. The search goes by the policy like any read, and stands in the audit as one entry.
func (s *Service) locateIn(ctx context.Context, client *apiclient.Client, host string) (answer located) {
	verdict, err := s.mayLocate(ctx, client)
	search, auditErr := s.begin(ctx, client, locateName, map[string]any{"name": host}, verdict)
	if auditErr != nil {
		return located{err: fmt.Errorf("the audit could not be written, so it was not asked: %w", auditErr)}
	}
	if err != nil {
		search.refuse(verdict.Reason)
		return located{err: err}
	}
	defer func() {
		if r := recover(); r != nil { // one platform's odd answer must not take the other accounts down
			s.Logger.Error("locate: panic", "account", client.Account().Name, "panic", r)
			answer = located{err: errors.New("the search broke off; the server's log says more")}
		}
		search.end(answer.err)
	}()
	ctx, cancel := context.WithTimeout(ctx, locateTimeout)
	defer cancel()
	answer.places, answer.err = client.Locate(ctx, host)
	return answer
}

// mayLocate asks the policy about every operation that a search calls: who may not call one of them must not learn its
// answers this way. A search cannot be put to a person, so a read that needs one refuses it too.
func (s *Service) mayLocate(ctx context.Context, client *apiclient.Client) (policy.Verdict, error) {
	from := caller.From(ctx)
	verdict := policy.Verdict{}
	for _, name := range client.LocateReads() {
		op, ok := s.Catalog.Operation(name)
		if !ok {
			return verdict, fmt.Errorf("%s, which a search needs, is not switched on", name)
		}
		verdict = s.Policy.Decide(policy.Facts{
			Operation: op, Account: client.Account().Name, Principal: from.Principal, Transport: from.Transport, ReadOnly: s.ReadOnly,
		})
		if verdict.Action != policy.Allow {
			return verdict, fmt.Errorf("%s: %s", name, cmp.Or(verdict.Reason, "refused by the policy")+allowedBy(verdict, name))
		}
	}
	return verdict, nil
}

// foundPlace makes a place readable: what the platform wrote is cleaned and cut like every other text of its.
func (s *Service) foundPlace(account apiclient.Account, p apiclient.Place) FoundPlace {
	ref := func(r apiclient.Ref) *FoundRef {
		if r == (apiclient.Ref{}) {
			return nil
		}
		return &FoundRef{shorten(legible.Block(r.ID), maxPlaceText), shorten(legible.Block(r.Name), maxPlaceText)}
	}
	found := FoundPlace{
		Account: account.Name, Platform: account.Platform,
		Project: ref(p.Project), Application: ref(p.Application), Site: ref(p.Site), Environment: ref(p.Environment),
		Production: p.Production, How: p.How, Domain: shorten(legible.Block(p.Domain), maxPlaceText), URL: p.URL,
		Next: NextRead{Tool: p.Next.Tool, Arguments: p.Next.Arguments}, exact: p.Exact,
	}
	if s.Accounts.Choice(account.Platform) {
		found.Next.Account = account.Name
	}
	return found
}

// maxPlaceText is how long an id or a name of a place may be, in characters.
const maxPlaceText = 300

// settle keeps the best places and says in words what the answer means.
func (l *Located) settle(host string) {
	var exact []FoundPlace
	for _, p := range l.Places {
		if p.exact {
			exact = append(exact, p)
		}
	}
	like := len(exact) == 0 && len(l.Places) > 0
	if len(exact) > 0 {
		l.Places = exact
	}
	if n := len(l.Places); n > maxPlaces {
		l.Places, l.Note = l.Places[:maxPlaces], fmt.Sprintf("only %d of %d places are shown", maxPlaces, n)
	}
	var meaning string
	switch {
	case l.Asked == 0 && len(l.CouldNotAsk) == 0:
		meaning = NoAccounts
	case like && len(l.CouldNotAsk) > 0:
		meaning = "nothing seen has exactly " + host + "; these have a name like it. What could not be asked may have it"
	case like:
		meaning = "nothing has exactly " + host + "; these have a name like it"
	case len(l.Places) > 0:
		meaning = "call next with paas_read"
	case len(l.CouldNotAsk) > 0:
		meaning = "nothing seen serves " + host + ", but not everything could be asked: it may be there"
	default:
		meaning = "no account serves " + host + "; its DNS may point elsewhere"
	}
	if l.Note != "" {
		meaning = l.Note + "; " + meaning
	}
	l.Note = meaning
}
