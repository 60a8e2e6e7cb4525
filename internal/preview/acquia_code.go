package preview

import (
	"cmp"
	"fmt"
	"slices"
)

// acquiaCode shows which code an environment runs now and would run afterwards.
func (l *look) acquiaCode(after string) {
	if environment, err := l.acquiaEnvironment(l.argument("environment_id")); err == nil {
		l.change("code", first(environment, "vcs.path", "reference"), after)
	}
}

// acquiaCodeSwitch: what runs after a deployment often changes databases, so their backups are shown and offered.
func acquiaCodeSwitch(l *look) {
	l.acquiaCode(l.argument("branch"))
	acquiaDatabases(l)
}

func acquiaCodeDeploy(l *look) {
	l.inOrder(func(l *look) {
		if path := first(l.acquiaSource("source", "code comes from"), "vcs.path"); path != "" {
			l.acquiaCode(path)
			l.state("code of the source", path)
		}
	}, acquiaDatabases)
}

func acquiaCodeImport(l *look) {
	l.along("code, files and databases of the environment", "replaced by those of the archive")
	acquiaDatabases(l)
}

func acquiaArtifactSwitch(l *look) {
	environment, err := l.acquiaEnvironment(l.argument("environment_id"))
	if err != nil {
		return // kind says so already
	}
	id := l.argument("artifact_id")
	artifact, err := l.object("acquia_artifact_get", map[string]any{
		"application_uuid": acquiaApplication(l.argument("environment_id")), "artifact_id": id,
	})
	if err != nil {
		l.doubt("artifact "+id, err)
	}
	l.change("artifact", first(environment, "artifact.name", "artifact.id"), cmp.Or(first(artifact, "name"), id))
	l.detail("artifact", with(cmp.Or(first(artifact, "name"), id), first(artifact, "state"), ago(first(artifact, "created_at"))))
}

// acquiaCloudActions shows which of the steps around deployments are switched.
func acquiaCloudActions(l *look) {
	list, err := l.list("acquia_cloud_action_list", l.these("environment_id"))
	if err != nil {
		l.doubt("cloud actions", err)
		return
	}
	wanted, _ := l.Args["cloud_actions"].(map[string]any)
	for _, action := range list {
		now, _ := field(action, "flags.enabled").(bool)
		after := now
		switch l.Op.Name {
		case "acquia_cloud_actions_enable":
			after = true
		case "acquia_cloud_actions_disable":
			after = false
		case "acquia_cloud_actions_reset":
			after, _ = field(action, "flags.default").(bool)
		default:
			if on, given := wanted[first(action, "id")].(bool); given {
				after = on
			}
		}
		if now != after {
			l.change(first(action, "label", "id"), onOff(now), onOff(after))
		}
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// acquiaFlip is about one switch of an environment. Its state is a flag or a field of a read.
func acquiaFlip(what, path string, on bool) func(*look) {
	return func(l *look) {
		environment, err := l.acquiaEnvironment(l.argument("environment_id"))
		if err != nil {
			return // kind says so already
		}
		if now, known := field(environment, path).(bool); known && now != on {
			l.change(what, onOff(now), onOff(on))
		} else if known {
			l.detail(what, onOff(now)+" already")
		}
	}
}

// acquiaModProxy is like acquiaFlip; this switch has a read of its own.
func acquiaModProxy(after string) func(*look) {
	return func(l *look) {
		now, err := l.object("acquia_mod_proxy_get", l.these("environment_id"))
		if err != nil {
			l.doubt("mod_proxy", err)
			return
		}
		if status := first(now, "status"); status != after {
			l.change("mod_proxy", status, after)
		} else {
			l.detail("mod_proxy", status+" already")
		}
	}
}

func acquiaLabelChange(l *look) {
	if environment, err := l.acquiaEnvironment(l.argument("environment_id")); err == nil {
		l.change("label", first(environment, "label"), l.argument("label"))
	}
}

func acquiaProductionModeOff(l *look) {
	acquiaFlip("production mode", "flags.production_mode", false)(l)
	l.along("its protection", "databases and files can then be copied onto this environment")
}

func acquiaLiveDevOff(l *look) {
	acquiaFlip("live development", "flags.livedev", false)(l)
	if l.Args["discard"] != nil {
		l.along("changes that were not committed", "discarded")
	}
}

// acquiaEnvironmentDelete: the platform deletes environments made on demand only. Their backups go with them, so none is offered.
func acquiaEnvironmentDelete(l *look) {
	id := l.argument("environment_id")
	environment, err := l.acquiaEnvironment(id)
	if err != nil {
		return // kind says so already
	}
	if made, _ := field(environment, "flags.cde").(bool); !made {
		l.detail("made on demand", "no: the platform deletes only environments that were")
	}
	l.along("files and domains", some(texts(environment["domains"]), 5))
	if first(environment, "type") != "drupal" {
		return
	}
	list, err := l.list("acquia_environment_database_list", map[string]any{"environment_id": id})
	if err != nil {
		l.doubt("databases", err)
		return
	}
	var steps []func(*look)
	for _, database := range list[:min(maxAcquiaBackups, len(list))] {
		steps = append(steps, func(l *look) {
			name := first(database, "name")
			backups, err := l.acquiaBackups(id, name)
			if err != nil {
				l.along("database "+name, "with its backups")
				l.doubt("backups of "+name, err)
				return
			}
			l.along("database "+name, acquiaWithBackups(backups))
		})
	}
	l.inOrder(steps...)
	if more := len(list) - maxAcquiaBackups; more > 0 {
		l.along("other databases", fmt.Sprint(more))
	}
}

// acquiaEnvironmentCreate counts the paid slot that a new environment takes.
func acquiaEnvironmentCreate(l *look) {
	l.acquiaSlots("cde", "on-demand environments")
}

// acquiaSlots says how much of an entitlement is used up. It is all that the platform tells about cost.
func (l *look) acquiaSlots(entitlement, what string) {
	application, err := l.object("acquia_application_get", l.these("application_uuid"))
	if err != nil {
		return // said already
	}
	list, err := l.list("acquia_entitlement_list", map[string]any{"subscription_uuid": first(application, "subscription.uuid")})
	if err != nil {
		l.doubt("what the subscription includes", err)
		return
	}
	i := slices.IndexFunc(list, func(e map[string]any) bool { return first(e, "name") == entitlement })
	if i < 0 {
		return
	}
	used, total := first(list[i], "properties.used"), first(list[i], "properties.total")
	if used != "" && total != "" {
		l.target.Cost = used + " of " + total + " " + what + " of the subscription are used; " + acquiaNoPrices
	}
}
