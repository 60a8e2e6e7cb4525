package catalogdiff_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"go.yaml.in/yaml/v4"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// exceptionsFile says which complaints of the vendors' documents about our requests are known, and why they are right to stay.
const exceptionsFile = "testdata/requests.yaml"

// exception explains complaints.
type exception struct {
	Platform schemas.Platform `yaml:"platform"`
	Calls    []string         `yaml:"calls"`  // METHOD /path of rows; * stands for any text
	Says     []string         `yaml:"says"`   // parts of the complaint
	Reason   string           `yaml:"reason"` // in a sentence
}

// TestRequests sends the smallest and the largest request of every operation, for every kind that it has, and holds what reaches the
// wire against the platform's own document: at least 98 % must be what it says, and each complaint about the others explained. The
// documents lie beside a checkout and not in it.
func TestRequests(t *testing.T) {
	t.Parallel()
	ops, err := schemas.Load(os.DirFS("../../schemas"))
	if err != nil {
		t.Fatal(err)
	}
	exceptions := readExceptions(t)
	var mu sync.Mutex
	sent, fine := 0, 0 // requests of calls that the documents have, and those without a complaint
	t.Run("platforms", func(t *testing.T) {
		for _, platform := range schemas.Platforms() {
			t.Run(string(platform), func(t *testing.T) {
				t.Parallel()
				v := newVendor(t, platform)
				explained := make(map[string]bool) // "exception part" and "exception pattern" that were of use
				for i := range ops {
					op := &ops[i]
					if op.Platform != platform {
						continue
					}
					for _, args := range argumentsOf(op) {
						complaints := v.complaints(t, op, args)
						if _, known := v.route(op); known {
							mu.Lock()
							if sent++; len(complaints) == 0 {
								fine++
							}
							mu.Unlock()
						}
						for _, complaint := range complaints {
							if !explain(exceptions, op, complaint, explained) {
								text, _ := json.Marshal(args)
								t.Errorf("%s (%s): %s\n    arguments %s", op.Name, op.Call, complaint, text)
							}
						}
					}
				}
				for i, x := range exceptions {
					for _, part := range slices.Concat(x.Calls, x.Says) {
						if x.Platform == platform && !explained[fmt.Sprint(i, part)] {
							t.Errorf("%s: %q explains nothing any more; remove it", exceptionsFile, part)
						}
					}
				}
			})
		}
	})
	if sent == 0 {
		t.Skip("NOT COMPARED: no vendor document is here")
	}
	t.Logf("%d of %d requests are what the documents say; the others are explained in %s", fine, sent, exceptionsFile)
	if fine*100 < sent*98 {
		t.Errorf("fewer than 98 %% of the requests are what the documents say")
	}
}

func readExceptions(t *testing.T) []exception {
	t.Helper()
	data, err := os.ReadFile(exceptionsFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []exception
	if err := yaml.Load(data, &list, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if len(x.Calls) == 0 || len(x.Says) == 0 || !strings.HasSuffix(x.Reason, ".") {
			t.Errorf("%s: %+v needs calls, says and a reason in a sentence", exceptionsFile, x)
		}
	}
	return list
}

// explain reports whether an exception knows the complaint, and notes which of its parts were of use.
func explain(exceptions []exception, op *schemas.Operation, complaint string, used map[string]bool) bool {
	known := false
	for i, x := range exceptions {
		if x.Platform != op.Platform {
			continue
		}
		for _, pattern := range x.Calls {
			if !matches(pattern, op.Call) {
				continue
			}
			for _, part := range x.Says {
				if strings.Contains(complaint, part) {
					used[fmt.Sprint(i, pattern)], used[fmt.Sprint(i, part)], known = true, true, true
				}
			}
		}
	}
	return known
}

func matches(pattern, text string) bool {
	quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	return regexp.MustCompile("^" + quoted + "$").MatchString(text)
}

// vendor is a platform that answers nothing and keeps the requests, with its document.
type vendor struct {
	document *openapi3.T
	routes   map[string]route // by call without the names of its holes
	client   *apiclient.Client

	last struct {
		*http.Request
		body string
	}
}

type route struct {
	path string // as the document writes it
	*routers.Route
}

var holes = regexp.MustCompile(`\{[^{}]*\}`)

func newVendor(t *testing.T, platform schemas.Platform) *vendor {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../shared/apis", string(platform)+".openapi.json"))
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("the vendor document is not here, and this is a CI run, which must compare with it: %v", err)
	}
	if err != nil {
		t.Skipf("NOT COMPARED: the vendor document is not here: %v", err)
	}
	v := &vendor{routes: map[string]route{}}
	if v.document, err = openapi3.NewLoader().LoadFromData(data); err != nil {
		t.Fatal(err)
	}
	tidied := map[*openapi3.Schema]bool{}
	for path, item := range v.document.Paths.Map() {
		for method, operation := range item.Operations() {
			operation.Security = openapi3.NewSecurityRequirements() // credentials are the client's business, see its own tests
			for _, p := range slices.Concat(operation.Parameters, item.Parameters) {
				tidy(p.Value.Schema, tidied)
			}
			if operation.RequestBody != nil {
				for _, media := range operation.RequestBody.Value.Content {
					tidy(media.Schema, tidied)
				}
			}
			v.routes[method+" "+holes.ReplaceAllString(path, "{}")] = route{path, &routers.Route{Spec: v.document, Path: path, PathItem: item, Method: method, Operation: operation}}
		}
	}
	account := apiclient.Account{
		Name: "test", Platform: platform, APIURL: "http://127.0.0.1", TokenURL: "http://127.0.0.1/oauth2/token",
		CallsPerMinute: 10_000, // of which a test is done in no time
	}
	switch platform {
	case schemas.Platformsh:
		account.Token = "token"
	case schemas.Acquia:
		account.Key, account.Secret = "key", "secret"
	case schemas.Virtuozzo:
		account.TokenURL, account.Login, account.Password = "", "ada@example.com", "password"
	}
	if v.client, err = apiclient.New(account, apiclient.Options{Transport: v}); err != nil {
		t.Fatal(err)
	}
	return v
}

var (
	boundless = regexp.MustCompile(`\{0,2147483647\}`)
	lookahead = regexp.MustCompile(`\(\?![^()]*(\([^()]*\)[^()]*)*\)`)
	ordinal   = regexp.MustCompile(`^([A-Z_]+)\(\d+\)$`)
)

// tidy writes what the documents mean where the library cannot read what they say: repetitions beyond its bound, expressions that look
// ahead, constants with their number, and alternatives of which several describe the same value, so that it is not one of them only.
func tidy(ref *openapi3.SchemaRef, done map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || done[ref.Value] {
		return
	}
	s := ref.Value
	done[s] = true
	s.Pattern = lookahead.ReplaceAllString(boundless.ReplaceAllString(s.Pattern, "*"), "")
	for i, value := range s.Enum {
		if text, ok := value.(string); ok {
			s.Enum[i] = ordinal.ReplaceAllString(text, "$1")
		}
	}
	s.AnyOf, s.OneOf = append(s.AnyOf, s.OneOf...), nil
	for _, inner := range slices.Concat(s.AnyOf, s.AllOf, openapi3.SchemaRefs{s.Items, s.AdditionalProperties.Schema, s.Not}) {
		tidy(inner, done)
	}
	for _, inner := range s.Properties {
		tidy(inner, done)
	}
}

func (v *vendor) route(op *schemas.Operation) (route, bool) {
	r, ok := v.routes[holes.ReplaceAllString(op.Call, "{}")]
	return r, ok
}

// RoundTrip keeps the request and answers that it is refused, so that nothing is sent after it.
func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusForbidden, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("{}"))}
	if strings.HasSuffix(r.URL.Path, "/oauth2/token") {
		answer.StatusCode, answer.Body = http.StatusOK, io.NopCloser(strings.NewReader(`{"access_token":"access","expires_in":3600,"token_type":"bearer"}`))
		return answer, nil
	}
	if strings.HasSuffix(r.URL.Path, "/signin") {
		answer.StatusCode, answer.Body = http.StatusOK, io.NopCloser(strings.NewReader(`{"result":0,"session":"session"}`))
	}
	v.last.Request, v.last.body = r, ""
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		v.last.body = string(body)
	}
	return answer, nil
}

// complaints lists what the document does not accept of the request that these arguments make.
func (v *vendor) complaints(t *testing.T, op *schemas.Operation, args map[string]any) []string {
	t.Helper()
	if wrong := op.Object().Validate(args); len(wrong) > 0 {
		t.Errorf("%s: the row refuses the arguments made from it: %+v", op.Name, wrong)
		return nil
	}
	if err := op.CheckVariant(args); err != nil {
		t.Errorf("%s: the row refuses the arguments made from it: %v", op.Name, err)
		return nil
	}
	request, err := apiclient.Build(op, args)
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	v.last.Request = nil
	if _, err := v.client.Send(t.Context(), request, apiclient.Page{}); v.last.Request == nil {
		t.Errorf("%s: nothing was sent: %v", op.Name, err)
		return nil
	}
	found, ok := v.route(op)
	if !ok {
		return []string{"the document does not have this call"}
	}
	sent := v.last.Request.Clone(t.Context())
	sent.Body = nil
	if v.last.body != "" {
		sent.Body = io.NopCloser(strings.NewReader(v.last.body))
	}
	err = openapi3filter.ValidateRequest(t.Context(), &openapi3filter.RequestValidationInput{
		Request: sent, PathParams: v.pathParams(t, found.path, op), Route: found.Route,
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	var list []string
	flatten(err, "", &list)
	return list
}

// pathParams takes the values out of the path on the wire, under the names of the document.
func (v *vendor) pathParams(t *testing.T, template string, op *schemas.Operation) map[string]string {
	t.Helper()
	path := v.last.URL.EscapedPath()
	if op.Platform == schemas.Virtuozzo {
		path = strings.TrimPrefix(path, "/1.0")
	}
	var pattern strings.Builder
	at := 0
	for _, hole := range holes.FindAllStringIndex(template, -1) {
		pattern.WriteString(regexp.QuoteMeta(template[at:hole[0]]) + "(.+?)")
		at = hole[1]
	}
	pattern.WriteString(regexp.QuoteMeta(template[at:]))
	found := regexp.MustCompile("^" + pattern.String() + "$").FindStringSubmatch(path)
	if found == nil {
		t.Errorf("%s: %s is not of the form %s", op.Name, path, template)
		return nil
	}
	params := map[string]string{}
	for i, hole := range holes.FindAllString(template, -1) {
		value, err := url.PathUnescape(found[i+1])
		if err != nil {
			t.Fatal(err)
		}
		params[strings.Trim(hole, "{}")] = value
	}
	return params
}

// flatten makes a line of every single complaint.
func flatten(err error, where string, list *[]string) {
	var several openapi3.MultiError
	var request *openapi3filter.RequestError
	var schema *openapi3.SchemaError
	switch {
	case err == nil:
	case errors.As(err, &request) && request == err:
		switch {
		case request.Parameter != nil:
			where = request.Parameter.In + " " + request.Parameter.Name + ": "
		case request.RequestBody != nil:
			where = "body: "
		}
		if request.Err == nil {
			*list = append(*list, where+request.Reason)
			return
		}
		flatten(request.Err, where, list)
	case errors.As(err, &schema) && schema == err:
		at := strings.Join(schema.JSONPointer(), ".")
		if at != "" {
			at += ": "
		}
		if schema.Origin != nil { // of the alternatives of a oneOf
			*list = append(*list, where+at+schema.Reason+": "+strings.Join(strings.Fields(schema.Origin.Error()), " "))
			return
		}
		*list = append(*list, where+at+schema.Reason)
	case errors.As(err, &several):
		for _, one := range several {
			flatten(one, where, list)
		}
	default:
		*list = append(*list, where+strings.Join(strings.Fields(err.Error()), " "))
	}
}

// A form is decoded as the documents mean it: members that are objects are texts of JSON, which is what OpenAPI says where nothing else is
// said. So are Virtuozzo's lists; the lists of others repeat their key. The library knows lists only, and does not read JSON.
func init() {
	openapi3filter.RegisterBodyDecoder("application/x-www-form-urlencoded", func(r io.Reader, _ http.Header, schema *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(text))
		if err != nil {
			return nil, err
		}
		object := map[string]any{}
		for key, values := range form {
			switch member := schema.Value.Properties[key]; {
			case member != nil:
				object[key] = fromForm(values, member.Value)
			case key != "session" && key != "appid": // Virtuozzo's credentials, which the document has in the query, where everybody logs them
				object[key] = values[0]
			}
		}
		return object, nil
	})
}

func fromForm(values []string, s *openapi3.Schema) any {
	var decoded any
	isJSON := json.Unmarshal([]byte(values[0]), &decoded) == nil
	switch {
	case s.Type.Is("array") && !(isJSON && strings.HasPrefix(values[0], "[")):
		list := make([]any, len(values))
		for i := range values {
			list[i] = fromForm(values[i:i+1], s.Items.Value)
		}
		return list
	case s.Type.Is("string") || !isJSON:
		return values[0]
	}
	return decoded
}

// argumentsOf makes the smallest and the largest arguments of an operation, for each kind that it has.
func argumentsOf(op *schemas.Operation) []map[string]any {
	kinds := []schemas.Variant{{}}
	if op.Variants != nil {
		kinds = op.Variants.Kinds
	}
	var list []map[string]any
	for _, kind := range kinds {
		for _, largest := range []bool{false, true} {
			args := map[string]any{}
			given := map[string]any{}
			if op.Variants != nil {
				given[op.Variants.By] = kind.Kind
			}
			for i := range op.Params {
				p := &op.Params[i]
				required := slices.Contains(op.RequiredArguments(), p.Name) || slices.Contains(kind.Required, p.Name)
				if !required && !largest || !op.Takes(given, p.Name) {
					continue
				}
				args[p.Name] = sample(&p.Schema, largest)
				if op.Platform == schemas.Acquia && p.Name == "filter" {
					args[p.Name] = "name=x" // has a grammar of its own
				}
			}
			if op.Variants != nil {
				args[op.Variants.By] = kind.Kind
			}
			list = append(list, args)
		}
	}
	return list
}

// sample makes a value that the schema accepts: the smallest one, or one with everything.
func sample(s *schemas.Schema, largest bool) any {
	switch s.Type {
	case "boolean":
		return largest
	case "integer", "number":
		switch {
		case largest && s.Maximum != nil:
			return number(*s.Maximum)
		case s.Minimum != nil:
			return number(*s.Minimum)
		case s.Maximum != nil:
			return number(min(*s.Maximum, 1))
		}
		return json.Number("1")
	case "array":
		n := 0
		if s.MinItems != nil {
			n = *s.MinItems
		}
		if largest {
			n = max(n, 1)
		}
		list := make([]any, n)
		for i := range list {
			list[i] = sample(s.Items, largest)
		}
		return list
	case "object":
		object := map[string]any{}
		for i := range s.Properties {
			if p := &s.Properties[i]; largest || slices.Contains(s.Required, p.Name) {
				object[p.Name] = sample(&p.Schema, largest)
			}
		}
		if largest && s.Values != nil {
			object["key"] = sample(s.Values, largest)
		}
		return object
	}
	return sampleText(s, largest)
}

func number(f float64) json.Number { return json.Number(strconv.FormatFloat(f, 'f', -1, 64)) }

var formatted = map[string]string{
	"uuid": "0f0e0d0c-1111-4222-8333-444455556666", "date-time": "2026-05-01T12:00:00Z", "date": "2026-05-01", "email": "ada@example.com",
	"uri": "https://example.com/x", "ipv4": "203.0.113.7", "ipv6": "2001:db8::7", "hostname": "www.example.com", "git-ref": "refs/heads/main", "byte": "aGVsbG8=",
}

func sampleText(s *schemas.Schema, largest bool) any {
	if len(s.Enum) > 0 {
		if largest {
			return s.Enum[len(s.Enum)-1]
		}
		return s.Enum[0]
	}
	text := formatted[s.Format]
	if s.Pattern != "" {
		text = ofPattern(s.Pattern)
	}
	if text == "" {
		text = "x"
		if s.MinLength != nil {
			text = strings.Repeat("x", max(1, *s.MinLength))
		}
	}
	return text
}
