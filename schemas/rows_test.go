package schemas_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/approval"
	"paasmcp/schemas"
)

// seen reports what is used twice, together with who used it first.
type seen map[string]string

func (s seen) add(t *testing.T, o *schemas.Operation, what, key string) {
	t.Helper()
	key = string(o.Platform) + " " + strings.ToLower(key)
	if first, twice := s[key]; twice {
		t.Errorf("%s:%d: %s: %s has the same %s: %s", o.File, o.Line, o.Name, first, what, key)
		return
	}
	s[key] = o.Name
}

// TestAliases keeps the finder's words apart: an alias of two rows ranks neither, and one that repeats a name or summary
// adds nothing to what is searched anyway.
func TestAliases(t *testing.T) {
	t.Parallel()
	ops := load(t)
	taken := map[string]bool{}
	for i := range ops {
		taken[strings.ToLower(ops[i].Name)] = true
		taken[strings.ToLower(strings.TrimSuffix(ops[i].Summary, "."))] = true
	}
	aliases := seen{}
	for i := range ops {
		o := &ops[i]
		if len(o.Aliases) == 0 {
			t.Errorf("%s:%d: %s: no aliases", o.File, o.Line, o.Name)
		}
		for _, alias := range o.Aliases {
			aliases.add(t, o, "alias", alias)
			if taken[strings.ToLower(alias)] {
				t.Errorf("%s:%d: %s: the alias %q is a name or a summary", o.File, o.Line, o.Name, alias)
			}
		}
	}
}

// TestExamples catches rows copied from another one. That the arguments produce the request, package apiclient tests.
func TestExamples(t *testing.T) {
	t.Parallel()
	requests := seen{}
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		requests.add(t, o, "example", o.Example.Sends)
		if !strings.HasPrefix(o.Example.Sends, o.Method()+" /") {
			t.Errorf("%s:%d: %s: example: sends does not begin with %s /", o.File, o.Line, o.Name, o.Method())
		}
		for _, name := range o.RequiredArguments() {
			if _, ok := o.Example.Args[name]; !ok {
				t.Errorf("%s:%d: %s: example: the required %s is missing", o.File, o.Line, o.Name, name)
			}
		}
	}
}

// TestFlags makes flagged rows say in words what the flag means: a model reads texts, not flags.
func TestFlags(t *testing.T) {
	t.Parallel()
	says := map[schemas.Flag]*regexp.Regexp{
		schemas.Deprecated: regexp.MustCompile(`deprecated|legacy|older`),
		schemas.Privileged: regexp.MustCompile(`staff|internal|left to a person|not for models|never ask`),
		schemas.Prerelease: regexp.MustCompile(`prerelease`),
	}
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		text := strings.ToLower(o.Summary + " " + o.About)
		for _, flag := range o.Flags {
			if !says[flag].MatchString(text) {
				t.Errorf("%s:%d: %s: neither summary nor about says that it is %s", o.File, o.Line, o.Name, flag)
			}
		}
	}
}

// unshown are the reads without `shows`, which answer with everything, and why.
var unshown = map[string]string{
	"virtuozzo_action_list":                 "the document describes another answer",
	"virtuozzo_running_action_list":         "the document describes another answer",
	"virtuozzo_action_search":               "the document describes another answer",
	"virtuozzo_folder_export_list":          "the document describes another answer",
	"virtuozzo_billing_history_list":        "the document describes another answer",
	"virtuozzo_app_category_list":           "the document leaves the answer open",
	"virtuozzo_export_list":                 "the document leaves the answer open",
	"virtuozzo_installation_list":           "the document leaves the answer open",
	"virtuozzo_installation_get":            "the document leaves the answer open",
	"virtuozzo_marketplace_app_get":         "the document leaves the answer open",
	"virtuozzo_jps_manifest_get":            "the answer is as the author of the manifest made it",
	"virtuozzo_jps_settings_get":            "the answer is as the author of the manifest made it",
	"virtuozzo_export_manifest_get":         "the document leaves the answer open",
	"virtuozzo_environment_property_get":    "the keys are the caller's own",
	"virtuozzo_shared_resource_method_list": "the document leaves the elements open",
	"virtuozzo_domain_check":                "the answer is a result code",
	"virtuozzo_external_domain_check":       "the answer is a result code",
	"virtuozzo_environment_migration_check": "the answer is a result code",
	"virtuozzo_environment_rights_check":    "the answer is a result code",
}

// TestShows keeps answers small: a read of an object shows some of its fields, not all.
func TestShows(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{}
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		if !o.IsRead() || o.ReturnsFile() || len(o.Shows) > 0 {
			continue
		}
		needed[o.Name] = true
		if unshown[o.Name] == "" {
			t.Errorf("%s:%d: %s: a read needs shows, or a reason in the list unshown", o.File, o.Line, o.Name)
		}
	}
	for name := range unshown {
		if !needed[name] {
			t.Errorf("%s is in the list unshown without need", name)
		}
	}
}

// TestScriptsShowWhatTheyGave: of what runs a script, the usual fields hold what the script gave out, not only that it succeeded.
func TestScriptsShowWhatTheyGave(t *testing.T) {
	t.Parallel()
	found := 0
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		if !slices.Contains(o.Shows, "successText") {
			continue
		}
		if found++; !slices.Contains(o.Shows, "out") {
			t.Errorf("%s:%d: %s shows no out", o.File, o.Line, o.Name)
		}
	}
	if found == 0 {
		t.Error("no row runs a script")
	}
}

// TestNameToType is about the name that a person types before something that cannot be undone. It may come from required
// arguments only: those are the ones that every call has.
func TestNameToType(t *testing.T) {
	t.Parallel()
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		if !slices.Contains(o.WorstRisk(), schemas.Irreversible) {
			continue
		}
		required := map[string]any{}
		for name, value := range o.Example.Args {
			if slices.Contains(o.RequiredArguments(), name) {
				required[name] = value
			}
		}
		name := approval.TargetName(o, required)
		if len(name) > 50 || strings.ContainsAny(name, " /\n") || strings.Contains(name, "s3cr3t") || name == "true" || name == "false" {
			t.Errorf("%s:%d: %s: nobody can type %q as the name of the target", o.File, o.Line, o.Name, name)
		}
	}
}
