package secrets

import "strings"

// In free text more is written than in the answers of an API: commands, configuration files and code in every language. What
// follows finds the places where a secret stands there: behind the name of one, or where a command takes one.

// weakNames are names of secrets in texts that as keys of an answer mean other things, written as normalize writes names. One
// counts as the last part of a name: MYSQL_PWD, dbPass, AUTH_KEY, contraseña.
var weakNames = []string{
	"pass", "pwd", "pw", "passwort", "kennwort", "motdepasse", "mdp", "contraseña", "contrasena", "clave", "senha", "wachtwoord", "parola", "hasło", "haslo",
	"lösenord", "пароль", "密码", "パスワード", "authkey", "loggedinkey", "noncekey", "salt", "appkey", "masterkey", "accountkey", "requirepass", "masterauth", "authtoken",
}

// namesSecret reports whether a text's word is the name of a secret: more names count than in the fields of an answer.
func namesSecret(name string) (secret, weak bool) {
	if IsSecretName(name) {
		return true, false
	}
	var buf [maxName]byte
	key := string(normalize(buf[:0], name))
	for _, w := range weakNames {
		if begin := len(key) - len(w); begin == 0 && key == w || begin > 0 && strings.HasSuffix(key, w) && wordBegins(name, w) {
			return true, true
		}
	}
	return false, false
}

// wordBegins reports whether the ending of a name is a word of its own: DB_PASS and dbPass, not compass.
func wordBegins(name, ending string) bool {
	n := 0 // bytes of the ending without separators
	for i := len(name) - 1; i >= 0; i-- {
		if c := name[i]; c == '_' || c == '-' || c == '.' || c == ' ' {
			continue
		}
		if n++; n == len(ending) {
			return i == 0 || !tokenByte(name[i-1]) || name[i-1] == '_' || name[i-1] == '-' || name[i] >= 'A' && name[i] <= 'Z' && (name[i-1] < 'A' || name[i-1] > 'Z') || len(ending) >= len("masterkey")
		}
	}
	return false
}

// openTokens are tokens with a form of their own whose names end with a byte that triggers no other search.
var openTokens = []struct {
	prefix string
	least  int // bytes behind it
}{
	{"SG.", 20}, {"hvs.", 16}, {"hvb.", 16}, {"ya29.", 16}, {"dp.pt.", 16}, {"dp.st.", 16},
}

// dotted finds those.
func dotted(s string, i int) (from, to int) {
	for _, t := range openTokens {
		if begin := i + 1 - len(t.prefix); begin >= 0 && s[begin:i+1] == t.prefix && (begin == 0 || !tokenByte(s[begin-1])) {
			to = i + 1
			for to < len(s) && (tokenByte(s[to]) || s[to] == '.') {
				to++
			}
			if to-i > t.least {
				return begin, to
			}
		}
	}
	return 0, 0
}

// element finds what stands in <password>…</password>.
func element(s string, i int) (from, to int) {
	begin := i
	for begin > 0 && i-begin < maxName && keyByte(s[begin-1]) {
		begin--
	}
	if begin == 0 || begin == i || s[begin-1] != '<' && s[begin-1] != ':' {
		return 0, 0
	}
	if secret, _ := namesSecret(s[begin:i]); !secret {
		return 0, 0
	}
	from = i + 1
	end := "<"
	if inner, ok := strings.CutPrefix(s[from:], "<![CDATA["); ok {
		from, end = len(s)-len(inner), "]]>"
	}
	n := strings.Index(s[from:], end)
	if n < 0 && end != "<" { // cut off
		n = len(s) - from
	}
	if n < 0 || strings.TrimSpace(s[from:from+n]) == "" {
		return 0, 0
	}
	return from, from + n
}

// argument finds the second argument of define('AUTH_KEY', '…') and its like.
func argument(s string, i int) (from, to int) {
	if i == 0 || s[i-1] != '\'' && s[i-1] != '"' {
		return 0, 0
	}
	key, _ := keyBefore(s, i)
	before := i - 2 - len(key) // of the quote that opens
	if before < 1 || s[before] != s[i-1] || s[before-1] != '(' && (s[before-1] != ' ' || before < 2 || s[before-2] != '(') {
		return 0, 0
	}
	if secret, _ := namesSecret(key); !secret {
		return 0, 0
	}
	from = run(s, i+1, spaceByte)
	if from < len(s) && (s[from] == '\'' || s[from] == '"') {
		return quotedAt(s, from, s[from:from+1])
	}
	return 0, 0
}

// call finds PASSWORD('…') of SQL, and what it is like in code.
func call(s string, i int) (from, to int) {
	key, _ := keyBefore(s, i)
	if secret, _ := namesSecret(key); !secret || i+1 >= len(s) || s[i+1] != '\'' && s[i+1] != '"' {
		return 0, 0
	}
	return quotedAt(s, i+1, s[i+1:i+2])
}

// commandReach is how far before an option its command may stand, in bytes.
const commandReach = 400

// commandOf is what stands on the line before an option.
func commandOf(s string, i int) string {
	line := s[max(0, i-commandReach):i]
	if n := strings.LastIndexAny(line, "\n|;&"); n >= 0 {
		line = line[n+1:]
	}
	return line
}

func hasAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// option finds the secrets that commands take behind a letter: mysql -pSECRET, sshpass -p SECRET, curl -u user:SECRET, redis-cli -a SECRET.
func option(s string, i int) (from, to int) {
	if i+2 >= len(s) || i > 0 && !spaceByte(s[i-1]) && strings.IndexByte(`"'[,(`, s[i-1]) < 0 {
		return 0, 0
	}
	switch s[i+1] {
	case 'p':
		switch line := commandOf(s, i); {
		case hasAny(line, "sshpass", "ldapsearch"):
			from, to = valueAt(s, i+2, "")
		case !spaceByte(s[i+2]) && s[i+2] > ' ' && s[i+2] != '"' || i+3 < len(s) && s[i+2] == '"' && s[i+3] > ' ' && s[i+3] != ',':
			if !hasAny(line, "mysql", "mariadb", "7z", "mongo", "unrar", "zip ") {
				return 0, 0
			}
			from, to = valueAt(s, i+2, "")
		}
	case 'u', '-':
		end := i + 2
		if s[i+1] == '-' {
			if !strings.HasPrefix(s[i:], "--user ") && !strings.HasPrefix(s[i:], "--user=") && !strings.HasPrefix(s[i:], "--proxy-user ") {
				return 0, 0
			}
			end = i + strings.IndexAny(s[i:], " =") + 1
		}
		if !hasAny(commandOf(s, i), "curl", "http", "wget", "ab ", "skopeo", "svn", "git ") {
			return 0, 0
		}
		from, to = valueAt(s, end, "")
		n := strings.IndexByte(s[from:to], ':')
		if n < 0 {
			return 0, 0
		}
		from += n + 1
	case 'a', 'w':
		if hasAny(commandOf(s, i), "redis-cli", "valkey-cli", "ldap") && spaceByte(s[i+2]) {
			from, to = valueAt(s, i+2, "")
		}
	case 'b', 'n':
		line := commandOf(s, i)
		if !hasAny(line, "htpasswd") {
			return 0, 0
		}
		rest, _, _ := strings.Cut(s[i:min(len(s), i+commandReach)], "\n")
		if words := strings.Fields(rest); len(words) >= 3 && !strings.Contains(rest, dots) {
			last := words[len(words)-1]
			from = i + strings.LastIndex(rest, last)
			to = from + len(last)
		}
	}
	return from, to
}

// hooks are addresses whose path is the secret.
var hooks = []string{"hooks.slack.com/services/", "hooks.slack.com/workflows/", "discord.com/api/webhooks/", "discordapp.com/api/webhooks/", "api.telegram.org/bot"}

// hook finds the secret part of such an address, whose host begins at i.
func hook(s string, i int) (from, to int) {
	for _, h := range hooks {
		if strings.HasPrefix(s[i:], h) {
			from = i + len(h)
			to = from
			for to < len(s) && (credentialByte(s[to]) || s[to] == ':') {
				to++
			}
			return from, to
		}
	}
	return 0, 0
}

// stated finds a secret that a sentence of a language of queries states: IDENTIFIED BY 'x', PASSWORD 'x', requirepass x.
func stated(s string, i, begin int) (from, to int) {
	if i+1 >= len(s) {
		return 0, 0
	}
	word := s[begin:i]
	next := s[i+1]
	inQuotes := next == '\'' || next == '"'
	switch {
	case strings.EqualFold(word, "by") || strings.EqualFold(word, "as"):
		if before := strings.ToLower(s[max(0, begin-80):begin]); inQuotes && strings.Contains(before, "identified") {
			return quotedAt(s, i+1, s[i+1:i+2])
		}
	case inQuotes || strings.EqualFold(word, "requirepass") || strings.EqualFold(word, "masterauth"):
		if lower := strings.ToLower(word); !strings.Contains(lower, "pass") && lower != "masterauth" {
			return 0, 0 // unexpected token '<'
		}
		from, to = valueAt(s, i+1, "")
		if inQuotes && (next == '"' && strings.ContainsAny(s[from:to], " =:") || to+1 < len(s) && (s[to+1] == ':' || s[to+1] == '=')) {
			return 0, 0 // a sentence that quotes something
		}
		return from, to
	case strings.EqualFold(word, "password"), strings.EqualFold(word, "passwd"), strings.EqualFold(word, "passphrase"):
		from, to = valueAt(s, i+1, "")
		if value := strings.TrimRight(s[from:to], ".,;:!?)"); to-from >= knownFrom && strings.ContainsAny(value, "0123456789") && !strings.ContainsAny(value, "/(<[{") && run(value, 0, digitByte) != len(value) {
			return from, to
		}
	}
	return 0, 0
}

// below finds a value that stands on the line below its name: password:\n  value, and password: |\n  value.
func below(s string, i int) (from, to int) {
	at := run(s, i, spaceByte)
	if at < len(s) && (s[at] == '|' || s[at] == '>') {
		at++
		for at < len(s) && (s[at] == '-' || s[at] == '+') {
			at++
		}
	}
	if at < len(s) && s[at] == '\r' {
		at++
	}
	if at >= len(s) || s[at] != '\n' {
		return 0, 0
	}
	from = run(s, at+1, spaceByte)
	if from == at+1 { // not indented: it belongs to something else
		return 0, 0
	}
	end := strings.IndexAny(s[from:], "\r\n")
	if end < 0 {
		end = len(s) - from
	}
	line := s[from : from+end]
	if line == "" || strings.Contains(line, ": ") || strings.HasSuffix(line, ":") || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "#") || prose(line) {
		return 0, 0
	}
	return from, from + end
}
