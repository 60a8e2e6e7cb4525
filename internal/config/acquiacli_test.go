package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/internal/config"
)

const acliConf = `{"acli_key":"k2","keys":{"k1":{"label":"old","uuid":"k1","secret":"hunter1"},"k2":{"label":"new","uuid":"k2","secret":"hunter2/+="}},"send_telemetry":false}`

func TestAcquiaCLIConfig(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, conf, entry, want string }{
		{"in use", acliConf, "acli_config: FILE", ""},
		{"below the home folder", acliConf, "acli_config: ~/cloud_api.conf", ""},
		{"by variable", acliConf, "acli_config: '${CONF}'", ""},
		{"no such file", acliConf, "acli_config: /does/not/exist", "acli_config: stat /does/not/exist: no such file"},
		{"a folder", acliConf, "acli_config: /", "not the file"},
		{"not JSON", `acli_key: hunter2`, "acli_config: FILE", "is not JSON"},
		{"other types", `{"acli_key":"k","keys":{"k":{"secret":["hunter2"]}}}`, "acli_config: FILE", "is not JSON"},
		{"signed out", `{"keys":{}}`, "acli_config: FILE", "names no key in use: run acli auth:login"},
		{"key without entry", `{"acli_key":"k9","keys":{"k1":{"secret":"hunter2"}}}`, "acli_config: FILE", "no secret for the key in use"},
		{"key without secret", `{"acli_key":"k1","keys":{"k1":{}}}`, "acli_config: FILE", "no secret for the key in use"},
		{"with a key as well", acliConf, "acli_config: FILE, key: k", "keep one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			conf := filepath.Join(home, "cloud_api.conf")
			file := filepath.Join(home, "accounts.yaml")
			entry := strings.ReplaceAll(tc.entry, "FILE", conf)
			for name, content := range map[string]string{conf: tc.conf, file: "accounts:\n- {name: a, platform: acquia, " + entry + "}\n"} {
				if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			accounts, err := config.Accounts(file, env(map[string]string{"HOME": home, "CONF": conf}))
			switch {
			case tc.want == "" && (err != nil || len(accounts) != 1 || accounts[0].Key != "k2" || accounts[0].Secret.Reveal() != "hunter2/+="):
				t.Errorf("accounts %+v, error %v", accounts, err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("error %v, want %q", err, tc.want)
			case err != nil && strings.Contains(err.Error(), "hunter"):
				t.Errorf("the error shows the secret: %v", err)
			}
			if after, err := os.ReadFile(conf); err != nil || string(after) != tc.conf {
				t.Errorf("the file was changed: %s %v", after, err)
			}
		})
	}
}

func TestOrganizationOfAcquia(t *testing.T) {
	t.Parallel()
	vars := map[string]string{"ACLI_KEY": "k", "ACLI_SECRET": "s", "AH_ORGANIZATION_UUID": "11111111-2222-4333-8444-555555555555"}
	accounts, err := config.Accounts("", env(vars))
	if err != nil || accounts[0].Scope != "organization:11111111-2222-4333-8444-555555555555" {
		t.Errorf("%+v %v", accounts, err)
	}
	vars["AH_ORGANIZATION_UUID"] = "acme"
	if _, err := config.Accounts("", env(vars)); err == nil || !strings.Contains(err.Error(), "organization:UUID") {
		t.Errorf("%v", err)
	}
}
