// Package preview finds out by reads what a call will hit, before a person is asked about it: names in place of ids, whether it
// is production, what goes with it, what changes, and which backup could be taken first.
//
// It never decides and never lets anything through: what it cannot find out becomes a doubt on the card, and an environment
// that it cannot look up counts as production.
package preview

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// Reader reads on behalf of the caller. It bounds number and time of the reads, gives the same answer to the same question
// without asking twice, and refuses what the policy does not let the caller read unasked. It is safe for concurrent use.
type Reader interface {
	// Read calls a read operation. Answers are masked; lists come as []any, or as Part where there may be more. An error is
	// [ErrNotFound] where the platform says that there is no such thing.
	Read(ctx context.Context, tool string, args map[string]any) (any, error)
	// Production are the patterns of environment names that the account's configuration declares to be production.
	Production() []string
}

// Part is the beginning of a list: what is not in it may exist all the same.
type Part []any

// ErrNotFound is the error of a read of a thing that the platform does not show to this account.
var ErrNotFound = errors.New("not found")

// Call is the call to look at. Masked are its arguments as people may see them.
type Call struct {
	Op     *schemas.Operation
	Args   map[string]any
	Masked map[string]any
}

// Kind is what is known about the environment that a call changes.
type Kind struct {
	Environment policy.Environment // Unknown when the call is about no environment
	Name        string             // of the environment, as people call it
	Note        string             // what a reader should know about how this was found out
	Doubt       string             // why it could not be looked up
	Source      bool               // it is only read from: something is copied out of it
	Names       []policy.Names     // of every environment that the call is about, one without names where it could not be looked up
}

// Target is what a card shows about a call besides the call itself.
type Target struct {
	Kind    Kind
	Name    string            // that a person types; empty when the arguments' own name is the best
	Details []approval.Detail // what will be hit
	Along   []approval.Detail // what goes with it
	Changes []approval.Change // old → new
	State   []approval.Detail // what must be the same when the answer comes
	Cost    string
	First   []Step // the backup that could be taken first
	// BackedUp is how long ago all of it was backed up last, where that is so short that another backup would only repeat it.
	BackedUp string
	Doubts   []string
	// Impossible says why the call cannot work. It rests on what the platform shows, never on a read that failed, and there is
	// nothing then to ask a person about.
	Impossible []string
}

// Step is a call that can be made before the one on the card.
type Step struct {
	Tool string
	Args map[string]any
	// Last is when the last backup of the same was finished, as the platform writes it; empty when none is known.
	Last string
}

// Previewer looks at calls of one catalogue. It is safe for concurrent use.
type Previewer struct {
	catalog *schemas.Catalog
	reads   func() reads
}

// New makes a previewer. Nothing is read or indexed until something is looked at.
func New(catalog *schemas.Catalog) *Previewer {
	return &Previewer{catalog: catalog, reads: sync.OnceValue(func() reads { return readsOf(catalog) })}
}

// hit is an environment that a call names, or something that stands for environments.
type hit struct {
	of     string // what the id names, in the dialect's own words; empty for an environment
	id     string
	source bool // it is only read from: something is copied out of it
}

func (h hit) String() string { return strings.TrimSpace(h.of + " " + h.id) }

// dialect is what differs between platforms.
type dialect interface {
	// environments are all environments that the arguments of a call name, in whatever way.
	environments(c Call) []hit
	// kind looks one of them up. It goes by what the platform answers and never by how the caller spells it; an answer about another
	// environment is an error.
	kind(l *look, h hit) (Kind, error)
	// resource describes one resource that a call names: what it is called, and the state that a decision rests on. ok is false
	// where [plainResource] does as well.
	resource(tool string, answer map[string]any) (r resource, ok bool)
	// family adds what only this platform's operations have: children, backups, domains, estimates.
	family(l *look)
	// needs are what calls of this platform cannot work without.
	needs() []need
}

func dialectOf(platform schemas.Platform) dialect {
	switch platform {
	case schemas.Platformsh:
		return platformsh{}
	case schemas.Acquia:
		return acquia{}
	default:
		return virtuozzo{}
	}
}

// NamesEnvironment reports whether the call names environments that can be looked up.
func NamesEnvironment(c Call) bool { return len(dialectOf(c.Op.Platform).environments(c)) > 0 }

// Kind says what kind of environment a call is about. Of several the most dangerous one counts, and one that cannot be looked up
// counts as production.
func (p *Previewer) Kind(ctx context.Context, c Call, r Reader) Kind {
	return p.look(ctx, c, r).environmentKind()
}

// Changes reads what an update is about to replace. The error says why that cannot be known; it is nil for calls that are no updates.
func (p *Previewer) Changes(ctx context.Context, c Call, r Reader) ([]approval.Change, error) {
	l := p.look(ctx, c, r)
	err := l.changes()
	if d, ok := l.dialect.(replacer); ok && err == nil {
		err = d.replaces(l)
	}
	return l.target.Changes, err
}

// Contradictions are why a call cannot work as its arguments alone show. Calls about which nobody is asked are held to them too: they
// take no request to find out.
func (p *Previewer) Contradictions(c Call) []string {
	l := p.look(context.Background(), c, nil)
	l.pems()
	return l.refused().Impossible
}

// replacer is a dialect whose updates are no updates by their HTTP method.
type replacer interface {
	// replaces notes what the call replaces.
	replaces(l *look) error
}

// Look finds out everything that the card of a call shows.
func (p *Previewer) Look(ctx context.Context, c Call, r Reader) Target {
	l := p.look(ctx, c, r)
	// First what people decide by, and what the platform's part needs again anyway; the reader gives the same answer twice.
	var kind Kind // what is looked at beside it starts without one
	l.together(
		func() { kind = l.environmentKind() },
		func() {
			l.inOrder((*look).resources, (*look).needs, func(l *look) {
				if err := l.changes(); err != nil {
					l.doubt("what the update replaces", err)
				}
			})
		},
	)
	if l.target.Kind = kind; len(l.target.Impossible) > 0 {
		return l.refused()
	}
	if l.target.Kind.Doubt != "" {
		l.target.Doubts = append(l.target.Doubts, l.target.Kind.Doubt)
	}
	if l.target.Kind.Note != "" {
		l.detail("environment "+l.target.Kind.Name, l.target.Kind.Note)
	}
	if l.dialect.family(l); len(l.target.Impossible) > 0 {
		return l.refused()
	}
	for _, change := range l.target.Changes {
		l.target.State = append(l.target.State, approval.Detail{Name: change.Field, Value: change.Old})
	}
	// They were found in no particular order, and must be equal when the same is found again.
	slices.SortStableFunc(l.target.State, func(a, b approval.Detail) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(l.target.Doubts)
	l.target.Doubts = slices.Compact(l.target.Doubts)
	l.target.BackedUp = backedUp(l.target.First)
	return l.target
}

// refused is the target of a call that cannot work: nobody sees a card of it.
func (l *look) refused() Target {
	slices.Sort(l.target.Impossible)
	return Target{Kind: l.target.Kind, Impossible: slices.Compact(l.target.Impossible)}
}

func (p *Previewer) look(ctx context.Context, c Call, r Reader) *look {
	return &look{Call: c, ctx: ctx, previewer: p, reader: r, dialect: dialectOf(c.Op.Platform)}
}
