package acquia

import (
	"slices"
	"time"
)

// work is one piece of asynchronous work. When it begins and ends is decided when it is accepted, because the platform
// has no way to stop it; progress follows from the clock.
type work struct {
	id          string
	event       string
	label       string
	description string
	failure     string // why it will fail; takes the place of the description then
	quiet       bool   // has no notification
	user        *node
	nodes       []*node // what it is about
	claim       string  // what nothing else may do meanwhile

	created, started, finished time.Time
	apply                      func(at time.Time)
}

// workQueue holds all work, oldest first, and what has not been settled.
type workQueue struct {
	all      []*work
	pending  []*work
	failNext map[string]int
}

const keepWork = 2000 // the oldest goes

// durationOf is how long the work behind an event takes: short against the real times, so that a demo does not bore.
func durationOf(event string) time.Duration {
	switch event {
	case "ApplicationEnvironmentAdded", "SiteImported": // an environment takes 2 to 15 minutes on the platform
		return 30 * time.Second
	case "IDECreated":
		return 20 * time.Second
	case "DatabaseBackupRestored", "DatabaseCopied", "FilesCopied":
		return 15 * time.Second
	case "CodeDeployed", "CodeSwitched":
		return 12 * time.Second
	case "EnvironmentDeleted", "EnvironmentUpdated":
		return 10 * time.Second
	case "DatabaseBackupCreated":
		return 8 * time.Second
	}
	return 3 * time.Second
}

func (s *Server) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.opts.Speed)
}

// FailNext lets the next work that reports an event, for example DatabaseCopied, end as failed. Calls add up.
func (s *Server) FailNext(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work.failNext == nil {
		s.work.failNext = map[string]int{}
	}
	s.work.failNext[event]++
}

func (q *workQueue) add(w *work) {
	q.all = append(q.all, w)
	if len(q.all) > keepWork {
		q.all = slices.Delete(q.all, 0, len(q.all)-keepWork)
	}
	q.pending = append(q.pending, w)
}

// claimed says whether unfinished work does something.
func (q *workQueue) claimed(claim string) bool {
	return slices.ContainsFunc(q.pending, func(w *work) bool { return w.claim == claim && w.failure == "" })
}

// settle does what the clock has completed, in the order of completion.
func (s *Server) settle(now time.Time) {
	var due []*work
	s.work.pending = slices.DeleteFunc(s.work.pending, func(w *work) bool {
		if w.finished.After(now) {
			return false
		}
		due = append(due, w)
		return true
	})
	slices.SortStableFunc(due, func(a, b *work) int { return a.finished.Compare(b.finished) })
	for _, w := range due {
		if w.failure == "" && w.apply != nil {
			w.apply(w.finished)
		}
		w.apply = nil // it holds the request
	}
}

// owned returns what the work is about of a kind: the application, even when only the environment was named.
func (w *work) owned(kind string) *node {
	for _, n := range w.nodes {
		if o := n.owned(kind); o != nil {
			return o
		}
	}
	return nil
}

func (w *work) environments() []*node {
	var out []*node
	for _, n := range w.nodes {
		if n.kind == "environments" {
			out = append(out, n)
		}
	}
	return out
}

// state returns status and progress in percent.
func (w *work) state(now time.Time) (string, int) {
	switch {
	case !w.finished.After(now) && w.failure != "":
		return "failed", 100
	case !w.finished.After(now):
		return "completed", 100
	case !w.started.Before(now):
		return "in-progress", 0
	}
	return "in-progress", min(99, int(100*now.Sub(w.started)/w.finished.Sub(w.started)))
}

func (w *work) text(now time.Time) string {
	if w.failure != "" && !w.finished.After(now) {
		return w.failure
	}
	return w.description
}

func (w *work) completed(now time.Time) any {
	if w.finished.After(now) {
		return nil
	}
	return stamp(w.finished)
}

func (w *work) context() Doc {
	user := w.user.text("uuid")
	d := Doc{"author": Doc{"uuid": user, "actual_uuid": user}, "user": Doc{"uuids": []string{user}}}
	for kind, field := range map[string]string{"organizations": "organization", "subscriptions": "subscription", "applications": "application", "teams": "team"} {
		if n := w.owned(kind); n != nil {
			d[field] = Doc{"uuids": []string{n.id}}
		}
	}
	if envs := w.environments(); len(envs) > 0 {
		d["environment"] = Doc{"ids": []string{envs[0].id}}
	}
	return d
}

func (c *call) notificationView(w *work) Doc {
	status, progress := w.state(c.now)
	return Doc{
		"uuid": w.id, "event": w.event, "label": w.label, "description": w.text(c.now),
		"created_at": stamp(w.created), "completed_at": w.completed(c.now), "status": status, "progress": progress, "context": w.context(),
		"_links": Doc{"self": link(c.href("/notifications/" + w.id)), "parent": link(c.href("/notifications"))},
	}
}

// taskView is the older form of the same.
func (c *call) taskView(w *work) Doc {
	status, progress := w.state(c.now)
	return Doc{
		"id": w.id, "uuid": w.id, "name": w.event, "title": w.label, "description": w.text(c.now), "type": "task", "status": status, "progress": progress,
		"created_at": stamp(w.created), "started_at": stamp(w.started), "completed_at": w.completed(c.now), "metadata": w.context(),
		"labels": []string{}, "reference_uuid": w.user.text("uuid"), "user": person(w.user),
		"_links": Doc{"self": link(c.href("/notifications/" + w.id))},
	}
}

func notificationRoutes() []Route {
	return []Route{
		{Call: "GET /notifications/{notificationUuid}", Handle: func(c *call) (Response, error) {
			id := c.params["notificationUuid"]
			i := slices.IndexFunc(c.s.work.all, func(w *work) bool { return w.id == id && !w.quiet })
			if i < 0 {
				return Response{}, notFound("There is no notification " + id + ", or you may not see it.")
			}
			return ok(c.notificationView(c.s.work.all[i]))
		}},
		listDocs("/applications/{applicationUuid}/notifications", indexed, func(c *call) []Doc { return c.workDocs("applications", c.notificationView) }),
		listDocs("/organizations/{organizationUuid}/notifications", indexed, func(c *call) []Doc { return c.workDocs("organizations", c.notificationView) }),
		listDocs("/applications/{applicationUuid}/tasks", indexed, func(c *call) []Doc { return c.workDocs("applications", c.taskView) }),
	}
}

// workDocs lists the work about the last resource of the path, newest first.
func (c *call) workDocs(kind string, view func(*work) Doc) []Doc {
	var out []Doc
	for _, w := range slices.Backward(c.s.work.all) {
		if !w.quiet && w.owned(kind) == c.last {
			out = append(out, view(w))
		}
	}
	return out
}
