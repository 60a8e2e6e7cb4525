package virtuozzo

import (
	"math"
	"slices"
	"time"
)

// work is what a blocking call wants done.
type work struct {
	takes time.Duration // at speed 1
	env   *environment  // nil for work of the account
	// status is what the environment shows meanwhile. Work that shows one has the environment to itself; zero is for work
	// that others may run beside.
	status int
	finish func(now time.Time) (Doc, error) // applies the effect at the end and returns the answer
	// nested puts an error into response.result, where clients that look at the outer result only miss it.
	nested bool
}

// action is a row of the action history: work that runs, or something that has been done.
type action struct {
	id      int
	uid     int
	method  string
	envName string
	appid   string
	key     string // the caller's label
	params  Doc
	started time.Time
	ends    time.Time
	work    *work // nil when done
	answer  []byte
	code    int
	errText string
}

func (a *action) running() bool { return a.work != nil }

type workLog struct {
	last int
	all  []*action // oldest first
}

// keepActions bounds the history, so that a server that runs for days does not grow.
const keepActions = 2000

func (l *workLog) add(a *action) {
	l.last++
	a.id = l.last
	l.all = append(l.all, a)
	if len(l.all) > 2*keepActions {
		l.all = slices.DeleteFunc(l.all, func(a *action) bool { return !a.running() && a.id <= l.last-keepActions })
	}
}

// begin starts work; the answer of the call waits for its end.
func (s *Server) begin(r *Request, w work) (Doc, error) {
	if w.env != nil && w.env.busy != nil && w.status != 0 {
		return nil, fail(CodeGeneral, "environment [%s] is busy: action [%d] %s is running, try again when it has ended", w.env.name, w.env.busy.id, w.env.busy.method)
	}
	a := s.newAction(r, w.env)
	a.work = &w
	a.ends = r.Now.Add(s.scaled(w.takes))
	if w.status != 0 {
		w.env.busy = a
	}
	r.began = a
	s.finishWork(r.Now)
	return nil, nil //nolint:nilnil // the answer comes from the action
}

// scaled is a duration at the server's speed, zero when that is less than a microsecond.
func (s *Server) scaled(d time.Duration) time.Duration {
	return time.Duration(math.Round(float64(d) / s.opts.Speed)).Truncate(time.Microsecond)
}

// note puts a change that was done at once into the history.
func (s *Server) note(r *Request, d Doc) {
	a := s.newAction(r, r.environment(s))
	a.setResult(d, nil)
}

func (s *Server) newAction(r *Request, e *environment) *action {
	a := &action{uid: r.user.uid, method: r.call.method(), key: r.text("actionkey"), params: r.visibleParams(), started: r.Now, ends: r.Now}
	if e != nil {
		a.envName, a.appid = e.name, e.appid
	}
	s.work.add(a)
	return a
}

// finishWork ends the work whose time has come, in the order in which it ended.
func (s *Server) finishWork(now time.Time) {
	var due []*action
	for _, a := range s.work.all {
		if a.running() && !a.ends.After(now) {
			due = append(due, a)
		}
	}
	slices.SortStableFunc(due, func(a, b *action) int { return a.ends.Compare(b.ends) })
	for _, a := range due {
		w := a.work
		a.work = nil
		if w.env != nil && w.env.busy == a {
			w.env.busy = nil
		}
		d, err := w.finish(a.ends)
		if w.nested {
			d, err = scripted(d, err)
		}
		a.setResult(d, err)
		a.answer = encode(d, err)
	}
}

// setResult records what the answer says, the inner results included: the history is where a person looks for failures.
func (a *action) setResult(d Doc, err error) {
	if err != nil {
		d = failed(err)
	}
	parts := []any{d}
	if inner, ok := d["response"]; ok {
		parts = append(parts, inner)
	}
	if list, ok := d["responses"].([]any); ok {
		parts = append(parts, list...)
	}
	for _, p := range parts {
		one, _ := p.(Doc)
		if code, _ := one["result"].(int); code != 0 {
			a.code = code
			a.errText, _ = one["error"].(string)
			return
		}
	}
}

// visibleParams are the parameters as the history shows them: without credentials.
func (r *Request) visibleParams() Doc {
	d := Doc{}
	for name, v := range r.form {
		if !secretParams[name] && len(v) > 0 {
			d[name] = v[0]
		}
	}
	return d
}

var secretParams = map[string]bool{
	"session": true, "password": true, "login": true, "key": true, "cert_key": true, "vars": true, "data": true, "body": true,
	"settings": true, "nodes": true, "commandList": true, "dumpUrl": true, "jps": true, "manifest": true,
}
