package secrets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"paasmcp/internal/secrets"
)

const planted = "Pl4nted+secret"

func newMasker(t testing.TB, paths ...string) *secrets.Masker {
	t.Helper()
	m, err := secrets.New(paths)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parse(t testing.TB, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func write(t testing.TB, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ paths, in, want string }{
		{"a.b", `{"a":{"b":"x","c":"x"},"b":"x"}`, `{"a":{"b":"••••","c":"x"},"b":"x"}`},
		{"value", `[{"value":"x","id":"x"},{"value":""}]`, `[{"id":"x","value":"••••"},{"value":""}]`},
		{"[].value", `[{"value":"x"}]`, `[{"value":"••••"}]`},
		{"items[].value", `{"items":[{"value":"x"},{"id":"x"}]}`, `{"items":[{"value":"••••"},{"id":"x"}]}`},
		{"items.value", `{"items":[[{"value":"x"}]]}`, `{"items":[[{"value":"••••"}]]}`},
		{"infos[].nodes.x", `{"infos":[{"nodes":[{"x":"s"},{"x":"t"}]}]}`, `{"infos":[{"nodes":[{"x":"••••"},{"x":"••••"}]}]}`},
		{"env.*", `{"env":{"A":"x","B":{"C":["x"]}},"A":"x"}`, `{"A":"x","env":{"A":"••••","B":{"C":["••••"]}}}`},
		{"**.url", `{"url":"x","a":[{"b":{"url":"x"}}],"c":"x"}`, `{"a":[{"b":{"url":"••••"}}],"c":"x","url":"••••"}`},
		{"a.**.z", `{"z":"x","a":{"z":"x","b":{"z":"x"}}}`, `{"a":{"b":{"z":"••••"},"z":"••••"},"z":"x"}`},
		{"a.**.b.c", `{"a":{"b":{"b":{"c":"x"}}}}`, `{"a":{"b":{"b":{"c":"••••"}}}}`},
		{"*.v", `{"a":{"v":"x"},"v":"x"}`, `{"a":{"v":"••••"},"v":"x"}`},
		{"dockerPlace", `{"dockerplace":"x"}`, `{"dockerplace":"••••"}`},
		// Everything below a named field, whatever its type; what says nothing stays.
		{"c", `{"c":{"user":"ana","port":5432,"on":true,"none":null,"list":["x",1.5]}}`,
			`{"c":{"list":["••••","••••"],"none":null,"on":true,"port":"••••","user":"••••"}}`},
		{"v a.v b[].v", `{"v":"x","a":{"v":"x"},"b":[{"v":"x"}],"d":{"v":"x"}}`, `{"a":{"v":"••••"},"b":[{"v":"••••"}],"d":{"v":"x"},"v":"••••"}`},
		{"v", `{"v":"12345678"}`, `{"v":"•••• (8 characters)"}`},
		{"v", `{"v":"éééééééé"}`, `{"v":"•••• (8 characters)"}`},
		{"v", `{"v":"•••• of my own"}`, `{"v":"•••• (14 characters)"}`},
		{"v", `{"v":"•••• (s3cret characters)"}`, `{"v":"•••• (24 characters)"}`},
	} {
		m := newMasker(t, strings.Fields(c.paths)...)
		got := m.Mask(parse(t, c.in))
		if text := write(t, got); text != c.want {
			t.Errorf("%s on %s:\ngot  %s\nwant %s", c.paths, c.in, text, c.want)
		}
		if again := write(t, m.Mask(got)); again != c.want {
			t.Errorf("%s: masking twice gives %s", c.paths, again)
		}
	}
}

func TestBadPaths(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", ".", "a.", ".a", "a..b", "**", "a.**", "[]", "a.[]", "a[0]", "a[].b[", "to*", "[]a", "***"} {
		if _, err := secrets.New([]string{"ok", p}); err == nil || !strings.Contains(err.Error(), "secret path") {
			t.Errorf("%q: got %v, want an error that names the path", p, err)
		}
	}
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprintf("key%d", i)
	}
	if _, err := secrets.New(many); err == nil {
		t.Error("more segments than there are bits were taken")
	}
	last := newMasker(t, many[:256]...)
	if got := write(t, last.Mask(map[string]any{"key255": planted})); strings.Contains(got, planted) {
		t.Errorf("the last possible path is not masked: %s", got)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"password", "Password", "current_password", "DB_PASSWORD", "dockerPassword", "passwd", "pwd", "secret",
		"client_secret", "api_secret", "shared_secret", "token", "server_token", "refresh-token", "X-Auth-Token", "session", "sessionId",
		"api_key", "apiKey", "private_key", "certKey", "cert_key", "shared_key", "license_key", "routing_key", "eab_hmac_key", "hmac",
		"credential", "credentials", "addon_credentials", "soapCredential", "authorization", "Cookie", "set-cookie", "recovery_codes",
		"qr_code", "passcode", "basic_auth", "sshKey", "dockerSshKey", "ospfKey", "ipsecKey", "vzLicense", "AWS_SECRET_ACCESS_KEY",
		strings.Repeat("x", 100) + "_password"} {
		if !secrets.IsSecretName(name) {
			t.Errorf("%s is not taken for a secret", name)
		}
	}
	for _, name := range []string{"", "token_type", "is_sensitve", "code", "key", "name", "ssh_key", "ssh_keys", "token_id", "tokenUuid",
		"token_count", "session_timeout", "token_expires_at", "cookies", "tokenTemplate", "tokenPermissions", "permissions", "keywords",
		"passive", "author", "hash", "id", "url", "value", "pass"} {
		if secrets.IsSecretName(name) {
			t.Errorf("%s is taken for a secret", name)
		}
	}
}

func TestMaskByName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`{"password":"x","id":1}`, `{"id":1,"password":"••••"}`},
		{`{"passcode":123456}`, `{"passcode":"••••"}`},
		{`{"password":""}`, `{"password":""}`},
		{`{"password":null,"has_password":true}`, `{"has_password":true,"password":null}`},
		{`{"is_sensitive":true,"token_type":"bearer","tokens":5,"token_count":3}`, `{"is_sensitive":true,"token_count":3,"token_type":"bearer","tokens":5}`},
		{`{"recovery_codes":["a","b"]}`, `{"recovery_codes":["••••","••••"]}`},
		{`{"http_access":{"basic_auth":{"ana":"x"},"is_enabled":true}}`, `{"http_access":{"basic_auth":{"ana":"••••"},"is_enabled":true}}`},
		{`{"apiTokens":[{"id":5,"description":"ci","token":"x"}]}`, `{"apiTokens":[{"description":"ci","id":5,"token":"••••"}]}`},
		{`{"tokens":[{"id":5},"x"]}`, `{"tokens":[{"id":"••••"},"••••"]}`},
		{`{"name":"DB_PASSWORD","value":"x","inherited":true}`, `{"inherited":true,"name":"DB_PASSWORD","value":"••••"}`},
		{`{"name":"TITLE","value":"x"}`, `{"name":"TITLE","value":"x"}`},
		{`{"a":[{"b":{"c":[{"secret":"x"}]}}]}`, `{"a":[{"b":{"c":[{"secret":"••••"}]}}]}`},
		{`{"log":"Using password=hunter2 now"}`, `{"log":"Using password=•••• now"}`},
		{`"mysql://u:hunter2@db/x"`, `"mysql://u:••••@db/x"`},
		{`12`, `12`},
		{`null`, `null`},
	} {
		if got := write(t, (&secrets.Masker{}).Mask(parse(t, c.in))); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.in, got, c.want)
		}
	}
}

type badMarshaler struct{ Password string }

func (*badMarshaler) MarshalJSON() ([]byte, error) { return nil, errors.New(planted) }

type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

// Values that are not decoded JSON are masked all the same, or hidden altogether.
func TestOtherTypes(t *testing.T) {
	t.Parallel()
	link, _ := url.Parse("https://u:" + planted + "@host/")
	var none *nilError
	for name, v := range map[string]any{
		"struct":         struct{ Password string }{planted},
		"pointer":        &struct{ DBPassword *string }{new(planted)},
		"typed map":      map[string]string{"token": planted},
		"typed slice":    []map[string]string{{"token": planted}},
		"raw JSON":       json.RawMessage(`{"token":"` + planted + `"}`),
		"broken JSON":    json.RawMessage(`{"token":"` + planted),
		"bytes":          []byte("password=" + planted),
		"error":          errors.New("password=" + planted),
		"wrapped error":  fmt.Errorf("get: %w", errors.New("https://u:"+planted+"@h/")),
		"marshal error":  &badMarshaler{planted},
		"not marshaled":  func() {},
		"infinite":       []float64{math.Inf(1)},
		"URL":            link,
		"nil error":      none,
		"inside a map":   map[string]any{"a": []any{struct{ Token string }{planted}}},
		"below a secret": map[string]any{"credentials": struct{ A, B string }{planted, planted}},
	} {
		if got := fmt.Sprint((&secrets.Masker{}).Mask(v)); strings.Contains(got, planted) {
			t.Errorf("%s leaks: %s", name, got)
		}
	}
}

func TestMaskNeverChangesItsInput(t *testing.T) {
	t.Parallel()
	const doc = `{"a":[{"token":"x","deep":{"v":["y"]}}],"v":{"w":"z"},"n":9007199254740993}`
	in := parse(t, doc)
	m := newMasker(t, "**.v")
	out := m.Mask(in)
	if !reflect.DeepEqual(in, parse(t, doc)) {
		t.Errorf("the input changed to %v", in)
	}
	if got := write(t, out); got != `{"a":[{"deep":{"v":["••••"]},"token":"••••"}],"n":9007199254740993,"v":{"w":"••••"}}` {
		t.Errorf("got %s", got)
	}
}

// big is a list as long as platforms send them, without a secret in it.
func big(t testing.TB) any {
	one := `{"id":"abc123-main","name":"main","machine_name":"main-bvxea6i","title":"Main, the production environment","type":"production",
	"status":"active","created_at":"2026-01-02T03:04:05.678901+00:00","parent":null,"is_main":true,"deployment_state":{"crons":{"enabled":true}},
	"_links":{"self":{"href":"https://eu-5.platform.sh/api/projects/abc123/environments/main"},"#edit":{"href":"/projects/abc123/environments/main"}},
	"edge_hostname":"main-bvxea6i-abc123.eu-5.platformsh.site","size":123456,"uuid":"01234567-89ab-cdef-0123-456789abcdef"}`
	return parse(t, "["+strings.Repeat(one+",", 199)+one+"]")
}

func TestNothingToMaskCostsNoMemory(t *testing.T) {
	v := big(t)
	m := newMasker(t, "[].http_access.basic_auth", "**.value")
	if n := testing.AllocsPerRun(10, func() { m.Mask(v) }); n != 0 {
		t.Errorf("%v allocations for a result without secrets", n)
	}
	if got := m.Mask(v); reflect.ValueOf(got).Pointer() != reflect.ValueOf(v).Pointer() {
		t.Error("a result without secrets was copied")
	}
}

func BenchmarkMaskNothing(b *testing.B) {
	v := big(b)
	m := newMasker(b, "[].http_access.basic_auth")
	b.SetBytes(int64(len(write(b, v))))
	b.ReportAllocs()
	for b.Loop() {
		m.Mask(v)
	}
}

// FuzzMask plants a secret at a path in a document of any shape and looks for it afterwards.
func FuzzMask(f *testing.F) {
	f.Add(`{}`, "a.b", planted, uint8(0))
	f.Add(`[{"a":{"b":1}}]`, "**.token", "eyJhbGci", uint8(1))
	f.Add(`{"a":["••••"]}`, "env.*", "•••• (zz characters)", uint8(2))
	f.Fuzz(func(t *testing.T, doc, path, secret string, shape uint8) {
		var around any
		if json.Unmarshal([]byte(doc), &around) != nil || len(secret) < 6 || strings.ContainsAny(path, "[]") {
			return
		}
		m, err := secrets.New([]string{path})
		if err != nil || strings.Trim("•••• (0123456789 characters)", secret) == "" || strings.Contains("•••• (0123456789 characters)", secret) {
			return
		}
		var v any = secret
		switch shape % 4 {
		case 1:
			v = []any{secret}
		case 2:
			v = map[string]any{"x": []any{secret, true}}
		case 3:
			v = []any{[]any{map[string]any{"y": secret}}}
		}
		for parts := strings.Split(path, "."); len(parts) > 0; parts = parts[:len(parts)-1] {
			key := parts[len(parts)-1]
			if key == "*" || key == "**" {
				key = "any"
			}
			if strings.Contains(key, secret) {
				return // keys are not hidden
			}
			v = map[string]any{key: v}
			if shape&16 != 0 {
				v = []any{v}
			}
		}
		masked := m.Mask(v)
		if strings.Contains(fmt.Sprint(masked), secret) && !strings.HasPrefix(secret, "•••• (") {
			t.Fatalf("path %q leaks %q: %v", path, secret, masked)
		}
		m.Mask(around) // no panic, whatever it is
	})
}
