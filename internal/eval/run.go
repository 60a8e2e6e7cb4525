package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"paasmcp/schemas"
)

// TaskResult is how one task went. Its exported fields are a line of the baseline.
type TaskResult struct {
	Task    string           `yaml:"task"`
	On      schemas.Platform `yaml:"platform"`
	Success bool             `yaml:"success"`
	Steps   int              `yaml:"steps"`
	Calls   int              `yaml:"calls"`
	In      int              `yaml:"tokens_in"`
	Out     int              `yaml:"tokens_out"`
	Why     string           `yaml:"why,omitempty"` // it failed; the baseline keeps what somebody found out about it

	unmet   []string
	task    *Task
	session *Session
}

// runFiles runs the wanted ones of the tasks below a root folder.
func runFiles(root string, wanted func(*Task) bool) ([]TaskResult, error) {
	tasks, err := readTasks(filepath.Join(root, tasksDir))
	if err != nil {
		return nil, err
	}
	return runTasks(context.Background(), slices.DeleteFunc(tasks, func(t Task) bool { return !wanted(&t) }))
}

// runTasks runs every task in a session of its own, two at a time, and returns the results in the order of the tasks.
func runTasks(ctx context.Context, tasks []Task) ([]TaskResult, error) {
	shop, err := newShop()
	if err != nil {
		return nil, err
	}
	results := make([]TaskResult, len(tasks))
	errs := make([]error, len(tasks))
	slots := make(chan struct{}, 2)
	var all sync.WaitGroup
	for i := range tasks {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i], errs[i] = shop.run(ctx, &tasks[i])
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

// run does one task and looks at the platform afterwards.
func (shop *Shop) run(ctx context.Context, t *Task) (TaskResult, error) {
	person := &Person{Declines: t.Declines}
	session, err := shop.open(person)
	if err != nil {
		return TaskResult{}, err
	}
	assistant := newAssistant(session)
	var answer string
	for i, step := range t.Steps {
		person.Says(step)
		if answer, err = assistant.Do(ctx, i, step); err != nil {
			return TaskResult{}, err
		}
	}
	var cards strings.Builder
	for _, x := range session.Calls {
		cards.WriteString(x.Card + "\n")
	}
	check := checker{http: session.http(), tokens: map[schemas.Platform]string{}}
	r := TaskResult{
		Task: t.Name, On: t.Platform, Steps: len(t.Steps), Calls: len(session.Calls), In: session.In, Out: session.Out,
		unmet: check.unmet(ctx, t, answer, cards.String()), task: t, session: session,
	}
	r.Success = len(r.unmet) == 0
	r.Why = strings.Join(r.unmet, "; ")
	return r, nil
}
