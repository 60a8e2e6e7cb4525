package prompts_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"paasmcp/prompts"
)

const good = `---
title: Ship
description: Ship it.
changes: true
platforms: [platformsh, virtuozzo]
arguments:
  - name: project
    description: Project id.
    platforms: [platformsh]
    complete: project
  - name: environment
    description: Environment.
    complete: environment
---
Be careful with {{environment}}.

## platformsh

Look: {{read platformsh_environment_get}} in {{project}}.

## virtuozzo

Do: {{write virtuozzo_environment_stop}}.
`

// TestLoad: the good file loads; each change of it that an author may make by mistake is an error that names file and
// reason.
func TestLoad(t *testing.T) {
	t.Parallel()
	list, err := prompts.Load(fstest.MapFS{"ship.md": {Data: []byte(good)}})
	if err != nil || len(list) != 1 || list[0].Name != "ship" || list[0].Operations("virtuozzo")[0].Name != "virtuozzo_environment_stop" {
		t.Fatalf("%+v, %v", list, err)
	}
	for reason, change := range map[string][2]string{
		"begin with front matter":                     {"---\ntitle", "title"},
		"between two lines":                           {"---\nBe careful", "Be careful"},
		"front matter: ":                              {"title: Ship", "titel: Ship"},
		"title, description and platforms":            {"description: Ship it.\n", ""},
		`platform "heroku" does not exist`:            {"[platformsh, virtuozzo]", "[platformsh, heroku]"},
		"appears twice":                               {"[platformsh, virtuozzo]", "[platformsh, virtuozzo, virtuozzo]"},
		`argument "environment": the name`:            {"name: project", "name: environment\n    description: x\n  - name: environment"},
		`argument "account": the name`:                {"name: project", "name: account"},
		"it needs a description":                      {"    description: Project id.\n", ""},
		"argument project: platform":                  {"platforms: [platformsh]\n", "platforms: [acquia]\n"},
		`nothing lists a "colour"`:                    {"complete: project", "complete: colour"},
		"{{projekt}} is not an argument":              {"{{project}}", "{{projekt}}"},
		"{{project}} is not an argument on virtuozzo": {"Do: {{write", "Do: {{project}} {{write"},
		"a placeholder is":                            {"{{read ", "{{reed "},
		"{{argument}}, {{read OPERATION}}":            {"{{environment}}", "{{ environment }}"},
		"in the section of its own platform":          {"{{write virtuozzo", "{{write platformsh"},
		"belongs in the section of its own":           {"Be careful with", "{{read platformsh_project_get}}"},
		`section "heroku"`:                            {"## virtuozzo", "## heroku"},
		`section "platformsh": only`:                  {"## virtuozzo", "## platformsh"},
		"no section ## virtuozzo":                     {"\n## virtuozzo\n\nDo: {{write virtuozzo_environment_stop}}.\n", ""},
		"virtuozzo with operations":                   {"Do: {{write virtuozzo_environment_stop}}.", "Do nothing."},
		"never mentions {{environment}}":              {"Be careful with {{environment}}.", "Be careful."},
		"never mentions {{project}}":                  {" in {{project}}", ""},
	} {
		if strings.Count(good, change[0]) == 0 {
			t.Fatalf("%s: the good file has no %q", reason, change[0])
		}
		_, err := prompts.Load(fstest.MapFS{"ship.md": {Data: []byte(strings.Replace(good, change[0], change[1], 1))}})
		if err == nil || !strings.Contains(err.Error(), reason) || !strings.HasPrefix(err.Error(), "ship.md: ") {
			t.Errorf("%q: error %v", reason, err)
		}
	}
	if _, err := prompts.Load(fstest.MapFS{"Ship-it.md": {Data: []byte(good)}}); err == nil {
		t.Error("a file name that is no prompt name loads")
	}
	_, err = prompts.Load(fstest.MapFS{"a.md": {Data: []byte("x")}, "b.md": {Data: []byte(good)}, "c.md": {Data: []byte("x")}})
	if err == nil || !strings.Contains(err.Error(), "a.md: ") || !strings.Contains(err.Error(), "c.md: ") {
		t.Errorf("not all violations at once: %v", err)
	}
}
