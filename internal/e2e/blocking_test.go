package e2e_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/simulator"
)

// A call that blocks until the work is done tells how it goes meanwhile. Every notification moves the platform's clock.
func TestBlockingCallReportsProgress(t *testing.T) {
	t.Parallel()
	clock := simulator.NewFakeClock(now)
	up := newUpstream(t, virtuozzo, simulator.Options{Clock: clock, Speed: 1})
	up.pace = time.Millisecond
	s := connect(t, up, modern)
	var mu sync.Mutex
	var texts []string
	s.client.OnNotification(func(n mcp.JSONRPCNotification) {
		if n.Method != "notifications/progress" {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		text, _ := n.Params.AdditionalFields["message"].(string)
		texts = append(texts, text)
		clock.Advance(5 * time.Second)
	})
	s.person.expect(yes)
	answer := s.call("paas_write", args{"tool": "virtuozzo_environment_stop", "arguments": of("shop")})
	if answer.failed {
		t.Error(answer.text)
	}
	s.end()
	mu.Lock()
	defer mu.Unlock()
	if len(texts) == 0 || !strings.Contains(strings.Join(texts, "\n"), "environment shop is stopping") {
		t.Errorf("the client heard %q", texts)
	}
	if e := virtuozzoEnvironment(t, up.sim, "shop"); e.Status != 2 {
		t.Errorf("the shop is %+v", e)
	}
}

// A proxy before the platform gives up on a call whose work continues. The error says that nobody knows the outcome, does
// not repeat the call, and names the job that the work can be followed by.
func TestGatewayGivesUp(t *testing.T) {
	t.Parallel()
	up := newUpstream(t, virtuozzo, simulator.Options{Speed: 300}) // some tenths of a second of work
	up.sim.Virtuozzo().SetGatewayTimeout(time.Millisecond)
	up.pace = 5 * time.Millisecond
	s := connect(t, up, modern)
	s.person.expect(yes)
	mark := up.mark()
	answer := s.call("paas_write", args{"tool": "virtuozzo_environment_clone", "arguments": of("shop", "new_env_name", "shop-copy")})
	if !answer.failed {
		t.Fatalf("the clone succeeded: %s", answer.text)
	}
	answer.expect(t, want{"kind": "unknown_outcome"})
	sent, _ := up.requests(mark)
	clones := 0
	for _, line := range up.wire(t, sent) {
		if strings.HasPrefix(line, control+"cloneenv ") {
			clones++
		}
	}
	if clones != 1 {
		t.Errorf("the call was sent %d times, want once", clones)
	}
	job := regexp.MustCompile(`virtuozzo/env:[^\s"]+`).FindString(answer.text)
	if job == "" {
		t.Fatalf("the error names no job: %s", answer.text)
	}
	end := s.call("paas_wait", args{"job": job})
	end.expect(t, want{"done": true, "failed": false, "job": job})
	s.end()
	if e := virtuozzoEnvironment(t, up.sim, "shop-copy"); e.Status != 1 {
		t.Errorf("the copy is %+v", e)
	}
}
