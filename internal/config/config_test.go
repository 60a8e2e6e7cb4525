package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/internal/config"
)

func env(pairs map[string]string) config.Lookup {
	return func(name string) (string, bool) { v, ok := pairs[name]; return v, ok }
}

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		env  map[string]string
		want string // "platform/vendor/api" per account, or part of the error
	}{
		{"none", nil, ""},
		{"platform.sh", map[string]string{"PLATFORMSH_CLI_TOKEN": "t"}, "platformsh//"},
		{"upsun selects its hosts", map[string]string{"UPSUN_CLI_TOKEN": "t"}, "platformsh/upsun/"},
		{"platform.sh wins over upsun", map[string]string{"PLATFORMSH_CLI_TOKEN": "t", "UPSUN_CLI_TOKEN": "u"}, "platformsh//"},
		{"loopback address", map[string]string{"PLATFORMSH_CLI_TOKEN": "t", "PLATFORMSH_API_URL": "http://127.0.0.1:1", "PLATFORMSH_TOKEN_URL": "http://127.0.0.1:1/t"}, "platformsh//http://127.0.0.1:1"},
		{"plain http elsewhere", map[string]string{"PLATFORMSH_CLI_TOKEN": "t", "PLATFORMSH_API_URL": "http://example.com"}, "loopback"},
		{"half of acquia", map[string]string{"ACLI_KEY": "k"}, "API key and API secret are both needed"},
		{"virtuozzo without a host", map[string]string{"VIRTUOZZO_TOKEN": "t"}, "every hosting provider has its own"},
		{"all", map[string]string{"PLATFORMSH_CLI_TOKEN": "t", "ACLI_KEY": "k", "ACLI_SECRET": "s", "VIRTUOZZO_TOKEN": "t", "VIRTUOZZO_API_URL": "https://app.example.com/1.0"},
			"platformsh// acquia// virtuozzo//https://app.example.com/1.0"},
		{"calls a minute that are none", map[string]string{"ACLI_KEY": "k", "ACLI_SECRET": "s", "ACQUIA_CALLS_PER_MINUTE": "many"}, "ACQUIA_CALLS_PER_MINUTE"},
		{"no calls a minute", map[string]string{"ACLI_KEY": "k", "ACLI_SECRET": "s", "ACQUIA_CALLS_PER_MINUTE": "0"}, "ACQUIA_CALLS_PER_MINUTE"},
		{"too many calls a minute", map[string]string{"ACLI_KEY": "k", "ACLI_SECRET": "s", "ACQUIA_CALLS_PER_MINUTE": "10001"}, "from 1 to 10000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			accounts, err := config.Accounts("", env(tc.env))
			if err != nil {
				if tc.want == "" || !strings.Contains(err.Error(), tc.want) {
					t.Fatalf("error %v, want %q", err, tc.want)
				}
				return
			}
			if got := summary(accounts); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestCallsPerMinute: the limit of an account can be set for any platform, in the file, and for Acquia in the environment.
func TestCallsPerMinute(t *testing.T) {
	t.Parallel()
	accounts, err := config.Accounts("", env(map[string]string{"ACLI_KEY": "k", "ACLI_SECRET": "s", "ACQUIA_CALLS_PER_MINUTE": " 40 "}))
	if err != nil || len(accounts) != 1 || accounts[0].CallsPerMinute != 40 {
		t.Errorf("%+v, %v", accounts, err)
	}
	file := filepath.Join(t.TempDir(), "accounts.yaml")
	read := func(value string) ([]apiclient.Account, error) {
		text := "accounts:\n- {name: a, platform: platformsh, token: '${T}'" + value + "}\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return config.Accounts(file, env(map[string]string{"T": "t"}))
	}
	for value, want := range map[string]int{"": 0, ", calls_per_minute: 7": 7, ", calls_per_minute: 10000": 10000} {
		if accounts, err := read(value); err != nil || accounts[0].CallsPerMinute != want {
			t.Errorf("%q: %+v, %v", value, accounts, err)
		}
	}
	for _, value := range []string{"0", "-1", "10001", "many", "1.5", "[1]"} {
		if _, err := read(", calls_per_minute: " + value); err == nil {
			t.Errorf("%s calls a minute are accepted", value)
		}
	}
}

func summary(accounts []apiclient.Account) string {
	var parts []string
	for _, a := range accounts {
		parts = append(parts, string(a.Platform)+"/"+a.Vendor+"/"+a.APIURL)
	}
	return strings.Join(parts, " ")
}

func TestFromFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "token")
	if err := os.WriteFile(secret, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, yaml, want string }{
		{"two accounts", "accounts:\n- {name: a, platform: platformsh, token: '${T}'}\n- {name: b, platform: platformsh, vendor: upsun, token_file: " + secret + "}\n", ""},
		{"unknown key", "accounts:\n- {name: a, platform: platformsh, tokn: x}\n", "tokn"},
		{"same name twice", "accounts:\n- {name: a, platform: platformsh, token: '${T}'}\n- {name: a, platform: platformsh, token: '${T}'}\n", ":3: the name \"a\" appears twice"},
		{"unset variable", "accounts:\n- {name: a, platform: platformsh, token: '${NOPE}'}\n", "the variable NOPE is not set"},
		{"literal secret", "accounts:\n- {name: a, platform: platformsh, token: hunter2}\n", "token is written out"},
		{"both forms", "accounts:\n- {name: a, platform: platformsh, token: '${T}', token_file: x}\n", "keep one"},
		{"missing file", "accounts:\n- {name: a, platform: platformsh, token_file: /does/not/exist}\n", "no such file"},
		{"bad name", "accounts:\n- {name: 'A B', platform: platformsh, token: '${T}'}\n", "account name"},
		{"unknown platform", "accounts:\n- {name: a, platform: heroku, token: '${T}'}\n", "platform is not known"},
		{"not YAML", "accounts: [", "accounts file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "accounts.yaml")
			if err := os.WriteFile(file, []byte(tc.yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			accounts, err := config.Accounts(file, env(map[string]string{"T": "t"}))
			if tc.want == "" {
				if err != nil || len(accounts) != 2 || accounts[0].Token.Reveal() != "t" || accounts[1].Token.Reveal() != "from-file" {
					t.Fatalf("accounts %v, error %v", accounts, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error repeats the secret")
			}
		})
	}
}
