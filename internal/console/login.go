package console

import (
	"cmp"
	"net/http"

	"paasmcp/internal/approval"
	"paasmcp/internal/lazy"
)

// requestPage is the only kind of page that signing in leads to besides the first: anything else could lead out of here.
var requestPage = lazy.MustCompile(`^/requests/[A-Z0-9]{1,64}$`)

type loginPage struct {
	Operators bool   // sign in with name and token
	Link      string // token of the link that was opened; empty when there is none
	Next      string
	Problem   string
}

// askLogin answers a request that needs a session. It says nothing about what was asked for, not even whether it exists.
func (c *Console) askLogin(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path == "/events" {
		c.fail(w, nil, http.StatusUnauthorized, "You are not signed in. Sign in and try again.")
		return
	}
	c.render(w, nil, http.StatusUnauthorized, "login", "Sign in", loginHTML(loginPage{Operators: len(c.Operators) > 0, Next: next(r.URL.Path)}))
}

// showLogin shows how to sign in. A link is not used up by being looked at: programs that preview links do that.
func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) {
	p := loginPage{Operators: len(c.Operators) > 0}
	if _, s := c.session(r); s != nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if !p.Operators {
		p.Link = r.URL.Query().Get("link")
	}
	c.render(w, nil, http.StatusOK, "login", "Sign in", loginHTML(p))
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	if !c.parse(w, r) {
		return
	}
	p := loginPage{Operators: len(c.Operators) > 0, Next: next(r.PostForm.Get("next"))}
	from := c.Proxies.Client(r)
	if p.Operators && c.attempts.blocked(from) { // a link cannot be guessed, so that nobody can lock its owner out
		p.Problem = "Too many attempts failed. Wait some seconds and try again."
		c.render(w, nil, http.StatusTooManyRequests, "login", "Sign in", loginHTML(p))
		return
	}
	who, ok := c.identify(r)
	if !ok {
		c.attempts.failed(from)
		p.Problem = "This link was used before or is too old. Get a new one: paas-mcp approve --open"
		if p.Operators {
			p.Problem = "Name and token do not fit together."
		}
		c.Logger.Warn("approval console: a sign-in failed", "from", from.String())
		c.render(w, nil, http.StatusUnauthorized, "login", "Sign in", loginHTML(p))
		return
	}
	// A new session under a new name: one that somebody else put into this browser must not become theirs too.
	if old, _ := c.session(r); old != "" {
		c.sessions.remove(old)
	}
	c.setCookie(w, c.sessions.add(who), int(sessionTime.Seconds()))
	c.Logger.Info("approval console: signed in", "as", who.Name)
	http.Redirect(w, r, cmp.Or(p.Next, "/"), http.StatusSeeOther)
}

// identify tells who signs in, by the one way that this console knows.
func (c *Console) identify(r *http.Request) (approval.Approver, bool) {
	if len(c.Operators) > 0 {
		return c.operator(r.PostForm.Get("name"), r.PostForm.Get("token"))
	}
	return me(), c.links.use(r.PostForm.Get("link"))
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request, _ *session) {
	name, _ := c.session(r)
	c.sessions.remove(name)
	c.setCookie(w, "", -1)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// next is the page to go to after signing in: a request's, or empty for the first page.
func next(path string) string {
	if requestPage.MatchString(path) {
		return path
	}
	return ""
}
