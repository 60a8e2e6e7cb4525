// Package config turns the environment and the accounts file into accounts. It is the only place that reads the
// environment, so that everything else can be built and tested from plain values.
package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"paasmcp/apiclient"
	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// Lookup finds an environment variable; os.LookupEnv in production.
type Lookup func(name string) (string, bool)

// Accounts returns the accounts of the file when one is named, otherwise those of the environment. None at all is not
// an error: the server starts and says how to add one.
func Accounts(file string, env Lookup) ([]apiclient.Account, error) {
	if file != "" {
		return FromFile(file, env)
	}
	return FromEnvironment(env)
}

// FromEnvironment reads one account per platform from the variables that the vendors' own tools use.
func FromEnvironment(env Lookup) ([]apiclient.Account, error) {
	get := func(name string) string { v, _ := env(name); return strings.TrimSpace(v) }
	var accounts []apiclient.Account
	var errs []error
	add := func(a apiclient.Account) {
		a.Name = string(a.Platform)
		accounts = append(accounts, a)
		errs = append(errs, a.Validate())
	}

	platformsh := apiclient.Account{
		Platform: schemas.Platformsh,
		APIURL:   get("PLATFORMSH_API_URL"),
		TokenURL: get("PLATFORMSH_TOKEN_URL"),
		Token:    apiclient.Secret(get("PLATFORMSH_CLI_TOKEN")),
	}
	if upsun := get("UPSUN_CLI_TOKEN"); platformsh.Token == "" && upsun != "" {
		platformsh.Token, platformsh.Vendor = apiclient.Secret(upsun), apiclient.Upsun
	}
	if platformsh.Token != "" {
		add(platformsh)
	}

	acquia := apiclient.Account{
		Platform: schemas.Acquia,
		APIURL:   get("ACQUIA_API_URL"),
		TokenURL: get("ACQUIA_TOKEN_URL"),
		Key:      get("ACLI_KEY"),
		Secret:   apiclient.Secret(get("ACLI_SECRET")),
	}
	if given := get("ACQUIA_CALLS_PER_MINUTE"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			errs = append(errs, fmt.Errorf("ACQUIA_CALLS_PER_MINUTE: %q is not a whole number above 0", given))
		}
		acquia.CallsPerMinute = n
	}
	if uuid := get("AH_ORGANIZATION_UUID"); uuid != "" { // the vendor's own name for it
		acquia.Scope = "organization:" + uuid
	}
	if acquia.Key != "" || acquia.Secret != "" {
		add(acquia)
	}

	virtuozzo := apiclient.Account{
		Platform: schemas.Virtuozzo,
		APIURL:   get("VIRTUOZZO_API_URL"),
		AppID:    get("VIRTUOZZO_APPID"),
		Token:    apiclient.Secret(get("VIRTUOZZO_TOKEN")),
		Login:    get("VIRTUOZZO_LOGIN"),
		Password: apiclient.Secret(get("VIRTUOZZO_PASSWORD")),
	}
	// No name of an environment has a blank or one of these marks. A list read as one name would match nothing, and so guard nothing.
	virtuozzo.Production = strings.FieldsFunc(get("VIRTUOZZO_PRODUCTION"), func(r rune) bool {
		return r == ',' || r == ';' || r == '|' || unicode.IsSpace(r)
	})
	if virtuozzo.Token != "" || virtuozzo.Login != "" {
		add(virtuozzo)
	}
	return accounts, errors.Join(errs...)
}

// accountYAML is one entry of the accounts file. Every secret has a _file twin, for secrets that a supervisor mounts.
type accountYAML struct {
	Name         string           `yaml:"name"`
	Platform     schemas.Platform `yaml:"platform"`
	Vendor       string           `yaml:"vendor"`
	APIURL       string           `yaml:"api_url"`
	TokenURL     string           `yaml:"token_url"`
	Token        string           `yaml:"token"`
	TokenFile    string           `yaml:"token_file"`
	Key          string           `yaml:"key"`
	Secret       string           `yaml:"secret"`
	SecretFile   string           `yaml:"secret_file"`
	ACLIConfig   string           `yaml:"acli_config"` // in place of key and secret, see acquiaCLI
	Scope        string           `yaml:"scope"`
	Login        string           `yaml:"login"`
	Password     string           `yaml:"password"`
	PasswordFile string           `yaml:"password_file"`
	AppID        string           `yaml:"appid"`
	Production   []string         `yaml:"production"` // patterns of environment names

	CallsPerMinute *int `yaml:"calls_per_minute"`
}

var accountName = lazy.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$`)

// FromFile reads a YAML file of the form
//
//	accounts:
//	  - name: acme
//	    platform: platformsh
//	    token: ${PLATFORMSH_CLI_TOKEN}     # or token_file: /run/secrets/platformsh
//
// Unknown keys, doubled names, unset variables and unreadable files are errors; all of them come back at once. A secret
// must be a ${VAR} reference or a file: a literal one would end in a repository sooner or later.
func FromFile(file string, env Lookup) ([]apiclient.Account, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("accounts file: %w", err)
	}
	var doc struct {
		Accounts []yaml.Node `yaml:"accounts"`
	}
	if err := yaml.Load(data, &doc, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("accounts file %s: %w", file, err)
	}
	var accounts []apiclient.Account
	var errs []error
	var names []string
	for _, node := range doc.Accounts {
		a, err := decode(&node, env)
		switch {
		case err != nil:
		case slices.Contains(names, a.Name):
			err = fmt.Errorf("the name %q appears twice", a.Name)
		default:
			err = a.Validate()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, node.Line, err))
			continue
		}
		names = append(names, a.Name)
		accounts = append(accounts, a)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return accounts, nil
}

func decode(node *yaml.Node, env Lookup) (apiclient.Account, error) {
	var y accountYAML
	if err := node.Load(&y, yaml.WithKnownFields()); err != nil {
		return apiclient.Account{}, errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	if !accountName.MatchString(y.Name) {
		return apiclient.Account{}, fmt.Errorf("account name %q: 1-40 characters of a-z, 0-9, dot, dash and underscore", y.Name)
	}
	r := resolver{account: y.Name, env: env}
	a := apiclient.Account{
		Name:     y.Name,
		Platform: y.Platform,
		Vendor:   r.plain("vendor", y.Vendor),
		APIURL:   r.plain("api_url", y.APIURL),
		TokenURL: r.plain("token_url", y.TokenURL),
		Token:    r.secret("token", y.Token, y.TokenFile),
		Key:      r.plain("key", y.Key),
		Secret:   r.secret("secret", y.Secret, y.SecretFile),
		Scope:    r.plain("scope", y.Scope),
		Login:    r.plain("login", y.Login),
		Password: r.secret("password", y.Password, y.PasswordFile),
		AppID:    r.plain("appid", y.AppID),

		Production: y.Production,
	}
	if y.CallsPerMinute != nil {
		if a.CallsPerMinute = *y.CallsPerMinute; a.CallsPerMinute == 0 { // would mean the platform's own number
			r.errs = append(r.errs, fmt.Errorf("account %q: calls_per_minute: 0 is not a number of calls; leave it out for the platform's own limit", y.Name))
		}
	}
	r.fromAcquiaCLI(&a, &y)
	return a, errors.Join(r.errs...)
}

// resolver replaces references by their values and collects what is wrong with them.
type resolver struct {
	account string
	env     Lookup
	errs    []error
}

var reference = lazy.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

func (r *resolver) plain(key, value string) string {
	return reference.ReplaceAllStringFunc(value, func(ref string) string {
		name := ref[2 : len(ref)-1]
		v, ok := r.env(name)
		if !ok || v == "" {
			r.errs = append(r.errs, fmt.Errorf("account %q: %s: the variable %s is not set", r.account, key, name))
		}
		return strings.TrimSpace(v)
	})
}

func (r *resolver) secret(key, value, file string) apiclient.Secret {
	bad := func(format string, args ...any) apiclient.Secret {
		r.errs = append(r.errs, fmt.Errorf("account %q: "+format, append([]any{r.account}, args...)...))
		return ""
	}
	switch {
	case value != "" && file != "":
		return bad("%s and %s_file are both given; keep one", key, key)
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return bad("%s_file: %w", key, err)
		}
		return apiclient.Secret(strings.TrimSpace(string(data)))
	case value != "" && !reference.MatchString(value):
		return bad("%s is written out; use ${VARIABLE} or %s_file, so that the file can be shared safely", key, key)
	default:
		return apiclient.Secret(r.plain(key, value))
	}
}
