package tools_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// TestOpenObjectsPassOn: a member that the row does not name goes out as it came, wherever the row says that there can be others, and is
// refused elsewhere.
func TestOpenObjectsPassOn(t *testing.T) {
	t.Parallel()
	s := offline(t)
	var bad violations
	open, closed := 0, 0
	const key, value = "made_up", `{"deep":[1,"x",null,true]}`
	for _, op := range rows(t, s) {
		for _, args := range withMember(op.Object(), op.Example.Args, key, json.RawMessage(value)) {
			text, err := json.Marshal(args.value)
			if err != nil {
				t.Fatal(err)
			}
			checked, err := s.Validate(op, parsed(t, string(text)).(map[string]any))
			if !args.open {
				if closed++; err == nil {
					bad.add(op.Name, "takes %s", text)
				}
				continue
			}
			open++
			if err != nil {
				bad.add(op.Name, "%v", err)
				continue
			}
			request, err := apiclient.Build(op, checked)
			if err != nil {
				bad.add(op.Name, "%v", err)
			} else if got := request.String(); !strings.Contains(got, `"`+key+`":`+value) {
				bad.add(op.Name, "sends %s", got)
			}
		}
	}
	if open < 40 || closed < 20 {
		t.Errorf("only %d open and %d closed objects", open, closed)
	}
	bad.report(t)
}

type altered struct {
	value any
	open  bool // whether the object that has one more member is open
}

// withMember gives the value once for each object below the top that names its members, with one more of them.
func withMember(s *schemas.Schema, v any, key string, more any) []altered {
	var list []altered
	switch v := v.(type) {
	case []any:
		for i := range v {
			for _, a := range withMember(s.Items, v[i], key, more) {
				out := append([]any(nil), v...)
				out[i] = a.value
				list = append(list, altered{out, a.open})
			}
		}
	case map[string]any:
		for i := range s.Properties {
			p := &s.Properties[i]
			if _, given := v[p.Name]; !given {
				continue
			}
			for _, a := range withMember(&p.Schema, v[p.Name], key, more) {
				out := maps.Clone(v)
				out[p.Name] = a.value
				list = append(list, altered{out, a.open})
			}
			if object, ok := v[p.Name].(map[string]any); ok && len(p.Properties) > 0 {
				out, inner := maps.Clone(v), maps.Clone(object)
				inner[key], out[p.Name] = more, inner
				list = append(list, altered{out, p.Open})
			}
		}
	}
	return list
}

// TestTopologies: the layers of real environments, as manifests and the vendor's own clients write them, reach the platform as they are.
func TestTopologies(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for name, tc := range map[string]struct{ nodes, want string }{ // want is empty for what goes out as it came
		"volumes and mounts": {`[{"nodeType":"nginxphp-dockerized","tag":"1.16.0-php-7.3.8","count":2,"nodeGroup":"cp","scalingMode":"STATELESS","restartDelay":5,
			"volumes":["/var/www/webroot/ROOT"],"volumeMounts":{"/var/www/webroot/ROOT":{"readOnly":"false","sourcePath":"/data/ROOT","sourceNodeGroup":"storage"},"/x":"nfs.example.com:/y:ro"}}]`, ""},
		"a cluster":             {`[{"nodeType":"mariadb-dockerized","count":3,"cloudlets":16,"nodeGroup":"sqldb","cluster":{"scheme":"galera"},"isSLBAccessEnabled":false,"addons":[]}]`, ""},
		"a cluster by its name": {`[{"nodeType":"mysql","cluster":true,"validation":{"minCount":2}}]`, ""},
		"links of both forms":   {`[{"image":"wordpress:latest","links":["db:DB"],"nodeGroup":"cp"},{"image":"mysql:8","links":[{"sourceNodeGroup":"cp","alias":"WEB"}],"nodeGroup":"db"}]`, ""},
		"an image of its own": {`[{"nodeType":"docker","docker":{"image":"alpine:3","cmd":"sleep 1","entryPoint":["/bin/sh"],"nodeGroup":"cp","links":[{"alias":"a"}],"volumesFrom":[{"sourceNodeId":45}],
			"registry":{"url":"r.example.com","user":"u","password":"p","email":"e@example.com"},"env":{"A":"1"},"volumes":["/d"],"volumeMounts":{"/d":{"sourceNodeId":45}}}}]`, ""},
		"texts for numbers":       {`[{"nodeType":"nginx","extip":"true","count":"2","fixedCloudlets":"1"}]`, `[{"count":2,"extip":true,"fixedCloudlets":1,"nodeType":"nginx"}]`},
		"switches in the env":     {`[{"nodeType":"kubernetes","env":{"JELASTIC_EXPOSE":false,"REPLICAS":3}}]`, `[{"env":{"JELASTIC_EXPOSE":"false","REPLICAS":"3"},"nodeType":"kubernetes"}]`},
		"one layer without list":  {`{"nodeType":"nginx"}`, `[{"nodeType":"nginx"}]`},
		"as text":                 {`"[{\"nodeType\":\"nginx\",\"cluster\":true}]"`, `[{"cluster":true,"nodeType":"nginx"}]`},
		"what is null is not set": {`[{"nodeType":"nginx","count":null,"docker":null}]`, `[{"nodeType":"nginx"}]`},
	} {
		want := tc.want
		if want == "" {
			out, _ := json.Marshal(parsed(t, tc.nodes))
			want = string(out)
		}
		for tool, args := range map[string]string{
			"virtuozzo_environment_create": `{"env":{"displayName":"Shop","owner":"x","sslstate":"true"},"nodes":` + tc.nodes + `}`,
			"virtuozzo_topology_update":    `{"env_name":"shop","env":{"ssl":true},"nodes":` + tc.nodes + `}`,
		} {
			op, _ := s.Catalog.Operation(tool)
			checked, err := s.Validate(op, parsed(t, args).(map[string]any))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			request, err := apiclient.Build(op, checked)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got := request.String(); !strings.Contains(got, `"nodes":`+want) {
				t.Errorf("%s: %s\nwant %s", name, got, want)
			}
		}
	}
}
