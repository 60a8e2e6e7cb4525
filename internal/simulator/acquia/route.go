package acquia

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Handler answers one operation. It runs under the server's lock, when everything that the path names has been found. An
// error that is not a *Problem becomes a 500.
type Handler func(*call) (Response, error)

// Route is one row of a route table. Call is spelled exactly as in the vendor's document: "GET /environments/{environmentId}".
type Route struct {
	Call   string
	Handle Handler
	// Creates says that the last parameter names what the call creates, so there is nothing to find yet.
	Creates bool
}

// routes joins the tables of all files. A table is a plain slice, so that nothing depends on the order of initialization.
func routes() []Route {
	return slices.Concat(
		accountRoutes(), agreementRoutes(), applicationRoutes(), applicationSettingsRoutes(), backupRoutes(), certificateRoutes(),
		cloudActionRoutes(), codebaseRoutes(), codeRoutes(), codeStudioRoutes(), cronRoutes(), databaseRoutes(), domainRoutes(), emailRoutes(),
		environmentRoutes(), environmentSettingsRoutes(), forwardingRoutes(), ideRoutes(), identityRoutes(), inviteRoutes(), logRoutes(),
		messageRoutes(), metricRoutes(), networkRoutes(), notificationRoutes(), optionRoutes(), organizationRoutes(), peopleRoutes(),
		roleRoutes(), searchRoutes(), serverRoutes(), shieldRoutes(), siteInstanceRoutes(), siteRoutes(), subscriptionRoutes(), tagRoutes(),
		teamRoutes(), variableRoutes(),
	)
}

// route is a Route with what its path names.
type route struct {
	Route
	steps []step
	meo   bool // the environments of codebases, not those of applications
}

// step is one path parameter that names a resource: the collection is the segment before it.
type step struct{ collection, param string }

// noResource are the parameters that do not name a resource.
var noResource = []string{"usageMetric", "notificationUuid"}

func compile(r Route) *route {
	_, path, _ := strings.Cut(r.Call, " ")
	out := &route{Route: r, meo: strings.HasPrefix(path, "/v3/") || strings.HasPrefix(path, "/codebases/") || strings.Contains(path, "}/site")}
	segments := strings.Split(path[1:], "/")
	for i, seg := range segments {
		if name, is := strings.CutPrefix(seg, "{"); is && i > 0 {
			name = strings.TrimSuffix(name, "}")
			if !slices.Contains(noResource, name) {
				out.steps = append(out.steps, step{segments[i-1], name})
			}
		}
	}
	if r.Creates {
		out.steps = out.steps[:len(out.steps)-1]
	}
	return out
}

// call is one authenticated request.
type call struct {
	s      *Server
	http   *http.Request
	query  url.Values
	key    string    // the API key
	me     *node     // the account of its owner
	now    time.Time // UTC; the same for the whole request
	raw    []byte
	body   Doc // once fields has checked it
	path   string
	base   string
	params map[string]string // decoded

	nodes map[string]*node // by path parameter
	last  *node            // the deepest; root or account when the path names nothing
}

// resolve finds what the path names. A name is looked up below the resource before it, else among the first segments:
// /teams/{teamUuid}/applications/{applicationUuid} must be an application of the team, /account/applications/{applicationUuid} any.
func (c *call) resolve(steps []step, meo bool) error {
	c.nodes = map[string]*node{}
	c.last = c.s.root
	if strings.HasPrefix(c.path, "/account/") {
		c.last = c.me
	}
	for _, st := range steps {
		id := c.params[st.param]
		list := c.last.kids[st.collection]
		if st.collection == "domains" && c.last.kind == "applications" {
			list = c.last.owned("subscriptions").in("domains") // registrations are the subscription's
		}
		if list == nil {
			list = c.s.root.kids[st.collection]
		}
		n := list.get(id)
		if n == nil || !c.sees(n) || n.kind == "environments" && isMEO(n) != meo {
			return c.missing(st.collection, id, n != nil && c.sees(n))
		}
		c.nodes[st.param], c.last = n, n
	}
	return nil
}

func isMEO(env *node) bool { return env.owner != nil && env.owner.kind == "codebases" }

func (c *call) missing(collection, id string, other bool) error {
	message := "There is no " + singular(collection) + " " + id + ", or you may not see it."
	if other {
		message += " An environment with this id exists in the other form: those of codebases are below /v3/environments."
	}
	return notFound(message)
}

func singular(collection string) string {
	s := strings.ReplaceAll(collection, "-", " ")
	switch collection {
	case "indexes":
		return "index"
	case "distributions", "databases", "bases", "codebases", "messages":
		return s[:len(s)-1]
	}
	if c, is := strings.CutSuffix(s, "ies"); is {
		return c + "y"
	}
	return strings.TrimSuffix(s, "s")
}

// The nodes that handlers ask for most. They are nil when the path does not name one.

func (c *call) app() *node { return c.first("applicationUuid", "applicationId") }
func (c *call) env() *node { return c.nodes["environmentId"] }

func (c *call) subscription() *node { return c.first("subscriptionUuid", "subscriptionId") }
func (c *call) organization() *node { return c.nodes["organizationUuid"] }

func (c *call) first(params ...string) *node {
	for _, p := range params {
		if n := c.nodes[p]; n != nil {
			return n
		}
	}
	return nil
}

// href is the absolute address of a path below the API base.
func (c *call) href(path string) string { return c.base + path }

// text returns a string field of the checked body.
func (c *call) text(field string) string {
	s, _ := c.body[field].(string)
	return s
}

// texts returns a field of the checked body that is a list of strings.
func (c *call) texts(field string) []string {
	list, _ := c.body[field].([]any)
	var out []string
	for _, v := range list {
		if s, is := v.(string); is {
			out = append(out, s)
		}
	}
	return out
}
