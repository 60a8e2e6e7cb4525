package preview_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
)

// Lines that several cards of settings have.
const (
	atOnce     = "takes effect: at once: the environment is redeployed"
	heirs      = "along children, which can inherit it: 2: staging (staging; active), feature/old-theme (development; inactive)"
	everywhere = "along environments that get it: 4: main (production), staging (staging), feature/search (development), " +
		"feature/checkout (development)"
	shopCert     = "shop.example.com (uploaded; expires in 9 days; 2000-01-10 00:00 UTC)"
	valueChanges = ": •••• (a value, hidden) → •••• (a new value, hidden)"
)

func TestPlatformshVariableCards(t *testing.T) {
	t.Parallel()
	cards(t, []card{
		{"environment_variable_create", shop("environment_id", "main", "name", "env:MAILER_DSN", "value", "x"), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, "exists already: env:MAILER_DSN (children inherit it; changed 60 days ago)", atOnce, heirs,
			"change env:MAILER_DSN" + valueChanges,
		}},
		{"environment_variable_create", shop("environment_id", "main", "name", "env:APP_ENV", "value", "x"), policy.Production, "", []string{
			shopLine, "environment: " + mainIs, "project variable of the same name: env:APP_ENV (changed 60 days ago)", atOnce, heirs,
		}},
		{"environment_variable_update", shop("environment_id", "main", "variable_id", "env:MAILER_DSN", "value", "x", "is_enabled", false),
			policy.Production, "", []string{
				shopLine, "environment: " + mainIs, "variable: env:MAILER_DSN (children inherit it; changed 60 days ago)", atOnce, heirs,
				"change value: •••• (26 characters) → •••• (a new value, hidden)", "change is_enabled: true → false",
			}},
		{"project_variable_create", shop("name", "env:APP_ENV", "value", "x"), policy.Production, "", []string{
			shopLine, reachesMain, "exists already: env:APP_ENV (changed 60 days ago)", "takes effect: with the next deployment of each environment",
			everywhere,
			"change env:APP_ENV" + valueChanges,
		}},
		{"project_variable_delete", shop("variable_id", "env:PAYMENT_API_KEY"), policy.Production, "", []string{
			shopLine, "variable: env:PAYMENT_API_KEY (sensitive: its value cannot be read back; changed 60 days ago)", reachesMain,
			"takes effect: with the next deployment of each environment", everywhere,
		}},
	})
}

func TestPlatformshDomainCards(t *testing.T) {
	t.Parallel()
	dns := "point the DNS at: main-1h1frdw-abc123shop.eu-5.platformsh.site"
	cards(t, []card{
		{"project_domain_create", shop("name", "www.example.com", "is_default", true), policy.Production, "", []string{
			shopLine, "domain www.example.com: free: this account sees none of this name", reachesMain, dns, mainAddress, "change default domain: shop.example.com → www.example.com",
		}},
		{"project_domain_create", shop("name", "shop.example.com"), policy.Production, "", []string{
			`impossible domain "shop.example.com" exists already; platformsh_project_domain_list shows it`,
		}},
		{"project_domain_delete", shop("domain_id", "shop.example.com"), policy.Production, "", []string{
			shopLine, "domain: shop.example.com (the default domain)", reachesMain, mainAddress,
			"along certificate: " + shopCert,
		}},
		{"certificate_delete", shop("certificate_id", "certexpiring"), policy.Production, "", []string{
			shopLine, "certificate: shop.example.com (certexpiring; uploaded; expires in 9 days; 2000-01-10 00:00 UTC)", reachesMain,
			"along names left without a certificate of their own: shop.example.com",
		}},
		{"certificate_create", shop("certificate", "no PEM", "key", "k"), policy.Production, "", []string{
			shopLine, "the new certificate: not a PEM text that can be read here", reachesMain,
		}},
		{"environment_route_create", shop("environment_id", "main", "type", "redirect", "id", "https://{default}/", "to", "https://elsewhere.example.com/"),
			policy.Production, "", []string{
				shopLine, "environment: " + mainIs, "the code comes from outside: the Git integration of the project can undo this change", mainAddress, atOnce,
				"change route https://{default}/: upstream (to app:http) → redirect (to https://elsewhere.example.com/)",
			}},
	})
}

// TestPlatformshNewCertificate: a certificate says itself for what and how long it is good, and what it stands beside.
func TestPlatformshNewCertificate(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"shop.example.com", "www.example.com"},
			NotBefore: time.Now(), NotAfter: time.Now().AddDate(0, 0, 30)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		target, _ := r.look("platformsh_certificate_create", shop("key", "k",
			"certificate", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))))
		sameLines(t, "certificate", lines(target), []string{
			shopLine, "the new certificate: shop.example.com, www.example.com (expires in 30 days; 2000-01-31 00:00 UTC)",
			"its key: not held against the certificate: it is not a PEM text that can be read here", reachesMain, "other certificates for the same names: " + shopCert,
		})
	})
}

func TestPlatformshDeliveryCards(t *testing.T) {
	t.Parallel()
	all := "5: main (production; active), staging (staging; active), feature/search (development; active), feature/checkout (development; active), " +
		"feature/old-theme (development; inactive)"
	cards(t, []card{
		{"integration_create", shop("type", "gitlab", "base_url", "https://git.example.com", "project", "acme/shop", "token", "t", "prune_branches", true),
			policy.Production, "", []string{
				shopLine, reachesMain, "outside service: gitlab acme/shop", "exists already: github acme/shop",
				"along environments that are deleted if their branch is not there: " + all,
			}},
		{"integration_create", shop("type", "health.email", "recipients", []any{"ops@example.com"}), policy.Unknown, "", []string{
			shopLine, "outside service: health.email ops@example.com",
		}},
		{"integration_delete", shop("integration_id", "githubacmeshop"), policy.Unknown, "", []string{
			shopLine, "integration: github acme/shop (githubacmeshop; deletes environments whose branch is gone; fetches branches)",
		}},
		{"runtime_operation_run", shop("environment_id", "main", "deployment_id", "current", "service", "app", "operation", "clear-cache"),
			policy.Production, "", []string{
				shopLine, "environment: " + mainIs, "deployment: current (deployed 2 days ago)", "command: php bin/console cache:clear (on app)", mainBackup,
				backUpMain,
			}},
		{"runtime_operation_run", shop("environment_id", "main", "deployment_id", "current", "service", "app", "operation", "nope"), policy.Production,
			"", []string{
				`impossible there is no operation of app "nope"; platformsh_environment_deployment_get shows reindex, clear-cache`,
			}},
		{"source_operation_run", shop("environment_id", "staging", "operation", "update-dependencies"), policy.Other, "", []string{
			shopLine, "environment: " + stagingIs, "command: composer update --no-interaction (on app)", oldBackup, backUpStage,
		}},
		{"project_activity_cancel", shop("activity_id", "activityfailed"), policy.Other, "", []string{
			"impossible the activity is over: it is complete",
		}},
		{"autoscaling_settings_replace", shop("environment_id", "main", "services",
			map[string]any{"app": map[string]any{"instances": map[string]any{"min": 1, "max": 4}}}),
			policy.Production, "", []string{
				shopLine, "environment: " + mainIs, `change services: {} → {"app":{"instances":{"max":4,"min":1}}}`,
			}},
	})
}

// TestPlatformshSecrets: no value of a variable, token or password of a call stands on its card.
func TestPlatformshSecrets(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		const secret = "correct-horse-battery"
		for tool, args := range map[string]map[string]any{
			"environment_variable_create": shop("environment_id", "main", "name", "env:MAILER_DSN", "value", secret),
			"environment_variable_update": shop("environment_id", "main", "variable_id", "env:MAILER_DSN", "value", secret),
			"project_variable_update":     shop("variable_id", "env:APP_ENV", "value", secret),
			"integration_create":          shop("type", "github", "repository", "acme/shop", "token", secret),
			"integration_update":          shop("integration_id", "githubacmeshop", "type", "github", "token", secret),
			"certificate_create":          shop("certificate", "x", "key", secret),
			"environment_update": shop("environment_id", "staging", "http_access", map[string]any{"is_enabled": true,
				"basic_auth": map[string]any{"u": secret}}),
			"source_operation_run": shop("environment_id", "staging", "operation", "update-dependencies", "variables",
				map[string]any{"env": map[string]any{"A": secret}}),
		} {
			target, _ := r.look("platformsh_"+tool, args)
			all := append(lines(target), string(approval.NewTarget(target.State)))
			if slices.ContainsFunc(all, func(line string) bool { return strings.Contains(line, secret) }) {
				t.Errorf("%s shows a secret:\n%s", tool, strings.Join(all, "\n"))
			}
		}
	})
}
