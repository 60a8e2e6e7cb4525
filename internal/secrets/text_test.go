package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/secrets"
)

const (
	pemKey = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow" + planted + "\n-----END RSA PRIVATE KEY-----"
	jwt    = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	ghp    = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
)

func TestMaskTextHides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, secret string }{
		{"key: " + pemKey + " end", planted},
		{`{"k":"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl` + planted + `"}`, planted}, // no end
		{"-----BEGIN SOMETHING NEW-----" + planted + "-----END SOMETHING NEW-----", planted},
		{"-----BEGIN " + planted, planted},
		{"got " + jwt + " from", "eyJzdWIi"},
		{"(" + jwt[:strings.LastIndex(jwt, ".")] + ".)", "eyJzdWIi"},
		{"id AKIAIOSFODNN7EXAMPLE.", "IOSFODNN7"},
		{"ASIAIOSFODNN7EXAMPLE", "IOSFODNN7"},
		{"AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "SyD-9tS"},
		{"clone https://bot:" + planted + "@git.example.com/x.git", planted},
		{"redis://:" + planted + "@host:6379/0", planted},
		{"postgres://u:p@ss/" + planted + "@db/x", planted},
		{"https://u:p@" + planted + "@db/x", planted},
		{"Authorization: Bearer " + planted, planted},
		{"authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"},
		{"sent BEARER  x" + " and bearer " + planted, planted},
		{"sent Basic dXNlcjpwYXNzd29yZA== to", "dXNlcjpwYXNzd29yZA"},
		{"Cookie: a=1; sid=" + planted + "; b=2\nHost: x", planted},
		{"Set-Cookie: " + planted, planted},
		{"remote: " + ghp, ghp[4:]},
		{"gho_" + ghp[4:], ghp[4:]}, {"github_pat_" + ghp[4:], ghp[4:]},
		{"xoxb-2345678901-abcdefghij", "abcdefghij"},
		{"glpat-ABCdef1234567890wxyz", "ABCdef1234567890wxyz"},
		{"sk_live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyj"},
		{"GET /1.0/users?appid=1&session=" + planted + "&x=1", planted},
		{"https://s3/x?X-Amz-Signature=" + planted + "&sig=" + planted, planted},
		{"DB_PASSWORD=" + planted, planted}, {`export API_TOKEN="two words ` + planted + `"`, planted},
		{"password = " + planted, planted}, {"password: " + planted, planted}, {"password: 'correcthorse'", "correcthorse"},
		{"form[password]=" + planted, planted}, {"--client-secret=" + planted, planted}, {"--password " + planted + " -u ana", planted},
		{`{"password":"` + planted + `","id":1}`, planted}, {`{"password" : "a\"` + planted + `"}`, planted},
		{`{\"password\":\"` + planted + `\",\"id\":1}`, planted}, {`{'token': '` + planted + `'}`, planted},
		{`{"passcode":123456}`, "123456"}, {`{"recovery_codes":["a]b","` + planted + `"],"id":1}`, planted},
		{`{"credentials":{"a":{"b":"` + planted + `"}},"id":1}`, planted}, {`{"credentials":{"a":"` + planted, planted},
		{`"token":"` + planted, planted},
	} {
		got := secrets.MaskText(c.in)
		if strings.Contains(got, c.secret) || !strings.Contains(got, "••••") {
			t.Errorf("%s\nleaks as\n%s", c.in, got)
		}
		if again := secrets.MaskText(got); again != got {
			t.Errorf("masking twice turns %q into %q", got, again)
		}
	}
}

func TestMaskTextKeepsTheRest(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a " + ghp + " b":                              "a •••• (40 characters) b",
		`{"token":"abc","id":7}`:                       `{"token":"••••","id":7}`,
		`{"credentials":{"a":["b"]},"id":7}`:           `{"credentials":•••• (11 characters),"id":7}`,
		"https://u:abc@host/p?x=1":                     "https://u:••••@host/p?x=1",
		"?session=abcdefgh&appid=1":                    "?session=•••• (8 characters)&appid=1",
		"Cookie: a=b; c=d\nHost: example.com":          "Cookie: •••• (8 characters)\nHost: example.com",
		"x\n" + pemKey + "\ny":                         "x\n•••• (82 characters)\ny",
		"password=a1 token=b2 " + "and https://u:c@h/": "password=•••• token=•••• and https://u:••••@h/",
	} {
		if got := secrets.MaskText(in); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
	for _, in := range []string{"", "main", "2026-01-02T03:04:05Z", "01234567-89ab-cdef-0123-456789abcdef", "https://host:8080/a@b",
		"https://host:8080", "https://git@github.com/x/y.git", "https://host/?q=a:b@c", "git@github.com:x/y.git", "a: b = c", "the token is invalid", "invalid token: expired.",
		"Bearer authentication", "a bearer token", "basic authentication", "basic plan", "token_type=bearer", "session=true", "tokens: 5",
		"Symfony\\Session::start()", "ghp_short", "my_sk_test", "AKIA", "eyJ", "eyJhbGciOiJIUzI1NiJ9", "Jeyes. J.", "-----", "--- a/token", "--password",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ ana@host",
		"SGVsbG8gd29ybGQhIQ==", "Zürich – 東京", "code: 404", "\xff\xfe=:"} {
		if got := secrets.MaskText(in); got != in {
			t.Errorf("%q turned into %q", in, got)
		}
	}
}

func FuzzMaskText(f *testing.F) {
	for _, s := range []string{"", jwt, pemKey, ghp, `{"token":"x`, `\"token\":\"x`, "a://b:c@", "password=", "-----BEGIN ", `"token":[{`, "--token ", "Bearer "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		secrets.MaskText(s) // no panic
		// A planted assignment is found behind any text that does not open a quote or a URL of its own.
		if got := secrets.MaskText(s + "\npassword=" + planted); strings.HasSuffix(got, planted) {
			t.Fatalf("behind %q: %q", s, got)
		}
	})
}

func BenchmarkMaskTextNothing(b *testing.B) {
	s := strings.Repeat("2026-01-02T03:04:05Z deploying environment main of project abc123: https://eu-5.platform.sh/x?y=1 took 1.5 s\n", 1000)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		secrets.MaskText(s)
	}
}

type valuer struct{}

func (valuer) LogValue() slog.Value { return slog.StringValue("token=" + planted) }

func TestLogsAreMasked(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	opts := &slog.HandlerOptions{ReplaceAttr: secrets.ReplaceAttr, AddSource: true, Level: slog.LevelDebug}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, opts), slog.NewJSONHandler(&out, opts)} {
		log := slog.New(h).With("session", planted)
		log.Info("login with password="+planted,
			"token", planted, "note", "Bearer "+planted, "err", errors.New("https://u:"+planted+"@h"),
			"body", map[string]any{"secret": planted}, "url", "https://h/?session="+planted, "v", valuer{}, "passcode", 987654,
			slog.Group("credentials", "a", planted, "b", slog.GroupValue(slog.String("c", planted))), "plain", "visible", "count", 5, "took", time.Second)
		log.WithGroup("token").LogAttrs(context.Background(), slog.LevelDebug, "m", slog.String("x", planted), slog.Any("y", []string{planted}))
	}
	if strings.Contains(out.String(), planted) || strings.Contains(out.String(), "987654") {
		t.Errorf("the log leaks:\n%s", &out)
	}
	for _, want := range []string{"plain=visible", `"count":5`, "took=1s", "level=INFO", "text_test.go"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing from\n%s", want, &out)
		}
	}
}

// Lines that look like the beginning of a secret over and over must not take for ever.
func TestMaskTextTakesTimeInProportion(t *testing.T) {
	for _, hostile := range []string{
		"password ", "pass: xx ", "password:\n ", "<password>", "<password><![CDATA[", "htpasswd -b ", "-b ", "mysql -p", "curl -u a ", "a://", "token=", "token: [", `"token":"`, `"token":[{`,
		"define('AUTH_KEY',", "PASSWORD('", "identified by '", "by '", "password \"=", "-----BEGIN ", "-----BEGIN CERTIFICATE-----", "eyJ", "Bearer ", "name: DB_PASSWORD\nvalue: ", "SG.", "sk-ant-", "airtable ", "adafruit=", "dapi", "twitter jira okta ", "-", "=", ":", " ", "'", "(",
	} {
		inProportion(t, hostile, secrets.MaskText)
	}
}
