package virtuozzo

import (
	"slices"

	"paasmcp/internal/lazy"
)

func schedulerHandlers() handlers {
	return handlers{
		"utils/scheduler.gettasks":          (*Server).getTasks,
		"utils/scheduler.createenvtask":     (*Server).createEnvTask,
		"utils/scheduler.createaccounttask": (*Server).createAccountTask,
		"utils/scheduler.edittask":          (*Server).editTask,
		"utils/scheduler.deletetasks":       (*Server).deleteTasks,
	}
}

// taskTrigger is TYPE:VALUE with the types of the vendor's document.
var taskTrigger = lazy.MustCompile(`^(cron|rate|date|oninit|once_delay):.+$`)

func (s *Server) setTask(r *Request, task Doc) error {
	if !taskTrigger.MatchString(r.text("trigger")) {
		return invalid("trigger", "is not TYPE:VALUE with one of cron, rate, date, oninit, once_delay")
	}
	params, err := r.object("params")
	if err != nil {
		return err
	}
	task["trigger"], task["script"], task["params"] = r.text("trigger"), r.text("script"), params
	if r.has("description") {
		task["description"] = r.text("description")
	}
	return nil
}

func (s *Server) createEnvTask(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return s.createTask(r, Doc{"uid": r.user.uid, "appid": e.appid, "envName": e.name})
}

func (s *Server) createAccountTask(r *Request) (Doc, error) {
	return s.createTask(r, Doc{"uid": r.user.uid})
}

func (s *Server) createTask(r *Request, task Doc) (Doc, error) {
	if err := s.setTask(r, task); err != nil {
		return nil, err
	}
	task["createdOn"] = stamp(r.Now)
	s.tasks.add(task)
	return Doc{"id": task["id"], "object": task}, nil
}

func (s *Server) getTasks(r *Request) (Doc, error) {
	want, err := r.ids("ids")
	if err != nil {
		return nil, err
	}
	list := s.tasks.where(func(t Doc) bool {
		return t["uid"] == r.user.uid && (len(want) == 0 || slices.Contains(want, t["id"].(int)))
	})
	return Doc{"objects": anySlice(list)}, nil
}

func (s *Server) ownTask(r *Request, id int) (Doc, error) {
	t, ok := s.tasks.get(id)
	if !ok || t["uid"] != r.user.uid {
		return nil, notFound("task", id)
	}
	return t, nil
}

func (s *Server) editTask(r *Request) (Doc, error) {
	t, err := s.ownTask(r, r.number("id"))
	if err != nil {
		return nil, err
	}
	if err := s.setTask(r, t); err != nil {
		return nil, err
	}
	return Doc{"id": t["id"], "object": t}, nil
}

func (s *Server) deleteTasks(r *Request) (Doc, error) {
	ids, err := r.owned(s.ownTask)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		s.tasks.remove(id)
	}
	return nil, nil
}
