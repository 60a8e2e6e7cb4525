package platformsh

import (
	"encoding/json"
	"html"
	"slices"
	"strings"
	"time"
)

// activity is one piece of asynchronous work. Its progress is never stored: it follows from the times and the clock.
type activity struct {
	id          string
	kind        string // vendor's type: environment.backup
	project     *project
	envs        []*environment
	text        string
	html        string
	params      Doc
	payload     Doc
	integration string // id, for integration.* activities

	created   time.Time
	started   time.Time // zero until it runs
	finished  time.Time // planned while it runs, real afterwards
	cancelled time.Time
	lag, dur  time.Duration

	state  string // pending, in_progress, complete, cancelled, staged
	result string // success, failure or empty
	log    []string
	fails  bool
	staged bool               // ends as staged: the environment deploys manually
	apply  func(at time.Time) // what success changes
	abort  func(at time.Time) // what failure or cancelling changes
}

// work describes an activity to start.
type work struct {
	kind    string
	envs    []*environment // the work waits for earlier work on any of them
	text    string         // after the user's name: "created a backup of Main"
	params  Doc
	payload Doc
	log     []string
	failLog []string // not nil: the work fails and this ends its log
	apply   func(at time.Time)
	abort   func(at time.Time)
}

// activityQueue holds what is not finished, oldest first.
type activityQueue struct {
	pending  []*activity
	failNext map[string]int
}

func (q *activityQueue) dropProject(id string) {
	q.pending = slices.DeleteFunc(q.pending, func(a *activity) bool { return a.project.id == id })
}

// Activities wait a second before they start.
const (
	activityLag    = time.Second
	keepActivities = 2000 // per project; the oldest finished ones go
)

// FailNextActivity lets the next activity of a type, for example environment.merge, end with result failure. Calls add
// up.
func (s *Server) FailNextActivity(kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.activity.failNext == nil {
		s.activity.failNext = map[string]int{}
	}
	s.activity.failNext[kind]++
}

// start queues work and the integration.* activities it brings along. The work itself is the first of the result.
func (s *Server) start(r *Request, p *project, w work) []*activity {
	if s.activity.failNext[w.kind] > 0 {
		s.activity.failNext[w.kind]--
		w.failLog = []string{"E: The operation was interrupted by the platform."}
	}
	a := s.newActivity(r, p, w)
	list := []*activity{a}
	for id, in := range p.integrations.All() {
		kind, _ := in["type"].(string)
		if (kind == "webhook" || kind == "script") && listens(in, a) {
			extra := s.newActivity(r, p, work{kind: "integration." + kind, text: "triggered the " + kind + " integration", params: Doc{"event": w.kind},
				log: []string{"Delivering " + w.kind}})
			extra.integration = id
			list = append(list, extra)
		}
	}
	return list
}

// listens says whether a webhook or script wants the events of an activity. Empty lists and "*" mean all.
func listens(in Doc, a *activity) bool {
	wants := func(field, value string) bool {
		list, ok := in[field].([]any)
		return !ok || len(list) == 0 || slices.Contains(list, any("*")) || slices.Contains(list, any(value))
	}
	if !wants("events", a.kind) {
		return false
	}
	return len(a.envs) == 0 || slices.ContainsFunc(a.envs, func(e *environment) bool { return wants("environments", e.name) })
}

func (s *Server) newActivity(r *Request, p *project, w work) *activity {
	name := s.userName(r.UserID)
	a := &activity{
		id: s.newID(), kind: w.kind, project: p, envs: w.envs,
		text:   name + " " + w.text,
		html:   `<user data-id="` + r.UserID + `">` + html.EscapeString(name) + "</user> " + html.EscapeString(w.text),
		params: w.params, payload: w.payload,
		created: r.Now, state: "pending",
		lag: s.scaled(activityLag), dur: s.scaled(durationOf(w.kind)),
		log: w.log, apply: w.apply, abort: w.abort,
	}
	if a.params == nil {
		a.params = Doc{}
	}
	if a.payload == nil {
		a.payload = Doc{}
	}
	a.payload["user"] = Doc{"id": r.UserID, "display_name": name}
	a.payload["project"] = Doc{"id": p.id, "title": p.doc["title"], "region": p.doc["region"]}
	if len(w.envs) > 0 {
		a.payload["environment"] = w.envs[0].snapshot(p)
	}
	if w.failLog != nil {
		a.fails = true
		a.log = slices.Concat(a.log, w.failLog)
	} else if len(w.envs) > 0 && w.envs[0].manual && stageable(w.kind) {
		a.staged = true
	}
	p.activities = append(p.activities, a)
	if len(p.activities) > keepActivities {
		if i := slices.IndexFunc(p.activities, (*activity).over); i >= 0 {
			p.activities = slices.Delete(p.activities, i, i+1)
		}
	}
	s.activity.pending = append(s.activity.pending, a)
	s.settle(r.Now) // at Instant speed the answer of this very request shows the end
	return a
}

// stageable says whether a change waits for an explicit deploy on environments with manual deployment.
func stageable(kind string) bool {
	return kind == "environment.merge" || kind == "environment.push" || strings.HasPrefix(kind, "environment.variable.") ||
		strings.HasPrefix(kind, "environment.route.")
}

// durationOf is how long an activity runs: short against the real ones, so that a demo does not bore.
func durationOf(kind string) time.Duration {
	switch kind {
	case "environment.branch", "environment.initialize", "environment.merge", "environment.push":
		return 20 * time.Second
	case "environment.restore":
		return 18 * time.Second
	case "environment.activate", "environment.synchronize":
		return 15 * time.Second
	case "environment.deploy", "environment.redeploy":
		return 12 * time.Second
	case "environment.resume", "environment.source-operation",
		"environment.variable.create", "environment.variable.update", "environment.variable.delete",
		"environment.route.create", "environment.route.update", "environment.route.delete":
		return 10 * time.Second
	case "environment.backup":
		return 8 * time.Second
	case "environment.deactivate":
		return 6 * time.Second
	}
	return 4 * time.Second
}

func (s *Server) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.opts.Speed)
}

func (s *Server) userName(id string) string {
	if u, ok := s.findUser(id); ok {
		first, _ := u["first_name"].(string)
		last, _ := u["last_name"].(string)
		if name := strings.TrimSpace(first + " " + last); name != "" {
			return name
		}
	}
	return "A user"
}

// settle brings all activities up to now. Work on one environment runs one after the other, as on the platform.
func (s *Server) settle(now time.Time) {
	if len(s.activity.pending) == 0 {
		return
	}
	busy := map[*environment]bool{}
	s.activity.pending = slices.DeleteFunc(s.activity.pending, func(a *activity) bool {
		if !slices.ContainsFunc(a.envs, func(e *environment) bool { return busy[e] }) {
			a.settle(now)
		}
		if a.over() {
			return true
		}
		for _, e := range a.envs {
			busy[e] = true
		}
		return false
	})
}

func (a *activity) settle(now time.Time) {
	if a.over() {
		return
	}
	if a.started.IsZero() {
		ready := a.created.Add(a.lag)
		for _, e := range a.envs {
			if e.freeAt.After(ready) {
				ready = e.freeAt
			}
		}
		if ready.After(now) {
			return
		}
		a.started, a.finished, a.state = ready, ready.Add(a.dur), "in_progress"
	}
	if a.finished.After(now) {
		return
	}
	a.end(a.finished)
}

// end finishes the work at a moment that has been reached.
func (a *activity) end(at time.Time) {
	for _, e := range a.envs {
		e.freeAt = at
	}
	switch {
	case a.fails:
		a.state, a.result = "complete", "failure"
		a.run(a.abort, at)
	case a.staged:
		a.state = "staged" // apply waits for the deploy
	default:
		a.state, a.result = "complete", "success"
		a.run(a.apply, at)
	}
}

func (a *activity) run(f func(time.Time), at time.Time) {
	if f != nil {
		f(at)
	}
	for _, e := range a.envs {
		e.updated = at
	}
}

// cancel stops unfinished work. The caller has settled it first.
func (a *activity) cancel(now time.Time) {
	a.state, a.result = "cancelled", "failure"
	a.cancelled, a.finished = now, now
	for _, e := range a.envs {
		e.freeAt = now
	}
	a.run(a.abort, now)
}

// over says whether nothing more will happen by itself.
func (a *activity) over() bool {
	return a.state == "complete" || a.state == "cancelled" || a.state == "staged"
}

// cancellable follows the vendor: builds, crons and source operations can be stopped, and whatever has not begun.
func (a *activity) cancellable() bool {
	if a.over() {
		return false
	}
	if a.state == "pending" {
		return true
	}
	switch a.kind {
	case "environment.push", "environment.branch", "environment.merge", "environment.activate", "environment.redeploy", "environment.initialize",
		"environment.synchronize", "environment.cron", "environment.source-operation", "environment.operation":
		return true
	}
	return false
}

func (a *activity) percent(now time.Time) int {
	switch {
	case a.over():
		return 100
	case a.started.IsZero() || a.dur <= 0:
		return 0
	}
	return min(99, int(100*now.Sub(a.started)/a.dur))
}

func (a *activity) touches(e *environment) bool { return slices.Contains(a.envs, e) }

// envNames returns the ids for the environments field. Renamed and deleted environments keep theirs.
func (a *activity) envNames() []string {
	names := make([]string, 0, len(a.envs))
	for _, e := range a.envs {
		names = append(names, e.name)
	}
	return names
}

// view is the activity as GET shows it.
func (a *activity) view(now time.Time) Doc {
	href := "/api/projects/" + a.project.id + "/activities/" + a.id
	l := links("self", href, "log", href+"/log")
	if a.cancellable() {
		l["#cancel"] = link(href + "/cancel")
	}
	state := a.state
	if state == "pending" && now.Sub(a.created) < a.lag/2 {
		state = "scheduled"
	}
	updated := a.created
	if !a.started.IsZero() {
		updated = a.started
	}
	d := Doc{
		"id": a.id, "type": a.kind, "project": a.project.id, "environments": a.envNames(),
		"state": state, "result": nil, "completion_percent": a.percent(now),
		"created_at": stamp(a.created), "started_at": stampOrNil(a.started), "completed_at": nil,
		"cancelled_at": stampOrNil(a.cancelled), "expires_at": stamp(a.created.AddDate(0, 1, 0)),
		"timings": Doc{}, "parameters": a.params, "payload": a.payload,
		"text": a.text, "description": a.html, "commands": []Doc{},
		"log":    joinLog(a.lines(now)),
		"_links": l,
	}
	if a.integration != "" {
		d["integration"] = a.integration
	}
	if a.result != "" {
		d["result"] = a.result
	}
	if a.over() {
		updated = a.finished
		if a.state != "cancelled" {
			d["completed_at"] = stamp(a.finished)
		}
		if !a.started.IsZero() {
			wait, run := a.started.Sub(a.created).Seconds(), a.finished.Sub(a.started).Seconds()
			d["timings"] = Doc{"wait": wait, "execute": run}
		}
		if strings.HasPrefix(a.kind, "environment.") && a.state == "complete" {
			d["commands"] = []Doc{{"app": "app", "type": "deploy", "exit_code": map[bool]int{true: 1}[a.fails]}}
		}
	}
	d["updated_at"] = stamp(updated)
	return d
}

// copyDoc is a deep copy through JSON, for snapshots that must not change with the store.
func copyDoc(d Doc) Doc {
	data, err := json.Marshal(d)
	if err != nil {
		panic(err) // stored documents came from JSON
	}
	var out Doc
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return out
}
