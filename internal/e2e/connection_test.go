package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/platformsh"
)

// yes approves whatever is asked, and types the name that the form asks for.
func yes(c card) (any, bool) {
	if c.field == "confirm_name" {
		name, _ := strings.CutPrefix(c.help, "Type ")
		return strings.TrimSuffix(name, " to go ahead."), true
	}
	return true, c.field == "approve"
}

// branch starts a branch of the shop, which takes its time, and returns the job.
func (s *session) branch(name string) string {
	s.t.Helper()
	s.person.expect(yes)
	answer := s.call("platformsh_environment_branch", in("main", "name", name, "title", "Try"))
	job, ok := look(answer.value, "jobs.0.job")
	if answer.failed || !ok {
		s.t.Fatalf("branch: %s", answer.text)
	}
	return fmt.Sprint(job)
}

// A job belongs to the platform, not to the server that started it: another process finds it by its handle.
func TestJobOutlivesTheServer(t *testing.T) {
	t.Parallel()
	clock := simulator.NewFakeClock(now)
	up := newUpstream(t, platformsh, simulator.Options{Clock: clock, Speed: 1, TokenLifetime: 24 * time.Hour})
	first := connect(t, up, modern)
	job := first.branch("try-mcp")
	if err := first.server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := first.server.hangUp(); err == nil {
		t.Error("the killed server ended well")
	}
	first.leaksNothing()

	clock.Advance(time.Hour)
	second := connect(t, up, legacy)
	end := second.call("paas_wait", args{"job": job})
	end.expect(t, want{"done": true, "failed": false, "result": "success", "job": job})
	second.end()
	if e := environmentOf(t, up.sim, "try-mcp"); e.Status != "active" {
		t.Errorf("the branch is %+v", e)
	}
}

// The client hears how far a job is, each time further than before, with what the job's log says. Every third
// notification moves the platform's clock: the platform reports the same percentage for a while, and in the end the wait
// ends with the work.
func TestWaitReportsProgress(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{modern, legacy} {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			clock := simulator.NewFakeClock(now)
			up := newUpstream(t, platformsh, simulator.Options{Clock: clock, Speed: 1, TokenLifetime: 24 * time.Hour})
			up.pace = time.Millisecond
			s := connect(t, up, revision)
			var mu sync.Mutex
			var steps []float64
			var texts []string
			s.client.OnNotification(func(n mcp.JSONRPCNotification) {
				if n.Method != "notifications/progress" {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				progress, _ := n.Params.AdditionalFields["progress"].(float64)
				text, _ := n.Params.AdditionalFields["message"].(string)
				steps, texts = append(steps, progress), append(texts, text)
				if len(steps)%3 == 0 {
					clock.Advance(3 * time.Second)
				}
			})
			end := s.call("paas_wait", args{"job": s.branch("try-mcp")})
			end.expect(t, want{"done": true, "result": "success", "log": contains("Deploying applications")})
			s.end() // after it nothing more can arrive
			mu.Lock()
			defer mu.Unlock()
			if len(steps) < 6 {
				t.Fatalf("%d notifications of progress: %v", len(steps), texts)
			}
			for i := 1; i < len(steps); i++ {
				if steps[i] <= steps[i-1] {
					t.Errorf("progress does not grow: %v", steps)
				}
			}
			if all := strings.Join(texts, "\n"); !strings.Contains(all, "created the environment Try as a branch of Main: ") {
				t.Errorf("the messages do not follow the log:\n%s", all)
			}
		})
	}
}

// A wait that runs out of time is no failure: the job is still there to be waited for.
func TestWaitRunsOutOfTime(t *testing.T) {
	t.Parallel()
	clock := simulator.NewFakeClock(now)
	up := newUpstream(t, platformsh, simulator.Options{Clock: clock, Speed: 1, TokenLifetime: 24 * time.Hour})
	s := connect(t, up, modern)
	job := s.branch("try-mcp")
	end := s.call("paas_wait", args{"job": job, "timeout_seconds": 1}) // less than it takes to look again
	end.expect(t, want{"done": false, "failed": false, "note": contains("call paas_wait again"), "job": job})
	clock.Advance(time.Hour)
	s.call("paas_wait", args{"job": job}).expect(t, want{"done": true, "result": "success"})
	s.end()
}

// A list is read to its end page by page: nothing is left out and nothing comes twice.
func TestPagingToTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tool  string
		with  args
		id    string
		limit int
		all   int
	}{
		{"platformsh_org_member_list", args{"organization_id": demo.OrgAcme}, "user_id", 4, 25},
		{"platformsh_project_activity_list", args{"project_id": demo.ProjectShop}, "id", 2, 9},
		{"platformsh_environment_list", args{"project_id": demo.ProjectShop}, "id", 2, 5},
	} {
		t.Run(c.tool, func(t *testing.T) {
			t.Parallel()
			s := connect(t, newUpstream(t, platformsh, simulator.Options{}), modern)
			seen := map[string]bool{}
			call := args{"tool": c.tool, "arguments": c.with, "limit": c.limit}
			for pages := 1; ; pages++ {
				page := s.call("paas_read", call)
				items, ok := look(page.value, "items")
				if page.failed || !ok {
					t.Fatal(page.text)
				}
				for _, item := range items.([]any) {
					id, _ := look(item, c.id)
					if seen[fmt.Sprint(id)] {
						t.Errorf("page %d has %v again", pages, id)
					}
					seen[fmt.Sprint(id)] = true
				}
				next, more := look(page.value, "next")
				if n := len(items.([]any)); n > c.limit || more && n != c.limit {
					t.Errorf("page %d has %d items, want %d", pages, n, c.limit)
				}
				if !more {
					break
				}
				if pages > c.all {
					t.Fatal("the list does not end")
				}
				call["cursor"] = next
			}
			if len(seen) != c.all {
				t.Errorf("%d items in all, want %d", len(seen), c.all)
			}
			s.end()
		})
	}
}

// A client that cannot ask its user gets no confirmation out of anything: the call is refused and says who can allow it.
func TestClientThatCannotAsk(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{modern, legacy} {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			up := newUpstream(t, platformsh, simulator.Options{})
			s := dial(t, up, revision)
			answer := s.call("platformsh_environment_redeploy", in("main"))
			answer.expect(t, want{"kind": "refused", "error": contains("paas-mcp call")})
			sent, _ := up.requests(0)
			if sent = slices.DeleteFunc(sent, up.looks); len(sent) > 0 {
				t.Errorf("%s was sent", up.wire(t, sent))
			}
			s.end()
		})
	}
}

// A client that has sent its calls and closed its end still gets every answer.
func TestRunningCallsAreAnsweredAtTheEnd(t *testing.T) {
	t.Parallel()
	const calls = 20
	up := newUpstream(t, platformsh, simulator.Options{})
	gate := make(chan struct{})
	up.hold = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/environments") {
			<-gate
		}
	}
	p := start(t, up)
	write := func(line string) {
		if _, err := fmt.Fprintln(p.in, line); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"e2e","version":"1"}}}`)
	write(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	for i := range calls {
		write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"platformsh_environment_list","arguments":{"project_id":"abc123shop"}}}`, i))
	}
	if err := p.in.Close(); err != nil {
		t.Fatal(err)
	}
	close(gate) // the input has ended, and no call has been answered yet

	answered := map[string]int{}
	lines := bufio.NewScanner(p.out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var message struct {
			ID     any
			Result struct {
				IsError           bool
				StructuredContent any
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &message); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		if n, _ := look(message.Result.StructuredContent, "items.#"); n == 5 && !message.Result.IsError {
			answered[fmt.Sprint(message.ID)]++
		}
	}
	if err := p.hangUp(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, p.stderr.String())
	}
	if len(answered) != calls {
		t.Errorf("%d of %d calls were answered: %v", len(answered), calls, answered)
	}
	for id, times := range answered {
		if times != 1 {
			t.Errorf("call %s was answered %d times", id, times)
		}
	}
}
