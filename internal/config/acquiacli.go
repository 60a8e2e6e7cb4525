package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"paasmcp/apiclient"
)

// maxAcquiaCLI bounds the configuration file of Acquia's command line tool, which is a few hundred bytes per key.
const maxAcquiaCLI = 1 << 20

// acquiaCLI reads the API key that Acquia's command line tool has in use from its file, as a rule
// ~/.acquia/cloud_api.conf. The file is JSON; acli_key names one of the entries below keys. It is only ever read, and
// only where the accounts file names it. Errors name the file and never a value.
func acquiaCLI(file string, env Lookup) (key string, secret apiclient.Secret, err error) {
	if below, ok := strings.CutPrefix(file, "~/"); ok {
		home, _ := env("HOME")
		if home == "" {
			return "", "", fmt.Errorf("%s: the variable HOME is not set; write the whole path", file)
		}
		file = filepath.Join(home, below)
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxAcquiaCLI {
		return "", "", fmt.Errorf("%s is not the file of Acquia's command line tool", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	var conf struct {
		Key  string `json:"acli_key"`
		Keys map[string]struct {
			Secret string `json:"secret"`
		} `json:"keys"`
	}
	if json.Unmarshal(data, &conf) != nil { // its text could repeat a part of the secret
		return "", "", fmt.Errorf("%s is not JSON of the form {\"acli_key\": …, \"keys\": {…}}", file)
	}
	entry, ok := conf.Keys[conf.Key]
	switch {
	case conf.Key == "":
		return "", "", fmt.Errorf("%s names no key in use: run acli auth:login", file)
	case !ok || entry.Secret == "":
		return "", "", fmt.Errorf("%s has no secret for the key in use: run acli auth:login", file)
	}
	return conf.Key, apiclient.Secret(entry.Secret), nil
}

// fromAcquiaCLI fills key and secret of an account whose entry says acli_config.
func (r *resolver) fromAcquiaCLI(a *apiclient.Account, y *accountYAML) {
	if y.ACLIConfig == "" {
		return
	}
	var err error
	if y.Key != "" || y.Secret != "" || y.SecretFile != "" {
		err = errors.New("key and secret are given as well; keep one")
	} else {
		a.Key, a.Secret, err = acquiaCLI(r.plain("acli_config", y.ACLIConfig), r.env)
	}
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("account %q: acli_config: %w", r.account, err))
	}
}
