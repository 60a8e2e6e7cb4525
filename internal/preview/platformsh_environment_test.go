package preview_test

import (
	"testing"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/internal/simulator"
)

// card is a call and what its card shows.
type card struct {
	tool string
	args map[string]any
	kind policy.Environment
	name string // to type
	want []string
}

// cards checks each card on a demo of its own.
func cards(t *testing.T, list []card) {
	t.Helper()
	for _, c := range list {
		t.Run(c.tool, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, r *rig) {
				target, reader := r.look("platformsh_"+c.tool, c.args)
				sameLines(t, c.tool, lines(target), c.want)
				if target.Kind.Environment != c.kind || target.Name != c.name {
					t.Errorf("kind %q and name %q, want %q and %q", target.Kind.Environment, target.Name, c.kind, c.name)
				}
				if len(reader.made) > maxReads {
					t.Errorf("%d reads: %v", len(reader.made), reader.reads())
				}
			})
		})
	}
}

// shop are arguments of a call about the demo's shop.
func shop(pairs ...any) map[string]any {
	args := map[string]any{"project_id": "abc123shop"}
	for i := 0; i < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return args
}

// Lines that many cards have.
const (
	shopLine    = "project: Acme Shop (abc123shop; eu-5.platform.sh; plan medium)"
	mainIs      = "Main (main; type production; active; commit e33bd24; deployed 2 days ago)"
	stagingIs   = "Staging (staging; type staging; active; commit 0839842; deployed 3 days ago)"
	themeIs     = "Old theme (feature/old-theme; type development; inactive; commit e33bd24)"
	reachesMain = "environment main: production, which this call reaches"
	mainBackup  = "last backup: 19 hours ago (1999-12-31 05:00 UTC; automatic; commit e33bd24)"
	oldBackup   = "last backup: 4 days ago (1999-12-28 00:00 UTC; by hand; taken while the site ran; commit 0839842)"
	mainAddress = "address: https://shop.example.com/"
	staging     = "address: https://staging-1gj36zp-abc123shop.eu-5.platformsh.site/"
	backUpMain  = "first platformsh_environment_backup_create map[environment_id:main project_id:abc123shop]"
	backUpStage = "first platformsh_environment_backup_create map[environment_id:staging project_id:abc123shop]"
	services    = "along data of services: cache (redis:7.2), db (mariadb:11.4)"
	files       = "along files: app:/var/uploads"
)

func TestPlatformshEnvironmentCards(t *testing.T) {
	t.Parallel()
	cards(t, []card{
		{"environment_deactivate", shop("environment_id", "staging"), policy.Other, "", []string{
			shopLine, "environment: " + stagingIs, oldBackup, staging, services, files,
			"along children, which stay: 2: feature/search (development; active), feature/checkout (development; active)", backUpStage,
		}},
		{"environment_delete", shop("environment_id", "feature/old-theme"), policy.Other, "", []string{
			shopLine, "environment: " + themeIs, "last backup: none",
			"along Git branch: feature/old-theme (commit e33bd24; nothing that its parent lacks)",
		}},
		{"environment_delete", shop("environment_id", "staging"), policy.Other, "", []string{
			"impossible the environment is active; platformsh_environment_deactivate comes first",
		}},
		{"environment_activate", shop("environment_id", "feature/old-theme"), policy.Other, "", []string{
			shopLine, "environment: " + themeIs, "data copied from: " + mainIs, "active environments now: 4 (the plan allows 9)",
		}},
		{"environment_branch", shop("environment_id", "main", "name", "next", "title", "Next", "clone_parent", false), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, "environment next: free: this account sees none of this name",
			"environment main: production, which is only read from", "new environment: Next (next; type development)", "data: none: it starts empty",
			"active environments now: 4 (the plan allows 9)",
		}},
		{"environment_branch", shop("environment_id", "main", "name", "staging", "title", "Next"), policy.Production, "", []string{
			`impossible environment "staging" exists already; platformsh_environment_list shows it`,
		}},
		{"environment_merge", shop("environment_id", "staging"), policy.Production, "main", []string{
			shopLine, "environment: " + stagingIs, "merged into: " + mainIs, mainAddress, mainBackup, "new commits: 1",
			"change code of the parent: e33bd24 → merged with 0839842", backUpMain,
		}},
		{"environment_merge", shop("environment_id", "main"), policy.Production, "", []string{
			"impossible the environment has no parent; platformsh_environment_update can give it one",
		}},
		{"environment_synchronize", shop("environment_id", "staging", "synchronize_data", true, "rebase", true, "synchronize_code", true), policy.Other,
			"", []string{
				shopLine, "environment: " + stagingIs, "overwritten from: " + mainIs, oldBackup, services, files,
				"along branch: its commits are rewritten (1 commit that its parent lacks)", backUpStage,
			}},
		{"environment_synchronize", shop("environment_id", "staging", "synchronize_code", true), policy.Other, "", []string{
			shopLine, "environment: " + stagingIs, "overwritten from: " + mainIs,
		}},
		{"environment_redeploy", shop("environment_id", "main"), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, mainAddress, mainBackup, backUpMain,
		}},
		{"environment_pause", shop("environment_id", "staging"), policy.Other, "", []string{
			shopLine, "environment: " + stagingIs, staging,
			"along children, which go on: 2: feature/search (development; active), feature/checkout (development; active)",
		}},
		{"environment_update", shop("environment_id", "staging", "parent", "feature/old-theme", "type", "production"), policy.Production, "", []string{
			shopLine, "environment: " + stagingIs, "new parent: " + themeIs, "change type: staging → production", "change parent: main → feature/old-theme",
		}},
	})
}

func TestPlatformshBackupCards(t *testing.T) {
	t.Parallel()
	cards(t, []card{
		{"environment_backup_create", shop("environment_id", "main"), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, mainBackup, "backups now: 3; at the limit of the plan the oldest goes",
		}},
		{"environment_backup_delete", shop("environment_id", "main", "backup_id", "backupnight"), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, "backup: backupnight (19 hours ago; 1999-12-31 05:00 UTC; automatic; commit e33bd24)",
			"last backup that stays: 43 hours ago (1999-12-30 05:00 UTC; automatic; commit e33bd24)",
		}},
		{"environment_backup_restore", shop("environment_id", "main", "backup_id", "backuprelease"), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, "backup: backuprelease (14 days ago; 1999-12-18 00:00 UTC; by hand; commit e33bd24)",
			"overwritten: the same environment", mainBackup, mainAddress, backUpMain,
		}},
		{"environment_backup_restore", shop("environment_id", "staging", "backup_id", "backupstaging", "environment_name", "main"), policy.Production, "",
			[]string{
				shopLine, "environment: " + stagingIs, "backup: backupstaging (4 days ago; 1999-12-28 00:00 UTC; by hand; taken " +
					"while the site ran; commit 0839842)",
				"overwritten: " + mainIs, mainBackup, mainAddress, backUpMain,
			}},
		{"environment_backup_restore", shop("environment_id", "main", "backup_id", "backuprelease", "environment_name", "drill", "branch_from", "main"),
			policy.Other, "", []string{
				shopLine, "environment: " + mainIs, "backup: backuprelease (14 days ago; 1999-12-18 00:00 UTC; by hand; commit e33bd24)",
				"environment drill: does not exist yet; the restore creates it", "new environment branches from: main",
			}},
	})
}

// TestPlatformshStaged: a deployment of what is staged tells what that is.
func TestPlatformshStaged(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		r.send("platformsh_environment_variable_create", map[string]any{"project_id": "def456blog", "environment_id": "staging", "name": "env:X",
			"value": "1"})
		time.Sleep(time.Minute)
		target, _ := r.look("platformsh_environment_deploy", map[string]any{"project_id": "def456blog", "environment_id": "staging", "strategy": "rolling"})
		sameLines(t, "deploy", lines(target)[4:5], []string{"staged changes: 1: Ada Stone created the variable env:X on Staging"})
	})
}

// TestPlatformshState: what a decision rests on changes with the environment, and not by itself.
func TestPlatformshState(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		state := func() approval.Target {
			target, _ := r.look("platformsh_environment_merge", shop("environment_id", "staging"))
			return approval.NewTarget(target.State)
		}
		before := state()
		time.Sleep(72 * time.Hour)
		if after := state(); after != before {
			t.Errorf("three days changed the state\nfrom %v\nto %v", before, after)
		}
		r.send("platformsh_environment_backup_create", shop("environment_id", "main"))
		if after := state(); after != before {
			t.Errorf("a backup changed the state, so none could be taken first\nfrom %v\nto %v", before, after)
		}
		r.send("platformsh_environment_redeploy", shop("environment_id", "main"))
		time.Sleep(time.Minute)
		if after := state(); after == before {
			t.Errorf("a redeployment of the parent did not change the state %v", after)
		}
	})
}

// TestPlatformshUnreadable: what cannot be read stands on the card as a doubt, and counts as production.
func TestPlatformshUnreadable(t *testing.T) {
	t.Parallel()
	const env = "/platformsh/projects/*/environments/staging"
	for name, c := range map[string]struct {
		fault simulator.Fault
		kind  policy.Environment
		want  []string
	}{
		"environment forbidden": {simulator.Fault{Kind: simulator.ErrorStatus, Status: 403, Path: env, Times: 9}, policy.Production, []string{
			"doubt environment staging, which therefore counts as production: the platform answered 403 (forbidden)",
			"doubt environment staging: the platform answered 403 (forbidden)",
		}},
		"backups broken": {simulator.Fault{Kind: simulator.ErrorStatus, Status: 500, Path: env + "/backups", Times: 9}, policy.Other, []string{
			"doubt last backup of staging: the platform answered 500 (server)",
		}},
		"deployment gone": {simulator.Fault{Kind: simulator.ErrorStatus, Status: 404, Path: env + "/deployments/current", Times: 9}, policy.Other, []string{
			"doubt what runs on staging: the platform answered 404 (not_found)",
		}},
		"list slow": {simulator.Fault{Kind: simulator.Slow, Delay: time.Minute, Path: "/platformsh/projects/*/environments", Times: 9}, policy.Other,
			[]string{
				"doubt children: no answer in time",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, r *rig) {
				r.sim.Inject(c.fault)
				target, _ := r.look("platformsh_environment_deactivate", shop("environment_id", "staging"))
				var doubts []string
				for _, doubt := range target.Doubts {
					doubts = append(doubts, "doubt "+doubt)
				}
				sameLines(t, name, doubts, c.want)
				if target.Kind.Environment != c.kind {
					t.Errorf("counts as %q, want %q", target.Kind.Environment, c.kind)
				}
			})
		})
	}
}
