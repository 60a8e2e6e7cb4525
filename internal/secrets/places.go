package secrets

import (
	"slices"
	"strings"
)

// In free text more is written than in the answers of an API: commands, configuration files and code in every language. What
// follows finds the places where a secret stands there: behind the name of one, or where a command takes one.

// weakNames are names of secrets in texts that as keys of an answer mean other things, written as normalize writes names. One
// counts as the last part of a name: MYSQL_PWD, dbPass, AUTH_KEY, contraseña.
var weakNames = []string{
	"pass", "pwd", "pw", "passwort", "kennwort", "motdepasse", "mdp", "contraseña", "contrasena", "clave", "senha", "wachtwoord", "parola", "hasło", "haslo",
	"lösenord", "пароль", "密码", "パスワード", "sshpass", "storepass", "keypass", "passin", "passout", "oauth2bearer", "sessid", "phpsessid", "psk", "dbpass", "userpass", "adminpass", "githuboauth", "gitlaboauth", "bitbucketoauth", "authkey", "loggedinkey", "noncekey", "salt", "appkey", "masterkey", "accountkey", "requirepass", "masterauth", "authtoken",
}

// placeEndings make a name that says where a secret is, or how it is kept: PASSWORD_FILE, token_endpoint, session.save_path.
var placeEndings = []string{"path", "_file", "endpoint", "url", "uri", "_dir", "handler", "_secure"}

// namesSecret reports whether a text's word is the name of a secret: more names count than in the fields of an answer.
func namesSecret(name string) (secret, weak bool) {
	if last := lower(name[max(0, len(name)-len("endpoint")):]); slices.ContainsFunc(placeEndings, func(end string) bool { return strings.HasSuffix(last, end) }) {
		return false, false
	}
	if IsSecretName(name) {
		return true, false
	}
	var buf [maxName]byte
	name = strings.TrimRight(name, "]") // env[DB_PASS]
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

// element finds what stands in <password>…</password> and <entry key="password">…</entry>.
func element(s string, i int) (from, to int) {
	begin := i
	for begin > 0 && i-begin < maxName && keyByte(s[begin-1]) {
		begin--
	}
	switch {
	case i > 0 && (s[i-1] == '"' || s[i-1] == '\''):
		if !attributeBefore(s, i) && !tagBefore(s, i) {
			return 0, 0
		}
	case i > 1 && s[i-1] == '-' && s[i-2] == ' ': // password -> x
		if secret, _ := namesSecret(lastWord(s[:i-2])); secret {
			return coded(s, i+1)
		}
		return 0, 0
	case begin == 0 || begin == i || s[begin-1] != '<' && s[begin-1] != ':':
		return 0, 0
	default:
		if secret, _ := namesSecret(s[begin:i]); !secret {
			return 0, 0
		}
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

// tagBefore reports whether the element whose attributes end at i is named like a secret: <wsse:Password Type="…">.
func tagBefore(s string, i int) bool {
	tag := s[max(0, i-commandReach):i]
	name, _, _ := strings.Cut(tag[strings.LastIndexByte(tag, '<')+1:], " ")
	secret, _ := namesSecret(name[strings.LastIndexByte(name, ':')+1:])
	return secret
}

// connectors are calls whose third argument is the password: (where, name, password). Traces of errors show them.
var connectors = []string{"mysqli", "mysqli_connect", "mysqli_real_connect", "mysql_connect", "PDO", "PDO->__construct", "PDO::__construct", "pdo_connect"}

// third finds it; the parenthesis is at i.
func third(s string, i int) (from, to int) {
	begin := i
	for begin > 0 && i-begin < maxName && (keyByte(s[begin-1]) || s[begin-1] == '>' || s[begin-1] == ':') {
		begin--
	}
	if !slices.Contains(connectors, s[begin:i]) {
		return 0, 0
	}
	at := i + 1
	for n := range 3 {
		at = run(s, at, spaceByte)
		if at >= len(s) || s[at] != '\'' && s[at] != '"' {
			return 0, 0
		}
		if from, to = quotedAt(s, at, s[at:at+1]); n == 2 {
			return from, to
		}
		if at = run(s, min(len(s), to+1), spaceByte); at >= len(s) || s[at] != ',' {
			return 0, 0
		}
		at++
	}
	return 0, 0
}

// bar finds the cell beside the name of a secret in a table, and what a command pipes into one that asks for a password.
func bar(s string, i int) (from, to int) {
	end := i
	for end > 0 && s[end-1] == ' ' {
		end--
	}
	key, _ := keyBefore(s, end)
	if secret, _ := namesSecret(key); secret {
		if before := strings.TrimRight(s[:end-len(key)], " "); before == "" || before[len(before)-1] == '\n' || before[len(before)-1] == '|' {
			return coded(s, i+1)
		}
	}
	line, _, _ := strings.Cut(s[i:min(len(s), i+commandReach)], "\n")
	if !hasAny(line, "--stdin", "--password-stdin", "sudo -S") {
		return 0, 0
	}
	words := commandOf(s, i)
	word := strings.TrimSpace(words)
	verb, value, ok := strings.Cut(word, " ")
	if !ok || verb != "echo" && verb != "printf" || strings.HasPrefix(value, "$") || strings.HasPrefix(value, `"$`) {
		return 0, 0
	}
	begin := i - len(words) + strings.Index(words, value)
	return valueAt(s, begin, "")
}

// named finds a value behind an identifier that only code and commands have, as in: config set smtp_password x.
func named(s string, i int, word string) (from, to int) {
	if strings.HasPrefix(word, "github-oauth.") {
		return coded(s, i+1)
	}
	last := word[strings.LastIndexByte(word, '.')+1:]
	inner := strings.IndexFunc(last, func(r rune) bool { return r >= 'a' && r <= 'z' })
	if !strings.ContainsAny(word, "_.") && (inner < 0 || strings.IndexFunc(last[inner:], func(r rune) bool { return r >= 'A' && r <= 'Z' }) < 0) {
		return 0, 0
	}
	secret, weak := namesSecret(last)
	var buf [maxName]byte
	key := string(normalize(buf[:0], last))
	if !secret || !weak && !slices.ContainsFunc(secretWords, func(w string) bool { return strings.HasSuffix(key, w) }) {
		return 0, 0 // password_policy, SecretManager
	}
	return coded(s, i+1)
}

// apart finds the value behind a name of two words: API key: x, mot de passe : x. The sign is at i.
func apart(s string, i int, key string) (from, to int) {
	switch {
	case strings.EqualFold(key, "key"):
		end := strings.TrimRight(s[:i], " ")
		end = end[:len(end)-len(key)]
		before := lastWord(end)
		if before == "" || !strings.HasSuffix(end, " ") || before == "ssh" {
			return 0, 0
		}
		if secret, _ := namesSecret(before + key); !secret {
			return 0, 0
		}
	case strings.EqualFold(key, "passe"):
	default:
		return 0, 0
	}
	return coded(s, i+1)
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
	if from, to = third(s, i); to > from {
		return from, to
	}
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
		case hasAny(line, "sshpass", "ldapsearch"), spaceByte(s[i+2]) && hasAny(line, "docker login", "podman login", "az login", "mongo", "ncftp", "useradd", "usermod"):
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
		sign := byte(':')
		switch line := commandOf(s, i); {
		case hasAny(line, "lftp"):
			sign = ','
		case !hasAny(line, "curl", "http", "wget", "ab ", "skopeo", "svn", "git "):
			return 0, 0
		}
		from, to = valueAt(s, end, "")
		n := strings.IndexByte(s[from:to], sign)
		if n < 0 {
			return 0, 0
		}
		from += n + 1
	case 'P':
		if hasAny(commandOf(s, i), "zip ") && spaceByte(s[i+2]) {
			from, to = valueAt(s, i+2, "")
		}
	case 'a', 'A', 'w':
		if hasAny(commandOf(s, i), "http ", "https ", "ab ") && spaceByte(s[i+2]) {
			from, to = valueAt(s, i+2, "")
			n := strings.IndexByte(s[from:to], ':')
			if n < 0 {
				return 0, 0
			}
			return from + n + 1, to
		}
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
	case begin > 1 && strings.IndexByte("vVm", s[begin-2]) >= 0 && slices.Contains([]string{"env", "setenv", "fastcgi_param"}, lastWord(s[:begin])): // ENV NAME value
		if secret, _ := namesSecret(word); secret {
			return valueAt(s, i+1, ";")
		}
	case word == "password" && strings.HasSuffix(s[:begin], "user:"): // drush user:password NAME VALUE
		account := run(s, i+1, keyByte)
		if account > i+1 && account+1 < len(s) && s[account] == ' ' && s[account+1] != '-' {
			return coded(s, account+1)
		}
	case word == "to" && inQuotes:
		if secret, _ := namesSecret(lastWord(s[:begin])); secret {
			return coded(s, i+1)
		}
	case strings.EqualFold(word, "is") || strings.EqualFold(word, "to") && hasAny(lastWord(s[:begin]), "set", "changed"): // the password is x, was set to x
		if hasAny(strings.ToLower(s[max(0, begin-40):begin]), "password ", "passphrase ", "secret ", "token ", "api key ", "access key ") && !strings.ContainsAny(s[max(0, begin-40):begin], "\n:;=") {
			return coded(s, i+1)
		}
	case strings.EqualFold(word, "by") || strings.EqualFold(word, "as"):
		if before := strings.ToLower(s[max(0, begin-80):begin]); inQuotes && strings.Contains(before, "identified") {
			return quotedAt(s, i+1, s[i+1:i+2])
		}
	case inQuotes && (strings.EqualFold(word, "token") || strings.EqualFold(word, "secret")) && lastWord(s[:begin]) != "unexpected":
		return coded(s, i+1)
	case inQuotes || strings.EqualFold(word, "requirepass") || strings.EqualFold(word, "masterauth") || word == "bindpw" || word == "rootpw":
		if lower := strings.ToLower(word); !strings.Contains(lower, "pass") && lower != "masterauth" && lower != "bindpw" && lower != "rootpw" {
			return named(s, i, word) // and not: unexpected token '<'
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
	if len(word) > knownFrom {
		return named(s, i, word)
	}
	return 0, 0
}

// lastWord is the word at the end of a text, in small letters and without the blanks behind it.
func lastWord(text string) string {
	text = strings.TrimRight(text[max(0, len(text)-maxName):], " \t")
	begin := len(text)
	for begin > 0 && keyByte(text[begin-1]) {
		begin--
	}
	return strings.ToLower(text[begin:])
}

// coded gives the value at i when it is no word of a sentence: it has letters and digits, and is neither a path nor a call.
func coded(s string, i int) (from, to int) {
	from, to = valueAt(s, i, "")
	if !mixed(strings.TrimRight(s[from:to], ".,;:!?)")) {
		return 0, 0
	}
	return from, to
}

// mixed reports whether a value looks made up by a person or a program: at least 6 bytes, letters as well as digits.
func mixed(v string) bool {
	return len(v) >= knownFrom && strings.ContainsAny(v, "0123456789") && strings.IndexFunc(v, func(r rune) bool { return r < 0x80 && letterByte(byte(r)) }) >= 0 &&
		!strings.ContainsAny(v, "/(<[{= ")
}

// serialized finds the value in PHP's s:8:"password";s:4:"…"; at the colon before it.
func serialized(s string, i int) (from, to int) {
	at := i
	for at > 0 && i-at < 8 && digitByte(s[at-1]) {
		at--
	}
	if at == i || i+1 >= len(s) || s[i+1] != '"' || !strings.HasSuffix(s[:at], `";s:`) {
		return 0, 0
	}
	key, _ := keyBefore(s, at-len(`;s:`))
	if secret, _ := namesSecret(key); !secret {
		return 0, 0
	}
	return quotedAt(s, i+1, `"`)
}

// login finds the password in "name:password" that is piped into chpasswd, in the address of an Oracle database, and the token of a bot.
func login(s string, i int) (from, to int) {
	if i+1 >= len(s) || s[i+1] <= ' ' || s[i+1] == '"' {
		return 0, 0
	}
	switch line, _, _ := strings.Cut(s[i:min(len(s), i+commandReach)], "\n"); {
	case strings.HasSuffix(s[:i], "oracle:thin"):
		from, to = valueAt(s, i+1, "@")
		if n := strings.IndexByte(s[from:to], '/'); n > 0 && to < len(s) && s[to] == '@' {
			return from + n + 1, to
		}
	case strings.Contains(line, "chpasswd"):
		return valueAt(s, i+1, "")
	case strings.HasPrefix(line, ":AA"): // the token of a Telegram bot: its number and 35 characters
		begin := i
		for begin > 0 && i-begin < 12 && digitByte(s[begin-1]) {
			begin--
		}
		if end := run(s, i+1, tokenByte); i-begin >= 8 && end-i > 30 {
			return begin, end
		}
	}
	return 0, 0
}

// escapedEquals finds the value behind %3D, as in an address inside of another one's query.
func escapedEquals(s string, i int) (from, to int) {
	switch {
	case len(s) >= i+3 && strings.EqualFold(s[i:i+3], "%3d"):
		from = i + len("%3d")
	case len(s) >= i+5 && strings.EqualFold(s[i:i+5], "%253d"):
		from = i + len("%253d")
	default:
		return 0, 0
	}
	key, _ := keyBefore(s, i)
	if n := i - len(key); n > 0 && s[n-1] == '%' { // %3Ftoken%3D and %26token%3D
		key = key[min(len(key), 2):]
	}
	if secret, _ := namesSecret(key); !secret {
		return 0, 0
	}
	to = from
	for to < len(s) && (credentialByte(s[to]) || s[to] == '%' && !strings.HasPrefix(s[to:], "%26") && !strings.HasPrefix(s[to:], "%2526")) {
		to++
	}
	return from, to
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
