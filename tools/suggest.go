package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// source is a read that lists the values of an argument.
type source struct {
	tool   string
	id     string   // field of an item that is the value, dotted
	labels []string // fields that people know it by; what is typed may be part of one
	of     []parent // what must be known first
	mine   string   // argument of the read that takes the caller's own user id
}

// parent is a kind of thing that others belong to, and the argument of a read that takes its id.
type parent struct{ kind, as string }

// sources by platform and kind of thing. Each is one read, because it runs while somebody types.
var sources = map[schemas.Platform]map[string]source{
	schemas.Platformsh: {
		"project":      {tool: "platformsh_user_project_access_list", id: "project_id", labels: []string{"project_title"}, mine: "user_id"},
		"environment":  {tool: "platformsh_environment_list", id: "id", labels: []string{"title"}, of: []parent{{"project", "project_id"}}},
		"organization": {tool: "platformsh_org_list", id: "id", labels: []string{"name", "label"}},
		"variable": {
			tool: "platformsh_environment_variable_list", id: "name", of: []parent{{"project", "project_id"}, {"environment", "environment_id"}},
		},
		"backup": {
			tool: "platformsh_environment_backup_list", id: "id", labels: []string{"created_at", "status"},
			of: []parent{{"project", "project_id"}, {"environment", "environment_id"}},
		},
	},
	schemas.Acquia: {
		"project":      {tool: "acquia_application_list", id: "uuid", labels: []string{"name", "hosting.id"}},
		"environment":  {tool: "acquia_environment_list", id: "id", labels: []string{"name", "label"}, of: []parent{{"project", "application_uuid"}}},
		"organization": {tool: "acquia_organization_list", id: "uuid", labels: []string{"name"}},
		"variable":     {tool: "acquia_variable_list", id: "name", of: []parent{{"environment", "environment_id"}}},
		"branch":       {tool: "acquia_branch_list", id: "name", of: []parent{{"project", "application_uuid"}}},
		"database":     {tool: "acquia_application_database_list", id: "name", of: []parent{{"project", "application_uuid"}}},
	},
	schemas.Virtuozzo: {
		"environment": {tool: "virtuozzo_environment_list", id: "env.envName", labels: []string{"env.displayName", "env.domain"}},
	},
}

// ownID tells the user id that some lists of Platform.sh want.
const ownID = "platformsh_user_me_get"

// Suggestible reports whether a platform has things of a kind (project, environment, organization, variable …) that can be suggested.
func Suggestible(platform schemas.Platform, kind string) bool {
	_, ok := sources[platform][kind]
	return ok
}

// Bounds of completions. A list is asked for once a minute, however fast somebody types.
const (
	askTimeout   = 2 * time.Second
	keepAnswers  = 60 * time.Second
	keepFailures = 5 * time.Second
	maxListed    = 200 // items looked through
	maxOffered   = 100 // values in one answer, by the specification
	maxAnswers   = 256 // answers kept; whoever names ever new projects must not fill the memory
)

// MaxValue is how long a suggested value may be, in characters. Ids, names and mail addresses are shorter.
const MaxValue = 200

// suggester remembers what was listed. It reads with the rights, the policy and the audit of whoever types, and what one
// principal was answered is never shown to another.
type suggester struct {
	mu      sync.Mutex
	answers map[question]*listed
}

type question struct {
	principal, account, tool string
	of                       string // ids of the parents, with a zero byte after each
}

type listed struct {
	once    sync.Once
	expires time.Time
	choices []Choice
	more    bool
}

// Choice is a value that can be suggested.
type Choice struct {
	ID     string
	Labels []string // what people know it by
}

// askedAccounts is how many accounts of one platform are asked when none is named.
const askedAccounts = 5

// Suggest lists the ids of a kind of things; given are the ids that are known already, by kind. Without the name of an account, the
// accounts of the platform are asked side by side: an id says by itself whose it is, and who is asked for a project before an account
// would else be suggested nothing.
func (s *Service) Suggest(
	ctx context.Context, platform schemas.Platform, kind, account string, given map[string]string,
) (choices []Choice, more bool) {
	src, ok := sources[platform][kind]
	if !ok {
		return nil, false
	}
	of := ""
	for _, p := range src.of {
		if given[p.kind] == "" {
			return nil, false
		}
		of += given[p.kind] + "\x00"
	}
	accounts := []string{account}
	if account == "" {
		accounts = s.Accounts.Names(platform)
		more = len(accounts) > askedAccounts
		accounts = accounts[:min(len(accounts), askedAccounts)]
	}
	lists := make([]*listed, len(accounts))
	var asked sync.WaitGroup
	for i, name := range accounts {
		asked.Go(func() { lists[i] = s.suggest(ctx, src, name, of) })
	}
	asked.Wait()
	for _, l := range lists {
		choices, more = append(choices, l.choices...), more || l.more
	}
	return choices, more
}

// suggest lists what one account has, from memory when it was asked a moment ago. It has no error: no suggestion is what a person
// sees when a platform does not answer, and the text of an error is not for a list of values. Whoever asks the same while the
// platform still thinks waits for the same answer.
func (s *Service) suggest(ctx context.Context, src source, account, of string) *listed {
	q := question{principal: caller.From(ctx).Principal, account: account, tool: src.tool, of: of}
	a := s.suggested.answer(q)
	a.once.Do(func() {
		// Typing on cancels the request, but its answer is what the next one needs.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		err := errors.New("the read panicked")
		defer func() {
			if p := recover(); p != nil { // outside the goroutine of the request, where nobody else would
				s.Logger.Error("suggestions panicked", "tool", src.tool, "panic", p)
			}
			if err != nil {
				s.Logger.Debug("no suggestions", "tool", src.tool, "error", err)
				s.suggested.mu.Lock()
				a.expires = time.Now().Add(keepFailures)
				s.suggested.mu.Unlock()
			}
		}()
		a.choices, a.more, err = s.list(ctx, src, q)
	})
	return a
}

func (m *suggester) answer(q question) *listed {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.answers[q]; a != nil && now.Before(a.expires) {
		return a
	}
	if len(m.answers) >= maxAnswers || m.answers == nil {
		m.answers = map[question]*listed{}
	}
	a := &listed{expires: now.Add(keepAnswers)}
	m.answers[q] = a
	return a
}

func (s *Service) list(ctx context.Context, src source, q question) ([]Choice, bool, error) {
	out, err := s.readSource(ctx, src, q.account, strings.Split(q.of, "\x00"), maxListed)
	if err != nil {
		return nil, false, err
	}
	var list []Choice
	for _, item := range out.Result.Items {
		one := Choice{ID: fieldOf(item, src.id)}
		// An id that would have to be cleaned is not one that a call could use.
		if one.ID == "" || one.ID != OneLine(one.ID) || utf8.RuneCountInString(one.ID) > MaxValue {
			continue
		}
		for _, name := range src.labels {
			one.Labels = append(one.Labels, fieldOf(item, name))
		}
		list = append(list, one)
	}
	return list, out.Result.Next != "", nil
}

// readSource makes the call of a source. Nobody is asked about it: what the policy wants confirmed is refused.
func (s *Service) readSource(ctx context.Context, src source, account string, parents []string, limit int) (*Outcome, error) {
	args := map[string]any{}
	for i, p := range src.of {
		args[p.as] = parents[i]
	}
	if src.mine != "" {
		me, err := s.Call(ctx, Call{Tool: ownID, Account: account, ReadsOnly: true}, nobody{})
		if err != nil {
			return nil, err
		}
		args[src.mine] = fieldOf(me.Result.Value, "id")
	}
	return s.Call(ctx, Call{Tool: src.tool, Account: account, Args: args, View: View{Limit: limit}, ReadsOnly: true}, nobody{})
}

// nobody is the channel of a read that nobody waits for.
type nobody struct{}

func (nobody) Ask(context.Context, Asked) (string, approval.Answer, error) {
	return "", approval.Answer{}, errors.New("this way of reading cannot ask a person; use paas_read")
}

// fieldOf reads a dotted field of a decoded answer as text.
func fieldOf(item any, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := item.(map[string]any)
		item = object[name]
	}
	switch v := item.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// Complete picks the values that fit what was typed, those that begin with it first.
func Complete(choices []Choice, typed string, more bool) *mcp.Completion {
	typed = strings.ToLower(typed)
	ranks := map[string]int{}
	var values []string
	for _, one := range choices {
		rank := 2
		for _, text := range append([]string{one.ID}, one.Labels...) {
			switch at := strings.Index(strings.ToLower(text), typed); {
			case at == 0 && text != "":
				rank = 0
			case at > 0:
				rank = min(rank, 1)
			}
		}
		if _, seen := ranks[one.ID]; rank < 2 && !seen {
			ranks[one.ID] = rank
			values = append(values, one.ID)
		}
	}
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(ranks[a], ranks[b]) })
	total := len(values)
	if total > maxOffered {
		values, more = values[:maxOffered], true
	}
	if values == nil {
		values = []string{}
	}
	return &mcp.Completion{Values: values, Total: total, HasMore: more}
}

// OneLine makes a value fit to stand in a line: one line, and nothing that can hide text from its reader.
func OneLine(value string) string {
	return strings.Join(strings.Fields(legible.Line(value)), " ")
}
