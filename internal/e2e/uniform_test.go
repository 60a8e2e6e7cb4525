package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/demo"
	"paasmcp/internal/policy"
	"paasmcp/internal/simulator"
	acquiademo "paasmcp/internal/simulator/acquia"
	pshdemo "paasmcp/internal/simulator/platformsh"
	"paasmcp/internal/testrig"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// same is what the three platforms are asked in the same way.
type same struct {
	platform schemas.Platform
	accounts [2]string
	list     string // a read with several items
	with     args
	id       string // of an item, in a list
	start    string // a change that goes on as a job; empty where calls block until their work is done
	startArg args
	job      string // of a running or done piece of work, where no change gives one
}

var everyPlatform = []same{
	{
		platform: schemas.Platformsh, accounts: [2]string{"psh-one", "psh-two"},
		list: "platformsh_environment_list", with: args{"project_id": pshdemo.ProjectShop}, id: "id",
		start: "platformsh_environment_redeploy", startArg: args{"project_id": pshdemo.ProjectShop, "environment_id": "main"},
	},
	{
		platform: schemas.Acquia, accounts: [2]string{"cloud-one", "cloud-two"},
		list: "acquia_environment_list", with: args{"application_uuid": acquiademo.AppPortal}, id: "id",
		start: "acquia_environment_caches_clear",
	},
	{
		platform: schemas.Virtuozzo, accounts: [2]string{"vap-one", "vap-two"},
		list: "virtuozzo_environment_list", with: args{}, id: "env.envName", job: "vap-one/env:shop",
	},
}

// house is a whole server over the simulator with two accounts on every platform, without a transport.
type house struct {
	t *testing.T
	*testrig.Rig
}

func newHouse(t *testing.T) *house {
	t.Helper()
	const base = "http://127.0.0.1"
	var accounts []apiclient.Account
	for _, p := range everyPlatform {
		for _, name := range p.accounts {
			accounts = append(accounts, demo.Account(name, p.platform, base))
		}
	}
	return &house{t, testrig.New(t, testrig.Options{
		Accounts: accounts, Transport: simulator.New(simulator.Options{Speed: simulator.Instant}).Transport(), Toolsets: "none",
		Change: []func(*tools.Config){func(c *tools.Config) {
			c.Policy, c.PollEvery = policy.Policy{{Name: "all", Action: policy.Allow}}, time.Millisecond
		}},
	})}
}

func (h *house) call(tool string, arguments args) reply {
	h.t.Helper()
	out, refused := h.Send(h.t, caller.Caller{Principal: "local", Transport: "stdio"}, "tools/call", map[string]any{"name": tool, "arguments": arguments})
	var result struct {
		IsError           bool
		Content           []struct{ Text string }
		StructuredContent any
	}
	if refused != "" {
		h.t.Fatalf("%s: %s", tool, refused)
	}
	if err := json.Unmarshal(out, &result); err != nil || len(result.Content) != 1 {
		h.t.Fatalf("%s: %s %v", tool, out, err)
	}
	return reply{failed: result.IsError, text: result.Content[0].Text, value: result.StructuredContent}
}

// alike checks that all platforms say the same, but for their names.
func alike(t *testing.T, what string, say func(same) string) {
	t.Helper()
	texts := map[string]bool{}
	for _, p := range everyPlatform {
		texts[strings.NewReplacer(p.list, "LIST", p.accounts[0], "ONE", p.accounts[1], "TWO", string(p.platform), "PLATFORM").Replace(say(p))] = true
	}
	if len(texts) != 1 {
		t.Errorf("%s: the platforms differ:\n%s", what, strings.Join(slices.Sorted(maps.Keys(texts)), "\n"))
	}
}

// TestAccountsAreChosenAlike: whose account is meant is asked, checked and answered in one way.
func TestAccountsAreChosenAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for what, account := range map[string]string{"left open": "", "unknown": "nobody", "of another platform": "elsewhere"} {
		alike(t, what, func(p same) string {
			call := args{"tool": p.list, "arguments": p.with}
			switch account {
			case "":
			case "elsewhere":
				call["account"] = "psh-one"
				if p.platform == schemas.Platformsh {
					call["account"] = "vap-one"
				}
			default:
				call["account"] = account
			}
			got := h.call("paas_read", call)
			if !got.failed || !strings.Contains(got.text, p.accounts[0]+", "+p.accounts[1]) {
				t.Errorf("%s: %s: %s, want an error that names the accounts", p.platform, what, got.text)
			}
			return strings.NewReplacer("psh-one\" does", "X\" does", "vap-one\" does", "X\" does").Replace(got.text)
		})
	}
	for _, p := range everyPlatform {
		for _, account := range p.accounts {
			inside := args{"account": account}
			for k, v := range p.with {
				inside[k] = v
			}
			for _, call := range []args{{"tool": p.list, "arguments": p.with, "account": account}, {"tool": p.list, "arguments": inside}} {
				if got := h.call("paas_read", call); got.failed {
					t.Errorf("%s: %v: %s", p.platform, call, got.text)
				}
			}
		}
	}
}

// TestPagesAreAlike: limit and cursor work and fail in one way, whatever the platform calls them.
func TestPagesAreAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	read := func(p same, more args) reply {
		call := args{"tool": p.list, "arguments": p.with, "account": p.accounts[0]}
		for k, v := range more {
			call[k] = v
		}
		return h.call("paas_read", call)
	}
	for _, p := range everyPlatform {
		all := map[string]bool{}
		whole, _ := look(read(p, nil).value, "items")
		want, _ := whole.([]any)
		cursor, pages := any(nil), 0
		for {
			more := args{"limit": 1}
			if pages%2 == 1 {
				more["limit"] = "1" // as models write it
			}
			if cursor != nil {
				more["cursor"] = cursor
			}
			page := read(p, more)
			items, _ := look(page.value, "items")
			list, _ := items.([]any)
			if page.failed || len(list) != 1 {
				t.Fatalf("%s: page %d: %s", p.platform, pages+1, page.text)
			}
			id, _ := look(list[0], p.id)
			if all[fmt.Sprint(id)] {
				t.Errorf("%s: page %d has %v again", p.platform, pages+1, id)
			}
			all[fmt.Sprint(id)] = true
			next, ok := look(page.value, "next")
			if pages++; !ok || pages > 50 {
				break
			}
			cursor = next
		}
		if len(all) != len(want) || len(want) < 2 {
			t.Errorf("%s: %d items by pages, %d at once", p.platform, len(all), len(want))
		}
	}
	for what, more := range map[string]args{"a foreign cursor": {"cursor": "no-such-cursor"}, "no items": {"limit": "none"},
		"less than one": {"limit": -1}} {
		alike(t, what, func(p same) string {
			got := read(p, more)
			if !got.failed {
				t.Errorf("%s: %s is accepted: %.200s", p.platform, what, got.text)
			}
			return got.text
		})
	}
	alike(t, "a limit inside the arguments", func(p same) string {
		inside := args{"limit": 1}
		for k, v := range p.with {
			inside[k] = v
		}
		got := h.call("paas_read", args{"tool": p.list, "arguments": inside, "account": p.accounts[0]})
		items, _ := look(got.value, "items.#")
		return fmt.Sprint(items, got.failed)
	})
}

// TestWaitsAreAlike: a job is waited for by what the answer of a change says, and ends in the same words.
func TestWaitsAreAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, p := range everyPlatform {
		job := p.job
		if p.start != "" {
			with := p.startArg
			if p.platform == schemas.Acquia {
				items, _ := look(h.call("paas_read", args{"tool": p.list, "arguments": p.with, "account": p.accounts[0]}).value, "items")
				id, _ := look(items.([]any)[0], "id")
				domains, _ := look(h.call("paas_read", args{
					"tool": "acquia_domain_list", "arguments": args{"environment_id": id}, "account": p.accounts[0],
				}).value, "items")
				host, _ := look(domains.([]any)[0], "hostname")
				with = args{"environment_id": id, "domains": []any{host}}
			}
			answer := h.call("paas_write", args{"tool": p.start, "arguments": with, "account": p.accounts[0]})
			found, ok := look(answer.value, "jobs.0.job")
			note, _ := look(answer.value, "note")
			if answer.failed || !ok || !strings.Contains(fmt.Sprint(note), "job "+fmt.Sprint(found)) ||
				!strings.HasPrefix(fmt.Sprint(found), p.accounts[0]+"/") {
				t.Errorf("%s: %s", p.platform, answer.text)
				continue
			}
			job = fmt.Sprint(found)
		}
		end := h.call("paas_wait", args{"job": job, "timeout_seconds": "5"})
		end.expect(t, want{"done": true, "failed": false, "job": job})
		if end.failed {
			t.Errorf("%s: %s", p.platform, end.text)
		}
	}
	for _, p := range everyPlatform {
		got := h.call("paas_wait", args{"job": p.accounts[0] + "/no-such-job"})
		if hint, ok := look(got.value, "hint"); !got.failed || !ok || !strings.Contains(fmt.Sprint(hint), "take it from") {
			t.Errorf("%s: a handle of nothing: %s", p.platform, got.text)
		}
	}
}
