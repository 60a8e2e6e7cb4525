package tools_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"paasmcp/internal/approval"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// conditional says, apart from the rows, which arguments of an operation need a person's yes and which do not. Each list of
// arguments goes over the operation's required ones.
var conditional = map[string]struct {
	mild []string // JSON objects
	asks []string
	// still are the rows whose mild call asks too, with less to answer.
	still bool
}{
	"platformsh_environment_synchronize": {
		mild: []string{`{}`, `{"synchronize_code":true}`, `{"synchronize_code":true,"synchronize_data":false,"rebase":false}`, `{"synchronize_data":"false"}`},
		asks: []string{`{"synchronize_data":true}`, `{"synchronize_code":true,"synchronize_data":true}`, `{"rebase":true}`, `{"synchronize_resources":true}`,
			`{"synchronize_data":"true"}`, `{"synchronize_data":" TRUE "}`, `{"synchronize_data":"1"}`, `{"synchronize_data":"t"}`},
	},
	"platformsh_environment_update": {
		mild: []string{`{"title":"New title"}`, `{"name":"n"}`, `{"attributes":{}}`},
		asks: []string{`{"type":"production"}`, `{"parent":"main"}`, `{"parent":null}`, `{"http_access":{"is_enabled":false}}`, `{"http_access":"{\"is_enabled\":false}"}`,
			`{"enable_smtp":false}`, `{"restrict_robots":"false"}`, `{"title":"x","type":"development"}`},
	},
	"platformsh_project_update": {
		mild: []string{`{"title":"New title","description":"d","timezone":"Europe/Prague"}`},
		asks: []string{`{"default_branch":"next"}`, `{"default_branch":null}`, `{"default_domain":"example.com"}`, `{"region":"eu-5"}`},
	},
	"platformsh_subscription_update": {
		mild: []string{`{"project_title":"New title"}`, `{"timezone":"Europe/Prague"}`},
		asks: []string{`{"plan":"large"}`, `{"storage":"10240"}`, `{"environments":5}`, `{"big_dev":"m"}`, `{"big_dev_service":"m"}`, `{"backups":"b"}`,
			`{"observability_suite":"o"}`, `{"blackfire":"b"}`, `{"continuous_profiling":"c"}`, `{"project_support_level":"p"}`},
	},
	"platformsh_org_project_update": {
		mild: []string{`{"title":"New title","timezone":"Europe/Prague"}`},
		asks: []string{`{"plan":"large"}`, `{"title":"New title","plan":"large"}`, `{"dedicated_tag":"t"}`},
	},
	"virtuozzo_container_redeploy":          {still: true, mild: keepsVolumes, asks: losesVolumes},
	"virtuozzo_container_redeploy_by_id":    {still: true, mild: keepsVolumes, asks: losesVolumes},
	"virtuozzo_container_redeploy_by_group": {still: true, mild: keepsVolumes, asks: losesVolumes},
	"virtuozzo_file_write": {
		still: true,
		mild:  []string{`{"append":true}`, `{"append":"true"}`},
		asks:  []string{`{}`, `{"append":false}`, `{"append":"false"}`},
	},
	"virtuozzo_file_upload": {
		still: true,
		mild:  []string{`{"overwrite":false}`, `{"overwrite":"0"}`},
		asks:  []string{`{}`, `{"overwrite":true}`, `{"overwrite":"true"}`},
	},
	"virtuozzo_domain_remove": {
		still: true,
		mild:  []string{`{"domains":["shop.example.com"]}`, `{"domains":"shop.example.com"}`},
		asks:  []string{`{"domains":["*"]}`, `{"domains":"*"}`, `{"domains":["shop.example.com,*"]}`, `{"domains":"[\"*\"]"}`},
	},
	"virtuozzo_external_ip_move": {
		still: true,
		mild:  []string{`{"ips":["203.0.113.10"]}`},
		asks:  []string{`{"ips":["*"]}`, `{"ips":" * "}`},
	},
	"acquia_livedev_disable": {
		mild: []string{`{}`},
		asks: []string{`{"discard":1}`, `{"discard":"1"}`, `{"discard":1.0}`},
	},
	"platformsh_org_create": {mild: []string{`{"type":"flexible","country":"DE"}`}, asks: []string{`{"owner_id":"0f3f0b6e-1111-4111-8111-111111111111"}`, `{"country":"DE","owner_id":"0f3f0b6e-1111-4111-8111-111111111111"}`}},
	"platformsh_org_update": {mild: []string{`{"label":"New label"}`}, asks: []string{`{"name":"new-name"}`, `{"label":"New label","country":"FR"}`}},
	"platformsh_org_profile_update": {
		mild: []string{`{"company_name":"Acme"}`},
		asks: []string{`{"billing_contact":"a@example.com"}`, `{"security_contact":"a@example.com"}`, `{"vat_number":"DE1"}`,
			`{"default_catalog":"https://example.com/c"}`, `{"company_name":"Acme","project_options_url":"https://example.com/o"}`},
	},
	"platformsh_profile_update": {
		mild: []string{`{"display_name":"New name"}`, `{"ui_colorscheme":"dark"}`},
		asks: []string{`{"password":"x","current_password":"y"}`, `{"username":"other"}`, `{"project_options_url":"https://example.com/o"}`,
			`{"default_catalog":"https://example.com/c"}`, `{"vat_number":"DE1"}`, `{"company_type":"business"}`},
	},
	"platformsh_user_update": {mild: []string{`{"first_name":"Ana"}`, `{"country":"FR"}`}, asks: []string{`{"username":"other"}`, `{"first_name":"Ana","username":"other"}`}},
	"platformsh_team_update": {mild: []string{`{"label":"New label"}`}, asks: []string{`{"project_permissions":["admin"]}`, `{"project_permissions":[]}`}},
	"platformsh_ticket_update": {
		mild: []string{`{"status":"solved"}`},
		asks: []string{`{"collaborator_ids":["u"]}`, `{"status":"open","collaborator_ids":["u"]}`, `{"collaborators_replace":true}`},
	},
	"platformsh_ticket_create":       {still: true, mild: []string{`{}`}, asks: []string{`{"collaborator_ids":["u"]}`, `{"requester_id":"0f3f0b6e-1111-4111-8111-111111111111"}`}},
	"platformsh_subscription_create": {still: true, mild: []string{`{}`}, asks: []string{`{"options_url":"https://example.com/o"}`}},
	"platformsh_org_billing_alert_update": {
		mild: []string{`{"config":{"threshold":100,"mode":"x"}}`, `{"active":true}`},
		asks: []string{`{"active":false}`, `{"active":"false"}`},
	},
	"platformsh_org_usage_alert_update": {mild: alertsOn, asks: alertsOff},
	"platformsh_usage_alert_update":     {mild: alertsOn, asks: alertsOff},
	"acquia_role_update":                {mild: []string{`{"name":"New name"}`}, asks: []string{`{"permissions":["a"]}`, `{"permissions":[]}`}},
	"acquia_v3_environment_update":      {mild: []string{`{"label":"New label"}`}, asks: []string{`{"properties":{"version":"8.3"}}`, `{"label":"l","properties":{}}`}},
	"acquia_identity_provider_update": {
		mild: []string{`{"label":"New label"}`},
		asks: []string{`{"sso_url":"https://example.com/sso"}`, `{"entity_id":"e"}`, `{"label":"l","certificate":"c"}`},
	},
	"acquia_organization_tags_create": {
		mild: []string{`{}`},
		asks: []string{`{"tags":[{"name":"team","color":"red","role":"admin"}]}`, `{"context":{"application":{"uuids":[],"everything":true}}}`, `{"context":{"application":{"uuids":[]},"organization":{}}}`},
	},
	"virtuozzo_env_group_create":  {mild: []string{`{}`, `{"data":{"color":"#000000"}}`}, asks: []string{`{"data":{"isIsolated":true}}`, `{"data":"{\"isIsolated\":true}"}`}},
	"virtuozzo_env_group_update":  {mild: []string{`{}`, `{"new_name":"n"}`}, asks: []string{`{"data":{"isIsolated":false}}`}},
	"virtuozzo_node_group_update": {mild: []string{`{"settings":{"name":"cp","restartNodeDelay":30}}`}, asks: []string{`{"settings":{"name":"cp","isSLBAccessEnabled":false}}`}},
	"virtuozzo_load_alert_create": {
		mild: []string{`{"data":` + loadAlert(`"isEnabled":true`) + `}`},
		asks: []string{`{"data":` + loadAlert(`"isEnabled":true,"runs":"x"`) + `}`, `{"data":` + strings.Replace(loadAlert(`"isEnabled":true`), `{"notify"`, `{"address":"a@example.com","notify"`, 1) + `}`},
	},
	"virtuozzo_file_create":            {mild: []string{`{"directory":true}`, `{"directory":"true"}`}, asks: []string{`{}`, `{"directory":false}`}},
	"virtuozzo_load_alert_toggle":      {mild: []string{`{"enabled":true}`}, asks: []string{`{"enabled":false}`, `{"enabled":"0"}`}},
	"virtuozzo_marketplace_app_create": {mild: manifestText, asks: manifestLink},
	"virtuozzo_favorite_manifest_add":  {mild: manifestText, asks: manifestLink},
	"virtuozzo_ssl_cert_create": {
		mild: []string{`{"key":"PEM","cert":"PEM"}`},
		asks: []string{`{"key":"https://example.com/key"}`, `{"cert":"//example.com/cert"}`, `{"key":"PEM","cert":"PEM","intermediate":"ftp://example.com/ca"}`},
	},
}

var (
	alertsOn     = []string{`{"alerts":[{"id":"a","active":true}]}`, `{"alerts":[{"id":"a","config":{"threshold":1}}]}`}
	alertsOff    = []string{`{"alerts":[{"id":"a","active":true},{"id":"b","active":false}]}`, `{"alerts":[{"id":"a","active":"false"}]}`}
	manifestText = []string{`{"manifest":"type: install"}`}
	manifestLink = []string{`{"manifest":"https://example.com/m.jps"}`, `{"manifest":"//example.com/m.jps"}`}
	keepsVolumes = []string{`{"use_existing_volumes":true}`, `{"use_existing_volumes":"true"}`}
	losesVolumes = []string{`{}`, `{"use_existing_volumes":false}`, `{"use_existing_volumes":"false"}`}
)

// loadAlert is a complete alert with one more key.
func loadAlert(more string) string {
	return `{"name":"n","nodeGroup":"cp","period":1,"condition":{"resourceType":"CPU","type":"GREATER","value":90,"valueType":"PERCENTAGES"},` +
		`"actions":[{"type":"NOTIFY","customData":{"notify":true}}],` + more + `}`
}

var onProduction = []string{"platformsh_environment_update", "platformsh_project_update", "platformsh_subscription_update", "platformsh_org_project_update"}

// TestConditionalRisk: the harmful argument asks, and asks for more, in every spelling that is understood, by every route; the
// harmless one goes through.
func TestConditionalRisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, conditionalRisk)
}

func conditionalRisk(t *testing.T) {
	r := newRig(t)
	var bad violations
	for _, row := range r.Service.Catalog.Rows() {
		op, _ := r.Service.Catalog.Operation(row.Name)
		if op.IsRead() {
			continue // TestLogOrFile
		}
		want, ok := conditional[op.Name]
		if ok != (len(op.When) > 0) {
			bad.add(op.Name, "it has %d conditions and stands in this test: %v", len(op.When), ok)
		}
		if !ok {
			continue
		}
		required := map[string]any{}
		for _, name := range op.RequiredArguments() {
			required[name] = op.Example.Args[name]
		}
		typed := 0
		for _, harmful := range []bool{false, true} {
			list := want.mild
			if harmful {
				list = want.asks
			}
			for _, given := range list {
				args := maps.Clone(required)
				if err := json.Unmarshal([]byte(given), &args); err != nil {
					t.Fatal(err)
				}
				for route, req := range map[string]request{
					"direct":          {tool: op.Name, args: args},
					"paas_write":      {tool: "paas_write", args: map[string]any{"tool": op.Name, "arguments": args}},
					"paas_write text": {tool: "paas_write", args: map[string]any{"tool": op.Name, "arguments": string(marshal(t, args))}},
				} {
					q := r.call(req)
					sent := len(r.wire.take())
					asked := q.ResultType == "input_required"
					if asked == (sent > 0) || asked != (harmful || want.still) {
						bad.add(op.Name, "%s with %s: asked %v, sent %d: %s", route, given, asked, sent, q.text())
					}
					properties, _ := q.InputRequests["confirm"].Params.RequestedSchema["properties"].(map[string]any)
					if _, ok := properties[approval.FieldName]; ok && !strings.Contains(q.card(), "could be looked up") {
						if typed++; !harmful {
							bad.add(op.Name, "%s with %s: asks for a typed name", route, given)
						}
					} else if harmful && want.still && slices.Contains(op.WorstRisk(), schemas.Irreversible) {
						bad.add(op.Name, "%s with %s: does not ask for a typed name", route, given)
					}
				}
			}
		}
		// What the rows of a project destroy, they destroy on production.
		most := slices.Contains(op.WorstRisk(), schemas.Irreversible) || slices.Contains(onProduction, op.Name)
		if most != (typed > 0) {
			bad.add(op.Name, "irreversible at worst, or on production: %v, typed names asked for: %d", most, typed)
		}
	}
	bad.report(t)
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestHintsShowTheWorst: a client that knows no arguments yet must not take a tool for harmless.
func TestHintsShowTheWorst(t *testing.T) {
	t.Parallel()
	s := offline(t)
	list, err := tools.List(s, tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	var bad violations
	for _, tool := range list {
		op, ok := s.Catalog.Operation(tool.Name)
		if !ok {
			continue // a hand-written tool
		}
		worst := op.WorstRisk()
		destroys := slices.Contains(worst, schemas.Destructive) || slices.Contains(worst, schemas.Irreversible)
		if *tool.Annotations.DestructiveHint != destroys || *tool.Annotations.ReadOnlyHint != op.IsRead() {
			bad.add(tool.Name, "hints %+v of the worst risk %v", tool.Annotations, worst)
		}
	}
	bad.report(t)
}

// TestRiskOfTheCall: the card and the audit tell what this call can do, not what others with the same tool could.
func TestRiskOfTheCall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const tool = "platformsh_environment_synchronize"
	call := func(argument string) reply {
		return r.call(request{tool: tool, args: map[string]any{"project_id": "abc123", "environment_id": "staging", argument: true}})
	}
	call("synchronize_code")
	code, err := os.ReadFile(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(code), `"risk":["write"]`) || strings.Contains(string(code), "irreversible") {
		t.Errorf("audit of code:\n%s", code)
	}
	for argument, want := range map[string][2]bool{ // cannot be undone, raises the bill
		"synchronize_data":      {true, false},
		"synchronize_resources": {false, true},
		"rebase":                {false, false},
	} {
		card := call(argument).InputRequests["confirm"].Params.Message
		got := [2]bool{strings.Contains(card, "It cannot be undone"), strings.Contains(card, "The bill can rise")}
		if got != want || card == "" {
			t.Errorf("card of %s:\n%s", argument, card)
		}
	}
}

// TestConditionsCannotBeDodged: arguments that look harmless to the conditions and harmful to the platform are refused, or are
// judged as what is sent.
func TestConditionsCannotBeDodged(t *testing.T) {
	t.Parallel()
	const tool = "platformsh_environment_synchronize"
	for name, args := range map[string]string{
		"upper case":          `{"Synchronize_Data":true}`,
		"upper case beside":   `{"synchronize_data":false,"SYNCHRONIZE_DATA":true}`,
		"vendor-like name":    `{"synchronizeData":true}`,
		"nested":              `{"body":{"synchronize_data":true}}`,
		"nested in harmless":  `{"synchronize_code":{"synchronize_data":true}}`,
		"in a list":           `{"synchronize_data":[true]}`,
		"in an object":        `{"synchronize_data":{"eq":true}}`,
		"a word":              `{"synchronize_data":"yes"}`,
		"a number":            `{"synchronize_data":1}`,
		"twice, harmful last": `{"synchronize_data":false,"synchronize_data":true}`,
		"a trailing space":    `{"synchronize_data ":true}`,
		"an escaped name":     `{"synchronize\u005fdata":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			all := `{"project_id":"abc123","environment_id":"staging",` + strings.TrimPrefix(args, "{")
			for _, req := range []request{
				{tool: tool, args: json.RawMessage(all)},
				{tool: "paas_write", args: json.RawMessage(`{"tool":"` + tool + `","arguments":` + all + `}`)},
				{tool: "paas_write", args: json.RawMessage(`{"tool":"` + tool + `","arguments":{},"Arguments":` + all + `}`)},
			} {
				got := r.call(req)
				if sent := r.wire.take(); len(sent) > 0 {
					t.Errorf("reached the wire: %v", sent)
				}
				if !got.IsError && got.ResultType != "input_required" {
					t.Errorf("neither refused nor asked: %+v", got)
				}
			}
		})
	}
	r := newRig(t)
	// A null is left out, of the judgement as of the request.
	r.call(request{tool: tool, args: json.RawMessage(`{"project_id":"abc123","environment_id":"staging","synchronize_data":null}`)})
	if body := r.wire.lastBody(); body != `{}` {
		t.Errorf("sent %q", body)
	}
	// What comes last counts, for both of them.
	r.call(request{tool: tool, args: json.RawMessage(`{"project_id":"abc123","environment_id":"staging","synchronize_data":true,"synchronize_data":false}`)})
	if body := r.wire.lastBody(); body != `{"synchronize_data":false}` {
		t.Errorf("sent %q", body)
	}
}
