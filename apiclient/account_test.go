package apiclient_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	psh := apiclient.Account{Name: "a1", Platform: schemas.Platformsh, Token: "tok-en"}
	with := func(change func(*apiclient.Account)) apiclient.Account { a := psh; change(&a); return a }
	for name, tc := range map[string]struct {
		account apiclient.Account
		want    []string // parts of the error; none means valid
	}{
		"defaults":           {psh, nil},
		"upsun":              {with(func(a *apiclient.Account) { a.Vendor = "upsun" }), nil},
		"loopback http":      {with(func(a *apiclient.Account) { a.APIURL, a.TokenURL = "http://127.0.0.1:1", "http://localhost/t" }), nil},
		"ipv6 loopback":      {with(func(a *apiclient.Account) { a.APIURL = "http://[::1]:9" }), nil},
		"acquia":             {apiclient.Account{Name: "q", Platform: schemas.Acquia, Key: "k", Secret: "s"}, nil},
		"plain http":         {with(func(a *apiclient.Account) { a.APIURL = "http://api.example.com" }), []string{`"a1"`, "API address", "use https"}},
		"lookalike":          {with(func(a *apiclient.Account) { a.APIURL = "http://127.0.0.1.example.com" }), []string{"use https"}},
		"other scheme":       {with(func(a *apiclient.Account) { a.TokenURL = "ftp://x/y" }), []string{"token address", "ftp"}},
		"no host":            {with(func(a *apiclient.Account) { a.APIURL = "api.example.com" }), []string{"absolute"}},
		"user in url":        {with(func(a *apiclient.Account) { a.APIURL = "https://u:hunter2@h" }), []string{"credentials"}},
		"query in url":       {with(func(a *apiclient.Account) { a.APIURL = "https://h/?a=b" }), []string{"query"}},
		"no token":           {with(func(a *apiclient.Account) { a.Token = "" }), []string{"API token is missing"}},
		"broken token":       {with(func(a *apiclient.Account) { a.Token = "abc\ndef" }), []string{"line break"}},
		"vendor":             {with(func(a *apiclient.Account) { a.Vendor = "x" }), []string{`"upsun"`}},
		"no name":            {with(func(a *apiclient.Account) { a.Name = "" }), []string{"name"}},
		"platform":           {apiclient.Account{Name: "z", Platform: "heroku"}, []string{`"z" (heroku)`, "not known"}},
		"acquia scope":       {apiclient.Account{Name: "q", Platform: schemas.Acquia, Key: "k", Secret: "s", Scope: "organization:11111111-2222-4333-8444-555555555555"}, nil},
		"acquia, bare scope": {apiclient.Account{Name: "q", Platform: schemas.Acquia, Key: "k", Secret: "s", Scope: "11111111-2222-4333-8444-555555555555"}, []string{"organization:UUID"}},
		"acquia half":        {apiclient.Account{Name: "q", Platform: schemas.Acquia, Key: "k"}, []string{"both needed"}},
		"virtuozzo":          {apiclient.Account{Name: "v", Platform: schemas.Virtuozzo, Login: "l"}, []string{"API address is missing", "personal access token"}},
		"virtuozzo full":     {apiclient.Account{Name: "v", Platform: schemas.Virtuozzo, Token: "t", APIURL: "https://app.h.example/1.0"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.account.Validate()
			if (err != nil) != (tc.want != nil) {
				t.Fatalf("got %v, want an error: %v", err, tc.want != nil)
			}
			for _, part := range tc.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "abc")) {
				t.Errorf("the error shows a credential: %v", err)
			}
		})
	}
}

func TestUpsunSelectsItsHosts(t *testing.T) {
	t.Parallel()
	c, err := apiclient.New(apiclient.Account{Name: "u", Platform: schemas.Platformsh, Token: "tok-en", Vendor: apiclient.Upsun}, apiclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Account(); a.APIURL != apiclient.UpsunAPIURL || a.TokenURL != apiclient.UpsunTokenURL {
		t.Errorf("got %s and %s", a.APIURL, a.TokenURL)
	}
}

func TestSecretCannotBePrinted(t *testing.T) {
	t.Parallel()
	a := apiclient.Account{Name: "a", Token: "hunter2", Secret: "hunter2", Password: "hunter2"}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+"\n", a)
		fmt.Fprintf(&out, verb+"\n", a.Token)
		fmt.Fprintf(&out, verb+"\n", &a.Token)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "token", a.Token, "account", a)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "token", a.Token, "account", a)
	if err := json.NewEncoder(&out).Encode(map[string]any{"account": a, "secret": a.Secret}); err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%X", "hunter2")} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%q leaked:\n%s", leak, out.String())
		}
	}
	if a.Token.Reveal() != "hunter2" {
		t.Error("Reveal does not")
	}
}
