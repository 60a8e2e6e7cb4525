package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/memory"
)

// An answer that is too long for a model is kept for a while, and the model gets a summary and an id. Kept answers are
// masked and cleaned like every answer, so that nothing has to be decided again when a part of one is read. Other than
// files, which can be large and are on disk, they are in memory, as JSON: decoded it would take several times as much.

// Bounds of kept answers. What does not fit pushes out what has not been used for longest: of the same caller when they have their
// share, else of the caller who keeps most.
const (
	keptResults    = 64       // at a time
	keptByOne      = 16       // of one caller, so that a busy one pushes out its own
	keptBytes      = 32 << 20 // together
	keptBytesOne   = keptBytes / 2
	largestResult  = 8 << 20 // bytes of one
	resultURI      = "paas://results/"
	resultURIForm  = resultURI + "{id}"
	resultIDLength = 16 // characters of base 32: 80 bits, which nobody guesses in a quarter of an hour
)

var errNoResult = errors.New("no answer is kept under this id: it has expired, made room for newer ones, or never was; make the call again")

// keptAnswer is an answer that can be read in parts.
type keptAnswer struct {
	ID    string
	Tool  string   // that gave it
	JSON  []byte   // the whole of it: a list of items, an object, or a text
	Shows []string // fields that are shown of it when none are asked for
	Next  string   // cursor of what follows at the platform

	principal string // who can read it
	who       string // whom it counts for
	expires   time.Time
	used      time.Time
}

// resultStore holds kept answers. The zero resultStore is ready to use.
type resultStore struct {
	mu    sync.Mutex
	byID  map[string]*keptAnswer
	bytes int
}

// put keeps an answer for a caller and gives it an id. It reports false when the answer is too large to be kept.
func (s *resultStore) put(c caller.Caller, k keptAnswer) (keptAnswer, bool) {
	if len(k.JSON) > largestResult {
		return keptAnswer{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.sweep(now)
	if s.byID == nil {
		s.byID = map[string]*keptAnswer{}
	}
	k.ID, k.principal, k.who, k.expires, k.used = rand.Text()[:resultIDLength], c.Principal, c.Quota(), now.Add(keptFor), now
	for n, bytes := s.of(k.who); n >= keptByOne || bytes+len(k.JSON) > keptBytesOne; n, bytes = s.of(k.who) {
		s.drop(s.oldest(k.who))
	}
	for len(s.byID) >= keptResults || s.bytes+len(k.JSON) > keptBytes {
		s.drop(s.oldest(s.greatest()))
	}
	s.byID[k.ID] = &k
	s.bytes += len(k.JSON)
	return k, true
}

// get finds an answer of a principal. Anybody else hears that there is none.
func (s *resultStore) get(principal, id string) (keptAnswer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.sweep(now)
	k, ok := s.byID[strings.TrimPrefix(id, resultURI)]
	if !ok || k.principal != principal {
		return keptAnswer{}, errNoResult
	}
	k.used = now
	return *k, nil
}

// The functions below need the lock.

func (s *resultStore) sweep(now time.Time) {
	for _, k := range s.byID {
		if !now.Before(k.expires) {
			s.drop(k)
		}
	}
}

// of is how many answers a caller keeps, and how many bytes.
func (s *resultStore) of(who string) (n, bytes int) {
	for _, k := range s.byID {
		if k.who == who {
			n, bytes = n+1, bytes+len(k.JSON)
		}
	}
	return n, bytes
}

// greatest is the caller who keeps most bytes.
func (s *resultStore) greatest() string {
	own := map[string]int{}
	most := ""
	for _, k := range s.byID {
		if own[k.who] += len(k.JSON); most == "" || own[k.who] > own[most] {
			most = k.who
		}
	}
	return most
}

// oldest is the answer of a caller that has not been used for longest.
func (s *resultStore) oldest(who string) *keptAnswer {
	var found *keptAnswer
	for _, k := range s.byID {
		if k.who == who && (found == nil || k.used.Before(found.used)) {
			found = k
		}
	}
	return found
}

func (s *resultStore) drop(k *keptAnswer) {
	delete(s.byID, k.ID)
	s.bytes -= len(k.JSON)
}

// hold asks for what a call is about to take of the memory of the server, in bytes, besides what it reads from a platform.
func hold(ctx context.Context, bytes int64) error {
	tab := memory.From(ctx)
	part := tab.Begin(0)
	if err := part.Grow(bytes); err != nil {
		return err
	}
	tab.Done(part)
	return nil
}

// addResults offers kept answers as resources, for clients that would rather read them whole.
func (s *Service) addResults(m *server.MCPServer) {
	template := mcp.NewResourceTemplate(resultURIForm, "Kept answer", mcp.WithTemplateMIMEType("application/json"),
		mcp.WithTemplateDescription("The whole of an answer that was too long; readable for 15 minutes by its caller only."))
	m.AddResourceTemplate(template, func(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		k, err := s.kept.get(caller.From(ctx).Principal, r.Params.URI)
		if err != nil {
			return nil, err
		}
		if err := hold(ctx, 3*int64(len(k.JSON))); err != nil { // as it is, as text, and as the text of a message
			return nil, err
		}
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "application/json", Text: string(k.JSON)}}, nil
	})
}
