package apiclient_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

const (
	vzToken    = "personal-token-of-the-test"
	vzPassword = "pass word&of=the-test"
)

// provider is a hosting provider: it signs people in as session-1, session-2 … and answers everything else with a script.
type provider struct {
	answer func(n int, w http.ResponseWriter, r *http.Request) // n counts the calls from 1; nil answers {"result":0}
	signIn func(n int, w http.ResponseWriter, r *http.Request) // nil gives a session

	mu                sync.Mutex
	calls             []vzCall
	signIns, signOuts int
}

type vzCall struct {
	path string // without /1.0
	form url.Values
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	path := r.URL.Path[min(len("/1.0"), len(r.URL.Path)):]
	p.mu.Lock()
	switch path {
	case "/users/authentication/rest/signin":
		p.signIns++
	case "/users/authentication/rest/signout":
		p.signOuts++
	default:
		p.calls = append(p.calls, vzCall{path, r.PostForm})
	}
	n, signIns := len(p.calls), p.signIns
	p.mu.Unlock()
	switch {
	case path == "/users/authentication/rest/signin" && p.signIn != nil:
		p.signIn(signIns, w, r)
	case path == "/users/authentication/rest/signin":
		giveJSON(w, 200, fmt.Sprintf(`{"result":0,"session":"session-%d","uid":7,"email":"dev@example.com"}`, signIns))
	case path == "/users/authentication/rest/signout" || p.answer == nil:
		giveJSON(w, 200, `{"result":0}`)
	default:
		p.answer(n, w, r)
	}
}

func (p *provider) seen() []vzCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]vzCall(nil), p.calls...)
}

// sessions is how often somebody signed in and out.
func (p *provider) sessions() (in, out int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signIns, p.signOuts
}

// gives answers every call with the same JSON.
func gives(status int, body string) *provider {
	return &provider{answer: always(status, body)}
}

func withLogin(a *apiclient.Account) { a.Login, a.Password = "dev@example.com", vzPassword }
func withToken(a *apiclient.Account) { a.Token = vzToken }

func vzAccount(credential func(*apiclient.Account)) accountFor {
	return func(base string) apiclient.Account {
		a := apiclient.Account{Name: "vz", Platform: schemas.Virtuozzo, APIURL: base}
		credential(&a)
		return a
	}
}

func vzClient(t testing.TB, credential func(*apiclient.Account), options apiclient.Options) *apiclient.Client {
	t.Helper()
	return newClientFor(t, vzAccount(credential)("http://127.0.0.1"), options)
}

// direct connects a client to the provider without a network.
func (p *provider) direct(t testing.TB, credential func(*apiclient.Account)) *apiclient.Client {
	return vzClient(t, credential, apiclient.Options{Transport: inProcess{p}})
}

// inMemory starts the provider inside a synctest bubble. stop must run before the bubble ends.
func (p *provider) inMemory(t *testing.T, credential func(*apiclient.Account), change func(*apiclient.Options, *http.Transport)) (*apiclient.Client, func()) {
	t.Helper()
	return inMemoryFor(t, vzAccount(credential), p, change)
}

// vzRow is a row with form parameters by their wire names; "name" is a string, "name:object" of another type.
func vzRow(path string, risk schemas.Risk, params ...string) *schemas.Operation {
	o := row("POST "+path, risk)
	o.Platform, o.Name = schemas.Virtuozzo, "virtuozzo_test_call"
	for _, p := range params {
		name, kind, typed := strings.Cut(p, ":")
		if !typed {
			kind = "string"
		}
		o.Params = append(o.Params, param(name, "form", kind))
	}
	return o
}

func blockingRow(path string, params ...string) *schemas.Operation {
	o := vzRow(path, schemas.Write, params...)
	o.Async = schemas.Action
	return o
}
