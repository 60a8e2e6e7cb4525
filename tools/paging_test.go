package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
)

// TestCursorOfAnotherList: a cursor is of one list on one account; with another it would leave out the beginning without a word.
func TestCursorOfAnotherList(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, append(threePlatforms(), pshAccount("second", "api.example")))
	list := func(account, cursor string, limit int) answer {
		return r.ask(t, "paas_read", map[string]any{
			"tool": "platformsh_environment_list", "arguments": map[string]any{"project_id": platformsh.ProjectShop},
			"account": account, "cursor": cursor, "limit": limit,
		})
	}
	next := list("work", "", 2).Next
	if a := list("work", next, 1); next == "" || len(a.Items) != 1 {
		t.Errorf("its own: %+v", a)
	}
	for what, a := range map[string]answer{
		"another account": list("second", next, 2), "garbage": list("work", "garbage", 2), "a part": list("work", next[:len(next)-2], 2),
		"another tool": r.ask(t, "paas_read", map[string]any{"tool": "acquia_application_list", "cursor": next}),
		"other arguments": r.ask(t, "paas_read", map[string]any{
			"tool": "platformsh_environment_list", "arguments": map[string]any{"project_id": platformsh.ProjectBlog}, "account": "work", "cursor": next,
		}),
	} {
		if !strings.Contains(a.Error, "the cursor does not belong to this list") {
			t.Errorf("%s: %+v", what, a)
		}
	}
}

// TestPagesOfAllPlatforms: however small or large the pages, a list has the same items in the same order, whatever way its platform
// pages in.
func TestPagesOfAllPlatforms(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, threePlatforms())
	project := map[string]any{"project_id": platformsh.ProjectShop}
	for tool, args := range map[string]map[string]any{
		"platformsh_environment_list":          project, // all at once
		"platformsh_project_activity_list":     project, // by time
		"platformsh_org_list":                  {},      // by cursor
		"acquia_application_notification_list": {"application_uuid": acquia.AppPortal},
		"acquia_environment_list":              {"application_uuid": acquia.AppPortal},
		"virtuozzo_environment_list":           {},
		"virtuozzo_action_list":                {},
	} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			walk := func(limit int) (ids []string) {
				call := map[string]any{"tool": tool, "arguments": args, "limit": limit, "fields": "id,uuid,uniqueId,env.envName"}
				for range 100 {
					a := r.ask(t, "paas_read", call)
					if len(a.Items) > limit {
						t.Fatalf("limit %d: %d items", limit, len(a.Items))
					}
					for _, item := range a.Items {
						ids = append(ids, fmt.Sprint(item))
					}
					if a.Next == "" {
						return ids
					}
					call["cursor"] = a.Next
				}
				t.Fatalf("limit %d: it never ends", limit)
				return nil
			}
			all := walk(1000)
			for _, limit := range []int{1, 2, 101} {
				got := walk(limit)
				if len(all) < 2 || len(got) != len(all) {
					t.Fatalf("limit %d: %d items, not %d", limit, len(got), len(all))
				}
				for i := range all {
					if all[i] == "map[]" || got[i] != all[i] {
						t.Errorf("limit %d: item %d is %v, not %v", limit, i, got[i], all[i])
					}
				}
			}
		})
	}
}
