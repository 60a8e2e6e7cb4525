package apiclient

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"paasmcp/schemas"
)

// Ref names one thing of a platform. Name is the one that people use; it may be empty.
type Ref struct{ ID, Name string }

// Place is where a host name is served. Which of the references are set depends on the platform: Project and Environment,
// Application or Site and Environment, or Environment alone. All texts but Next are the platform's.
type Place struct {
	Project, Application, Site, Environment Ref

	Production *bool  // nil where the platform does not say
	How        string // one of the constants below
	Domain     string // as the platform lists it
	Exact      bool   // this serves the very name, not one like it
	URL        string
	Next       Step
}

// How a place has its name.
const (
	CustomDomain   = "custom domain"
	WildcardDomain = "wildcard domain"
	DefaultDomain  = "default domain"           // the platform's own name
	RoutedDomain   = "route of a custom domain" // the name stands in the routes, below the domain
)

// Step is a read operation that shows more about a place.
type Step struct {
	Tool      string
	Arguments map[string]any
}

// locateCalls is how many calls one search may make. Repetitions after passing failures do not count, they are bounded
// by themselves.
const locateCalls = 60

// Locate looks for the environment that serves a host name, as HostName gives it, among all that the account can reach.
// It only reads. A domain for all names below it, and the same name with or without www., is found too, but only where
// nothing has the very name. It ends at the first exact find.
//
// An error of type *PartialError says that the search did not see everything; the places that it found come with it. All
// other errors are of type *Error. A search that was cut short goes on where it stopped when the same name is asked for
// again soon.
func (c *Client) Locate(ctx context.Context, host string) ([]Place, error) {
	name, err := HostName(host)
	if err != nil {
		return nil, c.complete(&Request{Op: &schemas.Operation{Name: "locate"}}, &Error{Kind: KindInvalid, Message: err.Error()})
	}
	s := &search{Client: c, host: name}
	calls := locateCalls
	if left := c.limit.left(); left >= 0 {
		// Half of what is left is for everybody else who uses this account.
		if calls = min(calls, left/2); calls == 0 {
			return nil, c.complete(&Request{Op: &schemas.Operation{Name: "locate"}}, &Error{Kind: KindRateLimited, Retryable: true,
				Message: "the calls that the platform admits a minute for this account are used up", Hint: "try again in a minute"})
		}
	}
	s.left.Store(int64(calls))
	places, err := c.dialect.locate(ctx, s)
	if errors.As(err, new(spent)) { // while the platform said what there is
		err = &PartialError{Stopped: outOfCalls}
	}
	if partial := (*PartialError)(nil); !errors.As(err, &partial) || partial.Stopped == "" {
		c.trail.forget() // it came to its end: the next search looks at everything anew
	}
	return best(places), err
}

// LocateReads names the operations of the catalogue that Locate calls, so that who may not call them may not search
// either.
func (c *Client) LocateReads() []string {
	var names []string
	for _, op := range c.dialect.locateReads() {
		names = append(names, op.Name)
	}
	return names
}

// locator is the part of a dialect that knows where its platform keeps host names.
type locator interface {
	locate(ctx context.Context, s *search) ([]Place, error)
	locateReads() []*schemas.Operation
}

// search is one look for one name.
type search struct {
	*Client
	host string
	left atomic.Int64 // calls
}

// spent is the error of a read when there are no calls left.
type spent struct{}

func (spent) Error() string { return outOfCalls }

const outOfCalls = "the calls of one search were used up"

// read makes one call and gives the decoded answer.
func (s *search) read(ctx context.Context, r *Request) (any, error) {
	if s.left.Add(-1) < 0 {
		return nil, spent{}
	}
	a, err := s.do(ctx, r, s.json())
	if err != nil {
		return nil, err
	}
	return a.Value, nil
}

// locatePage is how many items a search asks for at once, where the platform lets it.
const locatePage = 100

// list reads a list to its end. With an error it gives the items up to there.
func (s *search) list(ctx context.Context, r *Request) ([]any, error) {
	pages, err := s.pagerOf(r)
	if err != nil {
		return nil, s.complete(r, err)
	}
	var all, fresh []any
	way := walk{r: r, pages: pages}
	for at, more := (position{}), true; more; {
		value, err := s.read(ctx, pages.ask(r, at, locatePage))
		if err != nil {
			return all, err
		}
		items, found := listAt(value, r.Op.List)
		if !found && value != nil && totalOf(value) != 0 {
			return all, s.complete(r, noList(value))
		}
		fresh, at, more = way.take(at, value, items, locatePage)
		more = more && (len(items) == 0 || len(fresh) > 0)
		all = append(all, fresh...)
	}
	return all, nil
}

// readOf is the request of an operation whose path has these ids in its holes.
func readOf(op *schemas.Operation, ids ...string) (*Request, error) {
	path := op.Path()
	for _, id := range ids {
		segment, err := pathSegment(id)
		if err != nil {
			return nil, invalid(op, "the platform gave the id "+quote(id)+", which cannot be used in a path: "+err.Error(), "")
		}
		before, after, _ := strings.Cut(path, "{")
		_, after, _ = strings.Cut(after, "}")
		path = before + segment + after
	}
	return &Request{Op: op, Method: http.MethodGet, Path: path}, nil
}

// listOf reads the list of an operation whose path has these ids in its holes.
func (s *search) listOf(ctx context.Context, op *schemas.Operation, ids ...string) ([]any, error) {
	r, err := readOf(op, ids...)
	if err != nil {
		return nil, err
	}
	return s.list(ctx, r)
}

// likeness is how a domain that a platform lists relates to the name that is looked for, the best last.
type likeness int

const (
	unlike likeness = iota
	above           // the name lies below the domain
	twin            // one is the other with www. in front
	covers          // the domain is *. and a part of the name
	same
)

func (s *search) liken(domain string) likeness {
	name, ok := foldHost(domain)
	below, wildcard := strings.CutPrefix(name, "*")
	switch {
	case !ok || name == "":
		return unlike
	case name == s.host:
		return same
	case wildcard && strings.HasPrefix(below, ".") && strings.HasSuffix(s.host, below):
		return covers
	case "www."+name == s.host, name == "www."+s.host:
		return twin
	case strings.HasSuffix(s.host, "."+name):
		return above
	}
	return unlike
}

// has sets how a place has its domain.
func (p Place) has(s *search, domain string, how string, like likeness) Place {
	p.Domain, p.Exact, p.How, p.URL = domain, like == same, how, "https://"+s.host+"/"
	if how == CustomDomain && strings.HasPrefix(domain, "*.") {
		p.How = WildcardDomain
	}
	if name, ok := foldHost(domain); like == twin && ok {
		p.URL = "https://" + name + "/"
	}
	if strings.Contains(p.URL, "*") { // somebody asked for the wildcard itself, which no browser can open
		p.URL = ""
	}
	return p
}

// best keeps the places that have the very name when there are any, and each place once.
func best(places []Place) []Place {
	exact := slices.ContainsFunc(places, func(p Place) bool { return p.Exact })
	type key struct{ project, application, site, environment, domain string }
	seen := map[key]bool{}
	var keep []Place
	for _, p := range places {
		k := key{p.Project.ID, p.Application.ID, p.Site.ID, p.Environment.ID, p.Domain}
		if p.Exact == exact && !seen[k] {
			seen[k] = true
			keep = append(keep, p)
		}
	}
	return keep
}

func hasExact(places []Place) bool {
	return slices.ContainsFunc(places, func(p Place) bool { return p.Exact })
}

// known is a pointer for Place.Production.
func known(production bool) *bool { return &production }

// refOf reads an object's reference: its id, and the first of the members that has a text.
func refOf(object any, id string, names ...string) Ref {
	ref := Ref{ID: digText(object, id)}
	for _, name := range names {
		ref.Name = cmp.Or(ref.Name, digText(object, name))
	}
	return ref
}

// locateRead is an operation that searches call. It carries the name of its row, which policies and people know.
func locateRead(platform schemas.Platform, name, call, list string, paging *schemas.Paging) *schemas.Operation {
	return &schemas.Operation{Name: name, Platform: platform, Call: call, List: list, Paging: paging, Risk: []schemas.Risk{schemas.Read}}
}
