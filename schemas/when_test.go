package schemas_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"paasmcp/schemas"
)

// rowWhen is a row with one conditional class; %s is the condition of an argument.
func rowWhen(when string) fstest.MapFS {
	return fstest.MapFS{"platformsh/things.yaml": {Data: []byte(`
- name: platformsh_thing_update
  call: PATCH /things/{thing_id}
  risk: [write]
  when: ` + when + `
  summary: Change a thing.
  params:
    thing_id: {type: string}
    sure: {type: boolean}
    size: {type: integer}
    kind: {type: string, enum: [a, b]}
    names: {type: array, items: {type: string}}
    counts: {type: array, items: {type: integer}}
    data: {type: object, properties: {on: {type: boolean}, rules: {type: array, items: {type: object, properties: {on: {type: boolean}}}}}}
  example: {args: {thing_id: t}, sends: PATCH /things/t}
`)}}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	type args = map[string]any
	number := json.Number("1")
	for _, tc := range []struct {
		condition string
		words     string
		hold      []args
		not       []args
	}{
		{"{sure: true}", "sure is true", []args{{"sure": true}},
			[]args{nil, {}, {"sure": false}, {"sure": nil}, {"sure": "true"}, {"Sure": true}}},
		{"{sure: {not: true}}", "sure is not true", []args{nil, {"sure": false}, {"sure": nil}, {"sure": []any{true}}}, []args{{"sure": true}}},
		{"{kind: a}", "kind is a", []args{{"kind": "a"}}, []args{{}, {"kind": "b"}, {"kind": "A"}, {"kind": []any{"a"}}}},
		{"{kind: {not: a}}", "kind is not a", []args{{}, {"kind": "b"}}, []args{{"kind": "a"}}},
		{"{size: present}", "size is given", []args{{"size": number}, {"size": nil}}, []args{{}}},
		{"{size: absent}", "size is left out", []args{{}, {"sure": true}}, []args{{"size": nil}, {"size": number}}},
		{"{names: {contains: '*'}}", "names contains *", []args{{"names": []any{"a", "*"}}, {"names": []any{"a,*"}}},
			[]args{{}, {"names": []any{}}, {"names": []any{"a"}}, {"names": nil}}},
		{"{thing_id: {contains: '*'}}", "thing_id contains *", []args{{"thing_id": "*"}, {"thing_id": "1, *"}}, []args{{"thing_id": "1"}, {"thing_id": number}}},
		{"{data.on: false}", "data.on is false", []args{{"data": map[string]any{"on": false}}},
			[]args{{}, {"data": nil}, {"data": map[string]any{}}, {"data": map[string]any{"on": true}}, {"on": false}, {"data.on": false}}},
		{"{data.on: {not: true}}", "data.on is not true", []args{{}, {"data": map[string]any{}}, {"data": map[string]any{"on": false}}},
			[]args{{"data": map[string]any{"on": true}}}},
		{"{'data.rules[].on': false}", "data.rules[].on is false",
			[]args{{"data": map[string]any{"rules": []any{map[string]any{"on": true}, map[string]any{"on": false}}}}},
			[]args{{}, {"data": map[string]any{"rules": []any{}}}, {"data": map[string]any{"rules": []any{map[string]any{"on": true}, map[string]any{}}}}}},
		{"{thing_id: {outside: /var/log}}", "thing_id is outside /var/log", []args{
			{}, {"thing_id": nil}, {"thing_id": "/etc/passwd"}, {"thing_id": "/var/log"}, {"thing_id": "/var/log/../lib/x"}, {"thing_id": "/var/logs/x"},
			{"thing_id": "var/log/x"}, {"thing_id": "/var/log/%2e%2e/x"}, {"thing_id": "/var/log/$(id)"}, {"thing_id": "/var/log/*"}, {"thing_id": "/var/log/a b"},
			{"thing_id": "/var/log/a\x00"}, {"thing_id": "/var/log/\u200bx"}, {"thing_id": []any{"/var/log/x"}}, {"thing_id": "/VAR/LOG/x"},
		}, []args{{"thing_id": "/var/log/x"}, {"thing_id": "/var//log/./nginx/../x-1.log_2+3@4:5,6=7"}, {"thing_id": "/opt/../var/log/x"}}},
		{"{sure: true, kind: b}", "kind is b and sure is true", []args{{"sure": true, "kind": "b"}}, []args{{"sure": true}, {"kind": "b"}}},
	} {
		ops, err := schemas.Load(rowWhen("[{args: " + tc.condition + ", adds: [destructive]}]"))
		if err != nil {
			t.Errorf("%s: %v", tc.condition, err)
			continue
		}
		// The same must hold for a row that went through the index.
		line, err := json.Marshal(ops[0])
		if err != nil {
			t.Fatal(err)
		}
		var indexed schemas.Operation
		if err := json.Unmarshal(line, &indexed); err != nil {
			t.Fatal(err)
		}
		for _, op := range []*schemas.Operation{&ops[0], &indexed} {
			for _, a := range tc.hold {
				if !slices.Contains(op.RiskFor(a), schemas.Destructive) {
					t.Errorf("%s does not hold for %v", tc.condition, a)
				}
			}
			for _, a := range tc.not {
				if slices.Contains(op.RiskFor(a), schemas.Destructive) {
					t.Errorf("%s holds for %v", tc.condition, a)
				}
			}
			if got := op.When[0].String(); got != tc.words {
				t.Errorf("%s reads %q, want %q", tc.condition, got, tc.words)
			}
		}
	}
}

func TestRiskAddsUp(t *testing.T) {
	t.Parallel()
	ops, err := schemas.Load(rowWhen("[{args: {sure: true}, adds: [destructive, irreversible]}, {args: {size: present}, adds: [costs_money, destructive]}]"))
	if err != nil {
		t.Fatal(err)
	}
	op := &ops[0]
	for _, tc := range []struct {
		args map[string]any
		want []schemas.Risk
	}{
		{nil, []schemas.Risk{schemas.Write}},
		{map[string]any{"sure": true}, []schemas.Risk{schemas.Write, schemas.Destructive, schemas.Irreversible}},
		{map[string]any{"sure": true, "size": 1}, []schemas.Risk{schemas.Write, schemas.Destructive, schemas.Irreversible, schemas.CostsMoney}},
	} {
		if got := op.RiskFor(tc.args); !slices.Equal(got, tc.want) {
			t.Errorf("%v: %v, want %v", tc.args, got, tc.want)
		}
	}
	if got := op.WorstRisk(); len(got) != 4 {
		t.Errorf("at worst: %v", got)
	}
	if !slices.Equal(op.Risk, []schemas.Risk{schemas.Write}) {
		t.Errorf("asking changed the row: %v", op.Risk)
	}
}

func TestWhenIsChecked(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		"[{adds: [destructive]}]":                                         "args are missing",
		"[{args: {sure: true}}]":                                          "adds is missing",
		"[{args: {sure: true}, adds: [write]}]":                           `"write" is not one of`,
		"[{args: {sure: true}, adds: [reveals_secrets]}]":                 "is not one of",
		"[{args: {Sure: true}, adds: [destructive]}]":                     "Sure is not a parameter",
		"[{args: {sure: 'true'}, adds: [destructive]}]":                   "not a condition for its type boolean",
		"[{args: {sure: {contains: x}}, adds: [destructive]}]":            "not a condition",
		"[{args: {sure: {not: x}}, adds: [destructive]}]":                 "not a condition",
		"[{args: {sure: {never: true}}, adds: [destructive]}]":            "not a condition",
		"[{args: {sure: {not: true, contains: x}}, adds: [destructive]}]": "not a condition",
		"[{args: {sure: null}, adds: [destructive]}]":                     "not a condition",
		"[{args: {size: 1}, adds: [destructive]}]":                        "not a condition",
		"[{args: {kind: c}, adds: [destructive]}]":                        "not a condition",
		"[{args: {kind: {not: c}}, adds: [destructive]}]":                 "not a condition",
		"[{args: {names: {contains: ''}}, adds: [destructive]}]":          "not a condition",
		"[{args: {counts: {contains: '1'}}, adds: [destructive]}]":        "not a condition",
		"[{args: {sure: true}, add: [destructive]}]":                      "add",
		"[{args: {data.off: true}, adds: [destructive]}]":                 "data.off is not a parameter",
		"[{args: {'data.rules.on': true}, adds: [destructive]}]":          "is not a parameter",
		"[{args: {'data[].on': true}, adds: [destructive]}]":              "is not a parameter",
		"[{args: {'names[]': present}, adds: [destructive]}]":             "is not a parameter",
		"[{args: {data.on: a}, adds: [destructive]}]":                     "not a condition for its type boolean",
		"[{args: {kind: {outside: logs}}, adds: [destructive]}]":          "not a condition",
		"[{args: {kind: {outside: /a/}}, adds: [destructive]}]":           "not a condition",
		"[{args: {size: {outside: /a}}, adds: [destructive]}]":            "not a condition",
		"[{args: {sure: true}, adds: [destructive], secrets: [a]}]":       "go together",
		"[{args: {sure: true}, adds: [destructive], secrets: ['a b']}]":   "is not a field path",
		"[{args: {sure: true, sure: false}, adds: [destructive]}]":        "sure",
		"{args: {sure: true}, adds: [destructive]}":                       "schemas.When",
	} {
		if _, err := schemas.Load(rowWhen(when)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", when, err, want)
		}
	}
	for list, want := range map[string]string{
		"platformsh_thing_update": "is not a read", "platformsh_thing_list": "is not a read",
	} {
		if _, err := schemas.Load(rowWhen("[{args: {sure: true}, unless_listed: " + list + ", adds: [destructive]}]")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("unless_listed %s: error %v, want %q", list, err, want)
		}
	}
	files := rowWhen("[{args: {sure: true}, adds: [destructive]}]")
	text := files["platformsh/things.yaml"].Data
	for change, want := range map[[2]string]string{
		{"risk: [write]", "risk: [read]"}:               `"destructive" is not one of [reveals_secrets]`,
		{"risk: [write]", "risk: [write, destructive]"}: "is in risk already",
	} {
		bad := fstest.MapFS{"platformsh/things.yaml": {Data: []byte(strings.Replace(string(text), change[0], change[1], 1))}}
		if _, err := schemas.Load(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", change, err, want)
		}
	}
}

// TestOpenObjects: what a member does that the row does not name, nobody can say, so a person is asked.
func TestOpenObjects(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	row := func(change ...string) *schemas.Operation {
		text := strings.NewReplacer(change...).Replace(`
- name: platformsh_thing_update
  call: PATCH /things/{thing_id}
  risk: [write]
  summary: Change a thing.
  params:
    thing_id: {type: string}
    data: {type: object, open: true, properties: {on: {type: boolean}, rules: {type: array, items: {type: object, open: true, properties: {a: {type: string}}}}}}
    free: {type: object}
  example: {args: {thing_id: t}, sends: PATCH /things/t}
`)
		ops, err := schemas.Load(fstest.MapFS{"platformsh/things.yaml": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		return &ops[0]
	}
	op := row()
	for _, args := range []object{{}, {"data": nil}, {"data": object{"on": true}}, {"data": object{"rules": []any{object{"a": "x"}}}}, {"free": object{"any": 1}}} {
		if risk := op.RiskFor(args); len(risk) != 1 {
			t.Errorf("%v: %v", args, risk)
		}
	}
	for _, args := range []object{{"data": object{"off": true}}, {"data": object{"On": true}}, {"data": object{"rules": []any{object{"a": "x"}, object{"b": "x"}}}}, {"data": "text"}} {
		if !slices.Contains(op.RiskFor(args), schemas.Destructive) {
			t.Errorf("%v: nobody is asked", args)
		}
	}
	for _, given := range []string{"risk: [write, costs_money]", "risk: [read]"} {
		if op := row("risk: [write]", given); len(op.When) > 0 {
			t.Errorf("%s: %v", given, op.When)
		}
	}
}
