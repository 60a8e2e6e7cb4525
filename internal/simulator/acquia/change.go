package acquia

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"paasmcp/internal/lazy"
)

// change is an operation that changes something.
//
// With an Event it is reported by a notification and happens when that is complete, unless Now is set. Without one it happens
// at once when the answer is 200, and a little later when the answer is 201 or 202: the cases in which a client can only
// look at the resource again.
type change struct {
	Status int    // of the answer; 202 when zero
	Say    string // the answer's message; {x} stands for the body field or path parameter x
	Event  string // the kind of notification
	Now    bool   // it happens at once whatever the status; a notification reports what has already happened
	Fields []Field
	Tag    string // the field of the answer that repeats the id of the notification, where the vendor has one

	// New is the body field that names what the change creates. While that is under way a second one is refused; Once does the
	// same for a change that can happen only once to the resource in the path.
	New  string
	Once bool
	// Check refuses what the state does not admit. It may also look up what Do needs and keep it in the call.
	Check func(*call) error
	// Do makes the change.
	Do func(c *call, at time.Time)
	// Fails says why the work will end as failed; empty for success.
	Fails func(*call) string
	// On are the environments that the work occupies, next to the one in the path; later work on them waits.
	On func(*call) []*node
}

// do turns a change into a route.
func do(callName string, ch change) Route {
	return Route{Call: callName, Handle: func(c *call) (Response, error) { return c.change(ch) }}
}

func (c *call) change(ch change) (Response, error) {
	if err := c.check(ch.Fields); err != nil {
		return Response{}, err
	}
	if ch.Check != nil {
		if err := ch.Check(c); err != nil {
			return Response{}, err
		}
	}
	if claim := c.claim(ch); claim != "" && c.s.work.claimed(claim) {
		return Response{}, conflict("Another task is doing the same already; wait for it.")
	}
	status := ch.Status
	if status == 0 {
		status = http.StatusAccepted
	}
	self := c.href(c.path)
	links := Doc{"self": link(self), "parent": link(parentOf(self))}
	body := Doc{"message": c.fill(ch.Say), "_links": links}
	apply := func(at time.Time) {
		if ch.Do != nil {
			ch.Do(c, at)
		}
	}
	if ch.Event == "" && (ch.Now || status == http.StatusOK) {
		apply(c.now)
		return Response{Status: status, Body: body}, nil
	}
	w := c.start(ch, apply)
	if ch.Event != "" {
		links["notification"] = link(c.href("/notifications/" + w.id))
		if ch.Tag != "" {
			body[ch.Tag] = w.id
		}
	}
	return Response{Status: status, Body: body}, nil
}

// claim names what a change does, when it must not be under way twice.
func (c *call) claim(ch change) string {
	switch {
	case ch.New != "":
		return c.path + " " + c.text(ch.New)
	case ch.Once:
		return c.http.Method + " " + c.path
	}
	return ""
}

var slot = lazy.MustCompile(`\{\w+\}`)

// fill puts body fields and path parameters into a message.
func (c *call) fill(message string) string {
	return slot.ReplaceAllStringFunc(message, func(m string) string {
		name := m[1 : len(m)-1]
		if s := c.text(name); s != "" {
			return s
		}
		if n := c.nodes[name]; n != nil {
			return n.label()
		}
		if s, there := c.params[name]; there {
			return s
		}
		return m
	})
}

// start begins the work of a change.
func (c *call) start(ch change, apply func(time.Time)) *work {
	w := &work{
		id: c.s.newUUID(), event: ch.Event, label: c.fill(ch.Say), quiet: ch.Event == "",
		created: c.now, apply: apply, user: c.me, nodes: c.touched(), claim: c.claim(ch),
	}
	if ch.Fails != nil {
		w.failure = ch.Fails(c)
	}
	if c.s.work.failNext[ch.Event] > 0 {
		c.s.work.failNext[ch.Event]--
		w.failure = "The task was interrupted by the platform. Nothing was changed; please try again."
	}
	envs := w.environments()
	if ch.On != nil {
		envs = append(envs, ch.On(c)...)
	}
	w.started, w.finished = c.now, c.now
	if !ch.Now {
		for _, e := range envs {
			if e.busy.After(w.started) {
				w.started = e.busy
			}
		}
		w.finished = w.started.Add(c.s.scaled(durationOf(ch.Event)))
		for _, e := range envs {
			e.busy = w.finished
		}
	}
	w.description = c.describe(w)
	c.s.work.add(w)
	c.s.settle(c.now) // at Instant speed the very next look shows the end
	return w
}

// touched are the resources that a notification names in its context.
func (c *call) touched() []*node { return slices.Collect(maps.Values(c.nodes)) }

// describe is the longer text of a notification.
func (c *call) describe(w *work) string {
	where := ""
	if e := c.env(); e != nil {
		where = " Environment: " + e.label() + "."
	}
	if a := w.owned("applications"); a != nil {
		where += " Application: " + a.label() + "."
	}
	return w.label + where
}

// flip turns flags.name of the resource in the path on or off; it refuses when there is nothing to do.
func flip(callName string, status int, event, say, name string, on bool) Route {
	return do(callName, change{Status: status, Event: event, Say: say, Check: func(c *call) error {
		if c.last.flag(name) == on {
			return conflict("The %s is already %s. No action taken.", singular(c.last.kind), onOff(on))
		}
		return nil
	}, Do: func(c *call, _ time.Time) { c.last.setFlag(name, on) }})
}

func onOff(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

// remove deletes the resource in the path.
func remove(callName string, status int, event, say string, check func(*call) error) Route {
	return do(callName, change{Status: status, Event: event, Say: say, Check: check, Once: true, Do: func(c *call, _ time.Time) { c.last.remove() }})
}

// update puts the fields of the body into the document of the resource in the path.
func update(callName string, status int, event, say string, fields ...Field) Route {
	return do(callName, change{Status: status, Event: event, Say: say, Fields: optional(fields), Check: (*call).something,
		Do: func(c *call, at time.Time) {
			maps.Copy(c.last.doc, c.body)
			if _, dated := c.last.doc["updated_at"]; dated {
				c.last.doc["updated_at"] = stamp(at)
			}
		}})
}

// something refuses an update that says nothing.
func (c *call) something() error {
	if len(c.body) == 0 {
		return invalid("general", "No fields were set to update. No action performed.")
	}
	return nil
}
