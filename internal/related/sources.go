package related

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"paasmcp/schemas"
)

// told are the origins of ids that neither paths nor names tell. The key is an argument, after the beginning of the names
// of the operations that it is about where it means different things; of several that fit the longest counts. An empty value is for an
// argument that is called like something listed and is none of it.
var told = sync.OnceValue(func() map[schemas.Platform]map[string]string {
	return map[schemas.Platform]map[string]string{
		schemas.Platformsh: {
			"user_id":                                       "platformsh_user_me_get",
			"platformsh_org_member_create:user_id":          "platformsh_user_by_email_get",
			"platformsh_team_member_create:user_id":         "platformsh_org_member_list",
			"platformsh_project_user_access_create:entries": "platformsh_user_by_email_get",
			"key_id":         "platformsh_me_get",
			"commit_id":      "platformsh_git_ref_list",
			"tree_id":        "platformsh_git_commit_get",
			"blob_id":        "platformsh_git_tree_get",
			"project_region": "platformsh_region_list",
			"platformsh_runtime_operation_run:operation": "platformsh_environment_deployment_get",
			"type": "", "certificate": "", "environments": "", "token": "", "profile": "",
		},
		schemas.Acquia: {
			"acquia_v3_environment:environment_id":         "acquia_codebase_environment_list",
			"acquia_site_instance:environment_id":          "acquia_site_environment_list",
			"acquia_site_instance_create:environment_id":   "acquia_codebase_environment_list",
			"source_environment_id":                        "acquia_site_environment_list",
			"source":                                       "acquia_environment_list",
			"permission":                                   "acquia_permission_list",
			"acquia_environment_database_copy:name":        "acquia_environment_database_list",
			"acquia_team_application_add:application_uuid": "acquia_application_list",
			"acquia_invite_cancel:token":                   "acquia_team_invite_list",
			"acquia_invite_resend:token":                   "acquia_team_invite_list",
			"acquia_codebase_create:codebase_id":           "",
			"acquia_organization_owner_change:user_uuid":   "acquia_organization_member_list",
			"acquia_organization_tags:tags":                "acquia_organization_tag_list",
			"acquia_code_studio_user_create:user_id":       "acquia_organization_member_list",
			"certificate":                                  "", "organization": "",
		},
		schemas.Virtuozzo: {
			"env_name":                             "virtuozzo_environment_list",
			"target_appid":                         "virtuozzo_environment_list",
			"resource_id":                          "virtuozzo_environment_list",
			"node_id":                              "virtuozzo_environment_get",
			"source_node_id":                       "virtuozzo_environment_get",
			"target_node_id":                       "virtuozzo_environment_get",
			"client_node_id":                       "virtuozzo_environment_get",
			"message_id":                           "virtuozzo_environment_get",
			"ip":                                   "virtuozzo_environment_get",
			"ips":                                  "virtuozzo_environment_get",
			"virtuozzo_load_alert:trigger_id":      "virtuozzo_load_alert_list",
			"virtuozzo_environment_create:nodes":   "virtuozzo_template_list",
			"virtuozzo_topology_update:nodes":      "virtuozzo_template_list",
			"app_unique_name":                      "virtuozzo_installation_list",
			"app_id":                               "virtuozzo_marketplace_app_list",
			"context":                              "virtuozzo_deployment_list",
			"old_context":                          "virtuozzo_deployment_list",
			"node_type":                            "virtuozzo_template_list",
			"names":                                "virtuozzo_env_vars_get_by_group",
			"property_keys":                        "virtuozzo_environment_property_get",
			"virtuozzo_vcs_project:context":        "virtuozzo_vcs_project_get",
			"virtuozzo_vcs_project:old_context":    "virtuozzo_vcs_project_get",
			"virtuozzo_vcs_project_create:context": "",
			"virtuozzo_repo_deploy:context":        "",
			"virtuozzo_file:path":                  "virtuozzo_file_list",
			"virtuozzo_file_create:path":           "",
			"virtuozzo_log:path":                   "virtuozzo_log_list",
			"virtuozzo_mount_delete:path":          "virtuozzo_mount_list",
			"virtuozzo_volume_delete:path":         "virtuozzo_volume_list",
			"action":                               "", "trigger": "", "cert": "", "rule": "", "rules": "", "resources": "",
		},
	}
})

// Source names the read that tells the values of an argument of an operation; empty when none is known.
func (m *Map) Source(name, argument string) string {
	m.read()
	r := m.named[name]
	if r == nil {
		return ""
	}
	exact, said := m.told(r, argument)
	if said && exact.of != "" {
		return exact.tool
	}
	at := slices.Index(r.holes, argument)
	if got := m.before(r, at); got != nil && got != r {
		return got.Name
	}
	if said {
		return exact.tool
	}
	for _, got := range []*row{m.elsewhere(r, at), m.byResource(r, argument), m.byWord(r, argument)} {
		if got != nil && got != r {
			return got.Name
		}
	}
	return ""
}

// hint is an entry of told that fits a row.
type hint struct{ of, tool string }

func (m *Map) told(r *row, argument string) (best hint, found bool) {
	for key, tool := range told()[r.Platform] {
		of, arg, specific := strings.Cut(key, ":")
		if !specific {
			of, arg = "", key
		}
		if arg != argument || !strings.HasPrefix(r.Name, of) || found && len(of) <= len(best.of) {
			continue
		}
		if tool != "" && (m.named[tool] == nil || tool == r.Name) {
			continue
		}
		best, found = hint{of, tool}, true
	}
	return best, found
}

// before finds the read at the path before a hole: /a/{x}/b lists the y of /a/{x}/b/{y}.
func (m *Map) before(r *row, at int) *row {
	if at < 0 {
		return nil
	}
	if got := m.reads[place{r.Platform, pathBefore(r.path, at)}]; got != nil && !got.IsFile {
		return got
	}
	return nil
}

// elsewhere finds a list of the same kind of thing at another place: the x of /environments/{x} is listed below its application.
func (m *Map) elsewhere(r *row, at int) *row {
	if at < 0 {
		return nil
	}
	path := pathBefore(r.path, at)
	word := path[strings.LastIndexByte(path, '/')+1:]
	return best(m.listed[place{r.Platform, word}], singular(word))
}

// pathBefore is the path up to its hole of that number.
func pathBefore(path string, at int) string {
	end := 0
	for range at + 1 {
		end += strings.Index(path[end:], "{}") + len("{}")
	}
	return strings.TrimSuffix(path[:end-len("{}")], "/")
}

// byResource finds the list that is named like the row: trigger_id of x_trigger_delete is in x_trigger_list.
func (m *Map) byResource(r *row, argument string) *row {
	if r.makes(argument) {
		return nil
	}
	base := strings.Split(baseOf(argument), "_")
	for n := len(r.words) - 1; n > 0; n-- {
		got := m.word(r.Platform, r.words[:n], "list")
		if got == nil {
			continue
		}
		if baseOf(argument) == "" || slices.Equal(r.words[max(0, n-len(base)):n], base) {
			return got
		}
	}
	return nil
}

// makers are the verbs whose argument of the resource's own name is a new thing, which nothing lists yet.
var makers = []string{"create", "add", "bind", "invite", "check"}

// makes reports whether the argument names what a call is about to make.
func (r *row) makes(argument string) bool {
	if baseOf(argument) != singular(argument) {
		return false // an id is of something that exists
	}
	base := strings.Split(baseOf(argument), "_")
	for i, w := range r.words {
		if slices.Contains(makers, w) {
			return slices.Equal(r.words[max(0, i-len(base)):i], base)
		}
	}
	return false
}

// byWord finds a list of what the argument is called after.
func (m *Map) byWord(r *row, argument string) *row {
	base := baseOf(argument)
	if base == "" || r.makes(argument) {
		return nil
	}
	var fits []*row
	for i := range m.rows {
		s := &m.rows[i]
		if s.Platform != r.Platform || !s.IsList || !s.IsRead() {
			continue
		}
		last := s.path[strings.LastIndexByte(s.path, '/')+1:]
		named := strings.TrimSuffix(strings.Join(s.words, "_"), "_list")
		if !s.spoken() && singular(strings.ReplaceAll(last, "-", "_")) == base || named == base || strings.HasSuffix(named, "_"+base) {
			fits = append(fits, s)
		}
	}
	return best(fits, base)
}

// best is the list of a kind that is the easiest to call, and of these the one named after the kind.
func best(lists []*row, kind string) *row {
	if len(lists) == 0 {
		return nil
	}
	exact := func(r *row) int {
		if strings.Join(r.words, "_") == kind+"_list" {
			return 0
		}
		return 1
	}
	return slices.MinFunc(lists, func(a, b *row) int {
		return cmp.Or(cmp.Compare(len(hidden(a.Flags)), len(hidden(b.Flags))), cmp.Compare(exact(a), exact(b)),
			cmp.Compare(len(a.Required), len(b.Required)), cmp.Compare(len(a.Flags), len(b.Flags)),
			cmp.Compare(len(a.words), len(b.words)), cmp.Compare(a.Name, b.Name))
	})
}

// baseOf is what an id is of: environment_id is of an environment. It is empty for an argument that only says "the ids", and
// for one that is no id the argument itself.
func baseOf(argument string) string {
	argument = singular(argument)
	if argument == "id" {
		return ""
	}
	for _, suffix := range []string{"_id", "_uuid", "_name"} {
		if base, ok := strings.CutSuffix(argument, suffix); ok {
			return base
		}
	}
	return argument
}

func singular(word string) string {
	word = strings.ReplaceAll(word, "-", "_")
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "access"):
		return word
	case strings.HasSuffix(word, "xes"):
		return strings.TrimSuffix(word, "es")
	}
	return strings.TrimSuffix(word, "s")
}
