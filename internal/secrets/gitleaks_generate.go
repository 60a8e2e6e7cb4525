//go:build ignore

// Command gitleaks_generate writes gitleaks/rules.tsv from the rules of gitleaks, with its licence beside it. Run it with
// `go generate ./internal/secrets`; to take newer rules, change the version below.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const source = "github.com/zricethezav/gitleaks/v8@v8.30.1"

// leftOut are rules for what the scanner of this package finds by itself, and rules that hide ordinary text: guesses by the
// look of a value, names of accounts, and keywords shorter than three bytes.
var leftOut = regexp.MustCompile(`^(generic-api-key|azure-ad-client-secret|twilio-api-key|sourcegraph-.*|.*-pub-api-key|private-key|jwt.*|curl-auth-.*|kubernetes-.*|hashicorp-tf-password|sidekiq-.*|` +
	`github-.*|gitlab-(pat|ptt|rrt|deploy-token)|anthropic-.*|npm-.*|pypi-.*|slack-(app|bot|user)-token|aws-access-token|gcp-api-key|` +
	`shopify-.*|vault-service-token|digitalocean-.*|.*-client-id|.*-access-id|.*-user-api-id|.*-public-key|.*-pub-key|pkcs12-file|nuget-.*)$`)

var (
	field = regexp.MustCompile(`(?m)^(id|regex|entropy|secretGroup|path) = (.*)$`)
	words = regexp.MustCompile(`(?ms)^keywords = \[(.*?)\]$`)
	word  = regexp.MustCompile(`"([^"]+)"`)
)

func main() {
	log.SetFlags(0)
	out, err := exec.Command("go", "mod", "download", "-json", source).Output()
	var module struct{ Dir string }
	check(err)
	check(json.Unmarshal(out, &module))
	config, err := os.ReadFile(filepath.Join(module.Dir, "config", "gitleaks.toml"))
	check(err)
	licence, err := os.ReadFile(filepath.Join(module.Dir, "LICENSE"))
	check(err)

	var table bytes.Buffer
	fmt.Fprintf(&table, "# From %s by go generate. Columns: id, least entropy, group, keywords, expression.\n", source)
	blocks := strings.Split(string(config), "\n[[rules]]\n")
	for _, block := range blocks[1:] {
		values := map[string]string{"entropy": "0", "secretGroup": "0"}
		for _, m := range field.FindAllStringSubmatch(block, -1) {
			values[m[1]] = strings.Trim(m[2], `"'`)
			if m[1] == "regex" {
				values[m[1]] = strings.TrimSuffix(strings.TrimPrefix(m[2], "'''"), "'''")
			}
		}
		if values["path"] != "" || values["regex"] == "" || leftOut.MatchString(values["id"]) {
			continue
		}
		// What may stand before a keyword changes nothing of the secret and takes most of the time.
		values["regex"] = strings.Replace(values["regex"], `[\w.-]{0,50}?`, "", 1)
		var keywords []string
		if m := words.FindStringSubmatch(block); m != nil {
			for _, w := range word.FindAllStringSubmatch(m[1], -1) {
				keywords = append(keywords, strings.ToLower(w[1]))
			}
		}
		if len(keywords) == 0 || slices.ContainsFunc(keywords, func(w string) bool { return len(w) < 3 }) {
			log.Fatalf("rule %s has no keyword of three bytes or more; leave it out", values["id"])
		}
		if strings.Contains(block, "[[rules.allowlists]]") {
			log.Fatalf("rule %s allows some values, which the table has no column for; leave it out", values["id"])
		}
		columns := []string{values["id"], values["entropy"], values["secretGroup"], strings.Join(keywords, " "), values["regex"]}
		if strings.Contains(strings.Join(columns, ""), "\t") {
			log.Fatalf("rule %s has a tab", values["id"])
		}
		fmt.Fprintln(&table, strings.Join(columns, "\t"))
	}
	check(os.WriteFile("gitleaks/rules.tsv", table.Bytes(), 0o644))
	check(os.WriteFile("gitleaks/LICENSE", licence, 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
