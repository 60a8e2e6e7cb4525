package tools

import (
	"slices"
	"sync"
)

// mostRecent is how many jobs are remembered, of all principals together.
const mostRecent = 200

// recentJobs are the jobs that calls have started or waits have looked at lately, for suggestions. The zero recentJobs is ready to use.
type recentJobs struct {
	mu   sync.Mutex
	list []recentJob // the newest first
}

type recentJob struct{ principal, job, kind string }

func (r *recentJobs) add(principal string, job JobRef) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := func(old recentJob) bool { return old.principal == principal && old.job == job.Job }
	r.list = slices.Insert(slices.DeleteFunc(r.list, known), 0, recentJob{principal, job.Job, job.Kind})
	r.list = r.list[:min(len(r.list), mostRecent)]
}

// of lists the jobs of a principal: whoever sees what another one works on learns what they changed.
func (r *recentJobs) of(principal string) []Choice {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Choice
	for _, one := range r.list {
		if one.principal == principal {
			list = append(list, Choice{ID: one.job, Labels: []string{one.kind}})
		}
	}
	return list
}
