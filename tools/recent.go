package tools

import (
	"slices"
	"sync"

	"paasmcp/internal/approval"
)

// mostRecent is how many jobs are remembered, of all principals together.
const mostRecent = 200

// recentJobs are the jobs that calls have started or waits have looked at lately, for suggestions. The zero recentJobs is ready to use.
type recentJobs struct {
	mu   sync.Mutex
	list []recentJob // the newest first
}

type recentJob struct {
	principal, job, kind string
	changes              []approval.Change // that the job makes
}

func (r *recentJobs) add(principal string, job JobRef) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := recentJob{principal, job.Job, job.Kind, job.Changed}
	if i := slices.IndexFunc(r.list, one.same); i >= 0 && one.changes == nil {
		one.changes = r.list[i].changes
	}
	r.list = slices.Insert(slices.DeleteFunc(r.list, one.same), 0, one)
	r.list = r.list[:min(len(r.list), mostRecent)]
}

func (j recentJob) same(other recentJob) bool {
	return j.principal == other.principal && j.job == other.job
}

// changes are what a job of the principal makes, as far as it is remembered.
func (r *recentJobs) changes(principal, job string) []approval.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.list, recentJob{principal: principal, job: job}.same); i >= 0 {
		return r.list[i].changes
	}
	return nil
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
