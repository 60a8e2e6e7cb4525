package secrets

import (
	"slices"
	"strings"
)

// secretWords mark a key as secret wherever they stand in it. They are written as normalize writes keys.
var secretWords = []string{
	"password", "passwd", "passphrase", "passcode", "secret", "token", "session", "apikey", "privatekey", "certkey",
	"sharedkey", "licensekey", "routingkey", "accesskey", "encryptionkey", "signingkey", "hmac", "credential",
	"authorization", "cookie", "recoverycode", "qrcode", "basicauth",
}

// secretNames mark a key as secret when they are all of it. The vendor keys are fields of Virtuozzo nodes and regions.
// They are kept apart from the words because ssh_key elsewhere is a public key, which is fine to show: normalize keeps
// nothing that could tell the two apart, so these are compared as they are, but for case.
var secretNames = []string{
	"pwd", "jwt", "sshkey", "dockersshkey", "ospfkey", "ipseckey", "vzlicense",
}

// harmlessNames contain a secret word and hold no secret: kinds, identifiers and templates. cookies is the list of cookie
// names in the cache settings of a Platform.sh route.
var harmlessNames = []string{
	"tokentype", "tokenid", "tokenuuid", "tokenname", "tokenurl", "tokentemplate", "tokenpermissions", "credentialtype",
	"secretname", "sessionname", "cookies",
}

// harmlessEndings make a name that is about a secret: when it ends, how many there are.
var harmlessEndings = []string{"count", "expires", "expiresat", "expiresin", "expiry", "ttl", "timeout",
	"lifetime", "createdat", "updatedat", "length"}

// byFirst groups the words by their first letter, so that a key is searched for all of them in one pass.
var byFirst = func() (table [26][]string) {
	for _, w := range secretWords {
		table[w[0]-'a'] = append(table[w[0]-'a'], w)
	}
	return table
}()

// maxName is the longest key that is normalized on the stack.
const maxName = 64

// IsSecretName reports whether a key of an object, a header, a query parameter or a variable by this name holds a secret.
// Case and the separators _ - . and space do not matter: apiKey, API_KEY and api-key are one name.
func IsSecretName(name string) bool {
	var buf [maxName]byte
	key := normalize(buf[:0], name)
	if !hasSecretWord(key) {
		return slices.ContainsFunc(secretNames, func(s string) bool {
			return len(s) == len(name) && strings.EqualFold(s, name)
		})
	}
	return !slices.ContainsFunc(harmlessNames, func(s string) bool { return s == string(key) }) &&
		!slices.ContainsFunc(harmlessEndings, func(end string) bool {
			return len(key) > len(end) && string(key[len(key)-len(end):]) == end
		})
}

// normalize appends name to buf in lower case and without separators.
func normalize(buf []byte, name string) []byte {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			buf = append(buf, c+'a'-'A')
		case c == '_', c == '-', c == '.', c == ' ':
		default:
			buf = append(buf, c)
		}
	}
	return buf
}

func hasSecretWord(key []byte) bool {
	for i, c := range key {
		if c < 'a' || c > 'z' {
			continue
		}
		for _, w := range byFirst[c-'a'] {
			if len(key)-i >= len(w) && string(key[i:i+len(w)]) == w {
				return true
			}
		}
	}
	return false
}
