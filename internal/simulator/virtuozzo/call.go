package virtuozzo

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// callsText has one call per line: its name, then its parameters besides session and appid. A star marks what is
// required, a colon the type where it is not text. The facts are from the vendor's OpenAPI document 8.0.2.
//
//go:embed calls.txt
var callsText string

// Handler performs one call. It runs under the server's lock.
type Handler func(*Server, *Request) (Doc, error)

// handlers maps call names, as in calls.txt, to what performs them.
type handlers map[string]Handler

type call struct {
	name   string // environment/control.startenv
	params []param
}

type param struct {
	name, kind string // kind: empty for text, int, bool, num, json
	required   bool
}

// method is the name as token rights and the action history have it: environment.control.startenv.
func (c *call) method() string { return strings.ReplaceAll(c.name, "/", ".") }

func (c *call) path() string { return strings.Replace(c.name, ".", "/rest/", 1) }

// reads tells whether the call changes nothing. The verb says it, never the HTTP method.
func (c *call) reads() bool {
	_, verb, _ := strings.Cut(c.name, ".")
	for _, p := range []string{"get", "check", "read", "search", "sign"} {
		if strings.HasPrefix(verb, p) {
			return true
		}
	}
	return strings.HasSuffix(verb, "history")
}

// catalogue is all calls; servers share it, for it never changes.
type catalogue struct {
	byPath map[string]*call // below Base
	sorted []*call          // by name
}

// calls reads calls.txt.
var calls = sync.OnceValue(func() catalogue {
	c := catalogue{byPath: map[string]*call{}}
	for line := range strings.Lines(callsText) {
		one := parseCall(line)
		c.byPath[one.path()] = one
		c.sorted = append(c.sorted, one)
	}
	slices.SortFunc(c.sorted, func(a, b *call) int { return strings.Compare(a.name, b.name) })
	return c
})

// allHandlers is shared by servers as the catalogue is.
var allHandlers = sync.OnceValue(newHandlers)

// newHandlers collects the handlers of all calls. It panics when they do not fit calls.txt, because both are tables of this
// program.
func newHandlers() handlers {
	all := handlers{}
	for _, h := range []handlers{
		authHandlers(), tokenHandlers(), accountHandlers(), trackingHandlers(), schedulerHandlers(),
		environmentHandlers(), lifecycleHandlers(), topologyHandlers(), groupHandlers(), propertyHandlers(), catalogueHandlers(),
		nodeHandlers(), layerHandlers(), passwordHandlers(), redeployHandlers(), execHandlers(), containerHandlers(), registryHandlers(), volumeHandlers(),
		fileHandlers(), mountHandlers(), logHandlers(), statHandlers(), endpointHandlers(), firewallHandlers(),
		domainHandlers(), certificateHandlers(), sslHandlers(), addressHandlers(),
		triggerHandlers(), exportHandlers(),
		repoHandlers(), deploymentHandlers(), mavenHandlers(), buildHandlers(), vcsHandlers(), archiveHandlers(),
		memberHandlers(), roleHandlers(), sharingHandlers(),
		marketHandlers(), installHandlers(), installationHandlers(), consoleHandlers(),
	} {
		for name := range h {
			if _, dup := all[name]; dup {
				panic(fmt.Sprintf("virtuozzo: %s has two handlers", name))
			}
		}
		maps.Copy(all, h)
	}
	for _, c := range calls().sorted {
		if all[c.name] == nil {
			panic(fmt.Sprintf("virtuozzo: %s has no handler", c.name))
		}
	}
	if n := len(calls().sorted); len(all) != n {
		panic(fmt.Sprintf("virtuozzo: %d handlers for %d calls", len(all), n))
	}
	return all
}

func parseCall(line string) *call {
	fields := strings.Fields(line)
	c := &call{name: fields[0]}
	for _, f := range fields[1:] {
		name, kind, _ := strings.Cut(f, ":")
		name, required := strings.CutSuffix(name, "*")
		c.params = append(c.params, param{name: name, kind: kind, required: required})
	}
	return c
}

// open are the calls without a session.
func (c *call) open() bool {
	switch c.name {
	case "users/authentication.signin", "users/account.recoverpassword", "environment/tracking.getserverutctime":
		return true
	}
	return false
}
