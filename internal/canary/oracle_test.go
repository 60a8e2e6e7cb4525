package canary_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"paasmcp/schemas"
)

//go:embed testdata/secrets.txt
var secretsText string

// facts are the secrets of one operation, as paths.
type facts struct{ sent, answered []string }

// oracle is testdata/secrets.txt.
var oracle = func() map[string]facts {
	table := map[string]facts{}
	paths := func(field string) []string {
		if field == "-" {
			return nil
		}
		return strings.Fields(field)
	}
	for line := range strings.Lines(secretsText) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			table[f[0]] = facts{paths(f[1]), paths(f[2])}
		}
	}
	return table
}()

// secretWords are the words that make a key secret wherever it stands, written without separators.
var secretWords = []string{
	"password", "passwd", "secret", "token", "session", "apikey", "privatekey", "certkey", "sharedkey", "licensekey", "routingkey", "hmac",
	"credential", "authorization", "cookie", "recoverycodes", "qrcode", "passcode", "basicauth",
}

// harmless are keys with such a word that hold no secret, each for a reason:
// kinds of things, names and ids of tokens, counts, times, and the list of cookie names of a cache.
var harmless = []string{
	"tokentype", "issensitive", "tokenid", "tokenuuid", "tokenname", "tokentemplate", "cookies", "tokens", "sessions", "tokenexpiresat",
	"passwordcount", "credentialtype", "passwordchangedat",
}

func secretName(key string) bool {
	key = strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(key))
	return !slices.Contains(harmless, key) && slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(key, w) })
}

// fits reports whether the place of a value, without its list brackets, is on a secret path or below one.
func fits(paths []string, place []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return matches(strings.Split(strings.ReplaceAll(strings.TrimPrefix(path, "[]."), "[]", ""), "."), place)
	})
}

func matches(path, place []string) bool {
	switch {
	case len(path) == 0:
		return true
	case path[0] == "**":
		for i := range len(place) + 1 {
			if matches(path[1:], place[i:]) {
				return true
			}
		}
		return false
	case len(place) == 0:
		return false
	default:
		return (path[0] == "*" || path[0] == place[0]) && matches(path[1:], place[1:])
	}
}

// notNamed are rows that handle secrets in places that no path can name.
var notNamed = map[string]string{
	"virtuozzo_command_run":          "cards and the audit show commands, because a person has to see what will run; the row warns of passwords",
	"virtuozzo_command_run_by_group": "as virtuozzo_command_run",
}

// A row that handles secrets has to be in the table, or the rounds would call it without any.
func TestOracleIsComplete(t *testing.T) {
	t.Parallel()
	all := operations(t, schemas.Platforms()...)
	for _, op := range all {
		f := oracle[op.Name]
		if op.Has(schemas.AcceptsSecrets) && len(f.sent) == 0 && notNamed[op.Name] == "" {
			t.Errorf("%s accepts secrets, and testdata/secrets.txt does not say in which arguments", op.Name)
		}
		if op.Has(schemas.RevealsSecrets) && len(f.answered) == 0 {
			t.Errorf("%s reveals secrets, and testdata/secrets.txt does not say in which fields", op.Name)
		}
		if len(f.sent) > 0 && !op.Has(schemas.AcceptsSecrets) {
			t.Errorf("%s takes %v, and its row does not carry accepts_secrets", op.Name, f.sent)
		}
		if len(f.answered) > 0 && !op.Has(schemas.RevealsSecrets) {
			t.Errorf("%s answers with %v, and its row does not carry reveals_secrets", op.Name, f.answered)
		}
	}
	for name := range oracle {
		if !slices.ContainsFunc(all, func(op *schemas.Operation) bool { return op.Name == name }) {
			t.Errorf("testdata/secrets.txt has %s, which is no operation", name)
		}
	}
}

// operations are the rows of some platforms, hidden ones included.
func operations(t *testing.T, platforms ...schemas.Platform) []*schemas.Operation {
	t.Helper()
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, platforms...)
	if err != nil {
		t.Fatal(err)
	}
	var list []*schemas.Operation
	for _, row := range catalog.Rows() {
		op, ok := catalog.Operation(row.Name)
		if !ok {
			t.Fatalf("%s cannot be read", row.Name)
		}
		list = append(list, op)
	}
	return list
}
