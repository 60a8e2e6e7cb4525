package prompts

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
	"paasmcp/schemas"
	"paasmcp/tools"
)

// source is a read that lists the values of an argument.
type source struct {
	tool   string
	id     string   // field of an item that is the value, dotted
	labels []string // fields that people know it by; what is typed may be part of one
	needs  string   // argument of the prompt that must be given first …
	as     string   // … and the argument of the read that takes it
	mine   string   // argument of the read that takes the caller's own user id
}

// sources by platform and kind, as the front matter names it. Each is one read, because it runs while somebody types.
var sources = map[schemas.Platform]map[string]source{
	schemas.Platformsh: {
		"project":      {tool: "platformsh_user_project_access_list", id: "project_id", labels: []string{"project_title"}, mine: "user_id"},
		"environment":  {tool: "platformsh_environment_list", id: "id", labels: []string{"title"}, needs: "project", as: "project_id"},
		"organization": {tool: "platformsh_org_list", id: "id", labels: []string{"name", "label"}},
	},
	schemas.Acquia: {
		"project":      {tool: "acquia_application_list", id: "uuid", labels: []string{"name", "hosting.id"}},
		"environment":  {tool: "acquia_environment_list", id: "id", labels: []string{"name", "label"}, needs: "project", as: "application_uuid"},
		"organization": {tool: "acquia_organization_list", id: "uuid", labels: []string{"name"}},
	},
	schemas.Virtuozzo: {
		"environment": {tool: "virtuozzo_environment_list", id: "env.envName", labels: []string{"env.displayName", "env.domain"}},
	},
}

// ownID tells the user id that some lists of Platform.sh want.
const ownID = "platformsh_user_me_get"

// Bounds of completions. A list is asked for once a minute, however fast somebody types.
const (
	askTimeout   = 2 * time.Second
	keepAnswers  = 60 * time.Second
	keepFailures = 5 * time.Second
	maxListed    = 200 // items looked through
	maxOffered   = 100 // values in one answer, by the specification
	maxAnswers   = 256 // answers kept; whoever names ever new projects must not fill the memory
)

// completer suggests values of arguments. It reads with the rights, the policy and the audit of whoever types, and what
// one principal was answered is never shown to another.
type completer struct {
	service *tools.Service
	offers  func() []*offer

	mu      sync.Mutex
	answers map[question]*answer
}

type question struct {
	principal, account, tool, of string
}

type answer struct {
	once    sync.Once
	expires time.Time
	choices []choice
	more    bool
}

type choice struct {
	id     string
	labels []string
}

func newCompleter(service *tools.Service, offers func() []*offer) *completer {
	return &completer{service: service, offers: offers, answers: map[question]*answer{}}
}

// CompletePromptArgument implements the completion provider of mcp-go. It never returns an error: no suggestion is what a
// person sees when a platform does not answer, and the text of an error is not for a list of values.
func (c *completer) CompletePromptArgument(ctx context.Context, prompt string, arg mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	none := &mcp.Completion{Values: []string{}}
	o := find(c.offers(), prompt)
	if o == nil {
		return none, nil
	}
	values := map[string]string{}
	for name, value := range given.Arguments {
		if value = clean(value); utf8.RuneCountInString(value) <= maxValue {
			values[name] = value
		}
	}
	delete(values, arg.Name)
	platforms, err := o.narrow(values)
	if err != nil {
		return none, nil
	}
	choices, more := c.choices(ctx, o, arg.Name, values, platforms)
	return offered(choices, clean(arg.Value), more), nil
}

// choices lists every value of an argument. Where the platform is still open, each is asked, side by side.
func (c *completer) choices(ctx context.Context, o *offer, argument string, values map[string]string, platforms []schemas.Platform) (all []choice, more bool) {
	switch argument {
	case argPlatform:
		for _, p := range platforms {
			all = append(all, choice{id: string(p), labels: []string{headings[p]}})
		}
		return all, false
	case argAccount:
		for _, p := range platforms {
			for _, name := range c.service.Accounts.Names(p) {
				all = append(all, choice{id: name})
			}
		}
		return all, false
	}
	a, ok := o.argument(argument)
	if !ok {
		return nil, false
	}
	lists := make([]*answer, len(platforms))
	var asked sync.WaitGroup
	for i, p := range platforms {
		if src, ok := sources[p][a.Complete]; ok && slices.Contains(a.Platforms, p) {
			asked.Go(func() { lists[i] = c.ask(ctx, src, values) })
		}
	}
	asked.Wait()
	for _, list := range lists {
		if list != nil {
			all, more = append(all, list.choices...), more || list.more
		}
	}
	return all, more
}

// ask returns what a source lists, from memory when it was asked a moment ago. Whoever asks the same while the platform
// still thinks waits for the same answer.
func (c *completer) ask(ctx context.Context, src source, values map[string]string) *answer {
	if src.needs != "" && values[src.needs] == "" {
		return nil
	}
	q := question{principal: caller.From(ctx).Principal, account: values[argAccount], tool: src.tool, of: values[src.needs]}
	a := c.answer(q)
	a.once.Do(func() {
		// Typing on cancels the request, but its answer is what the next one needs.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		err := errors.New("the read panicked")
		defer func() {
			if p := recover(); p != nil { // outside the goroutine of the request, where nobody else would
				c.service.Logger.Error("completions panicked", "tool", src.tool, "panic", p)
			}
			if err != nil {
				c.service.Logger.Debug("no completions", "tool", src.tool, "error", err)
				c.mu.Lock()
				a.expires = time.Now().Add(keepFailures)
				c.mu.Unlock()
			}
		}()
		a.choices, a.more, err = c.read(ctx, src, q)
	})
	return a
}

func (c *completer) answer(q question) *answer {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.answers[q]; a != nil && now.Before(a.expires) {
		return a
	}
	if len(c.answers) >= maxAnswers {
		clear(c.answers)
	}
	a := &answer{expires: now.Add(keepAnswers)}
	c.answers[q] = a
	return a
}

func (c *completer) read(ctx context.Context, src source, q question) ([]choice, bool, error) {
	args := map[string]any{}
	if src.needs != "" {
		args[src.as] = q.of
	}
	if src.mine != "" {
		me, err := c.service.Call(ctx, tools.Call{Tool: ownID, Account: q.account, ReadsOnly: true}, nobody{})
		if err != nil {
			return nil, false, err
		}
		args[src.mine] = field(me.Result.Value, "id")
	}
	out, err := c.service.Call(ctx, tools.Call{
		Tool: src.tool, Account: q.account, Args: args, View: tools.View{Limit: maxListed}, ReadsOnly: true,
	}, nobody{})
	if err != nil {
		return nil, false, err
	}
	var list []choice
	for _, item := range out.Result.Items {
		one := choice{id: field(item, src.id)}
		// An id that would have to be cleaned is not one that a call could use.
		if one.id == "" || one.id != clean(one.id) || utf8.RuneCountInString(one.id) > maxValue {
			continue
		}
		for _, name := range src.labels {
			one.labels = append(one.labels, field(item, name))
		}
		list = append(list, one)
	}
	return list, out.Result.Next != "", nil
}

// nobody is the channel of a read that nobody waits for: what the policy wants confirmed is not suggested.
type nobody struct{}

func (nobody) Ask(context.Context, tools.Asked) (string, approval.Answer, error) {
	return "", approval.Answer{}, errors.New("nobody is asked for a suggestion")
}

// field reads a dotted field of a decoded answer as text.
func field(item any, path string) string {
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

// offered picks the values that fit what was typed, those that begin with it first.
func offered(choices []choice, typed string, more bool) *mcp.Completion {
	typed = strings.ToLower(typed)
	ranks := map[string]int{}
	var values []string
	for _, one := range choices {
		rank := 2
		for _, text := range append([]string{one.id}, one.labels...) {
			switch at := strings.Index(strings.ToLower(text), typed); {
			case at == 0 && text != "":
				rank = 0
			case at > 0:
				rank = min(rank, 1)
			}
		}
		if _, seen := ranks[one.id]; rank < 2 && !seen {
			ranks[one.id] = rank
			values = append(values, one.id)
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
