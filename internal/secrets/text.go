package secrets

import (
	"encoding/base64"
	"slices"
	"strings"
)

// MaskText hides what looks like a secret inside free text, such as a log line or an error: see the package comment for the
// shapes. It gives back s itself when there is nothing to hide. In doubt it hides too much: a masked word can be
// asked for again, a leaked one cannot be called back.
func MaskText(s string) string { return maskText(s, false) }

// MaskLines is MaskText for a part of a log: it leaves as many lines as there were, so that their numbers stay true.
func MaskLines(s string) string { return maskText(s, true) }

// maskText masks; keepLines follows a mask with as many line breaks as it hides. The detectors come first: they know the names
// and places that the rules do not.
func maskText(s string, keepLines bool) string {
	s = detect(s, keepLines)
	found := byRules(s)
	if len(found) == 0 {
		return s
	}
	var b strings.Builder
	done := 0
	for _, f := range found {
		b.WriteString(s[done:f.from])
		writeMask(&b, s[f.from:f.to], keepLines)
		done = f.to
	}
	b.WriteString(s[done:])
	return b.String()
}

func writeMask(b *strings.Builder, secret string, keepLines bool) {
	b.WriteString(mask(secret))
	if keepLines {
		b.WriteString(strings.Repeat("\n", strings.Count(secret, "\n")))
	}
}

// detect masks what the detectors find.
func detect(s string, keepLines bool) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); i++ {
		find := detectors[s[i]]
		if find == nil {
			continue
		}
		from, to := find(s, i)
		if from = max(from, done); to <= from {
			continue
		}
		b.WriteString(s[done:from])
		writeMask(&b, s[from:to], keepLines)
		done, i = to, to-1
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// detector looks at the text around a byte and gives the bounds of a secret, or 0, 0.
type detector func(s string, i int) (from, to int)

// detectors are keyed by a byte that every secret of a shape has and that ordinary text has seldom, so that a text is
// read once, at the speed of a table look-up. Regular expressions for the same shapes take fifty times as long, and
// every result of every call comes through here.
var detectors = [256]detector{
	'-':  dash,
	'_':  vendorToken,
	'J':  jwt,
	'A':  cloudKey,
	':':  colon,
	'=':  equals,
	' ':  space,
	'.':  dotted,
	'>':  element,
	',':  argument,
	'(':  call,
	'%':  escapedEquals,
	'|':  bar,
	'\t': space,
}

func dash(s string, i int) (from, to int) {
	if strings.HasPrefix(s[i:], pemBegin) {
		return pem(s, i)
	}
	if from, to = option(s, i); to > from {
		return from, to
	}
	return vendorToken(s, i)
}

const pemBegin = "-----BEGIN "

// pem hides a PEM block unless its label says that it is public. A block without an end, cut off by whoever logged it,
// reaches to the end of the text.
func pem(s string, i int) (from, to int) {
	label, _, ok := strings.Cut(s[i+len(pemBegin):], "-----")
	if ok && slices.Contains([]string{"CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST",
		"PUBLIC KEY", "RSA PUBLIC KEY", "X509 CRL", "PKCS7", "DH PARAMETERS", "EC PARAMETERS"}, label) {
		return 0, 0
	}
	end := "-----END " + label + "-----"
	if n := strings.Index(s[i:], end); ok && n >= 0 {
		return i, i + n + len(end)
	}
	return i, len(s)
}

// vendorPrefixes begin the tokens of services that customers connect to their projects: GitHub, GitLab, Slack, Stripe, npm,
// PyPI, DigitalOcean, Shopify. All end with the byte that triggers the search.
var vendorPrefixes = []string{
	"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "sk_live_", "sk_test_", "rk_live_", "whsec_", "npm_", "dop_v1_", "doo_v1_", "dor_v1_", "shpat_", "shpss_", "shpca_", "shppa_",
	"rk_test_", "glsa_", "hf_", "gsk_", "sntrys_", "sntryu_", "rubygems_", "lin_api_", "dckr_pat_", "dckr_oat_", "nfp_", "sbp_", "glc_", "pscale_tkn_", "pscale_pw_", "AGE-SECRET-KEY-", "xkeysib-", "tskey-auth-", "tskey-api-", "sk-or-", "CFPAT-", "figd_", "tfp_", "vercel_",
	"glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-", "sk-ant-", "sk-proj-", "sk-svcacct-", "GOCSPX-", "sq0csp-", "NRAK-", "PMAK-", "xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-", "pypi-",
}

// vendorEnds are the bytes before the last one of each prefix: most dashes and underscores are dismissed by a look at them.
var vendorEnds = func() (table [256]bool) {
	for _, p := range vendorPrefixes {
		table[p[len(p)-2]] = true
	}
	return table
}()

func vendorToken(s string, i int) (from, to int) {
	if i == 0 || !vendorEnds[s[i-1]] {
		return 0, 0
	}
	for _, p := range vendorPrefixes {
		if strings.HasSuffix(s[:i+1], p) {
			// A look at its beginning says whether it is one: npm_config_cache has no digit.
			begin := run(s[:min(len(s), i+commandReach)], i+1, tokenByte)
			if begin-i > 10 && strings.ContainsAny(s[i+1:begin], "0123456789") {
				to = run(s, begin, tokenByte)
				return i + 1 - len(p), to
			}
		}
	}
	return 0, 0
}

// longestHead bounds the first segment of a JSON Web Token, in bytes, and longestLogin what stands before the host of a URL: without
// bounds, a line of beginnings alone would be read to its end from each of them.
//
// longestName is the length from which what stands before the host of a web address is a token and no name of a person.
const (
	longestName  = 16
	longestHead  = 1 << 10
	longestLogin = 1 << 10
)

// jwt finds a JSON Web Token by its first segment, which always begins with the base64 of `{"`: eyJ.
func jwt(s string, i int) (from, to int) {
	if i < 2 || s[i-2:i] != "ey" {
		return 0, 0
	}
	head := run(s[:min(len(s), i+longestHead)], i, tokenByte)
	if head-i < 8 || head == len(s) || s[head] != '.' {
		return 0, 0
	}
	to = run(s, head+1, tokenByte)
	if to-head < 8 {
		return 0, 0
	}
	for to < len(s) && s[to] == '.' { // the signature, or the rest of an encrypted token
		end := run(s, to+1, tokenByte)
		if end == to+1 {
			break
		}
		to = end
	}
	return i - 2, to
}

// cloudKey finds access keys of AWS (AKIA, ASIA and 16 more) and API keys of Google (AIza and 35 more).
func cloudKey(s string, i int) (from, to int) {
	if i > 0 && tokenByte(s[i-1]) {
		return 0, 0
	}
	rest := s[i:]
	switch {
	case strings.HasPrefix(rest, "AKIA"), strings.HasPrefix(rest, "ASIA"):
		if to = run(s, i, upperByte); to-i == 20 {
			return i, to
		}
	case strings.HasPrefix(rest, "AIza"):
		if to = run(s, i, tokenByte); to-i == 39 {
			return i, to
		}
	}
	return 0, 0
}

// space finds what follows "Bearer ", "Basic " and "--password ".
func space(s string, i int) (from, to int) {
	begin := i
	for begin > 0 && i-begin < maxName && keyByte(s[begin-1]) {
		begin--
	}
	switch word := s[begin:i]; {
	case strings.EqualFold(word, "bearer"):
		to = run(s, i+1, credentialByte)
		// What follows the word in prose and in WWW-Authenticate headers.
		value := strings.ToLower(strings.TrimRight(s[i+1:to], "."))
		if len(value) >= 6 && !slices.Contains([]string{"tokens", "access", "authentication", "authorization", "authenticate",
			"scheme", "header", "headers", "realm=", "error=", "scope="}, value) {
			return i + 1, to
		}
	case strings.EqualFold(word, "basic"):
		to = run(s, i+1, credentialByte)
		plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s[i+1:to], "="))
		if err == nil && strings.Contains(string(plain), ":") {
			return i + 1, to
		}
	case strings.HasPrefix(word, "-"):
		if word == "--value" && strings.Contains(commandOf(s, i), "variable:") {
			return valueAt(s, i+1, "")
		}
		if secret, _ := namesSecret(strings.TrimLeft(word, "-")); secret && len(word) > 3 && !strings.HasPrefix(s[i+1:], "-") {
			return valueAt(s, i+1, "")
		}
	case word != "":
		return stated(s, i, begin)
	}
	return 0, 0
}

// colon finds passwords in URLs and values written as key: value or "key": "value".
func colon(s string, i int) (from, to int) {
	if strings.HasPrefix(s[i:], "://") {
		if from, to = hook(s, i+3); to > from {
			return from, to
		}
		return userinfo(s, i+3)
	}
	key, quoted := keyBefore(s, i)
	secret, weak := namesSecret(key)
	if !secret && (key != "value" || !quoted && !namedBefore(s, i) || quoted && !memberBefore(s, i)) {
		if from, to = apart(s, i, key); to > from {
			return from, to
		}
		for _, find := range []detector{serialized, login, encodedLogin} {
			if from, to = find(s, i); to > from {
				return from, to
			}
		}
		if key == "is" { // the new password is: x
			return stated(s, i, i-len(key))
		}
		return 0, 0
	}
	if quoted {
		if from, to = jsonValue(s, i+1); version(s, i-len(key)-1, s[from:to]) {
			return 0, 0
		}
		return from, to
	}
	if strings.HasPrefix(s[i:], "::") || i > 0 && s[i-1] == ':' {
		return 0, 0 // Session::start in a stack trace
	}
	if name := strings.ToLower(key); strings.Contains(name, "cookie") || strings.Contains(name, "authorization") {
		return header(s, i+1)
	}
	if from, to = below(s, i+1); to > from {
		return from, to
	}
	from, to = valueAt(s, i+1, "")
	bare := from == run(s, i+1, spaceByte) // not in quotes
	if bare && (version(s, i-len(key), s[from:to]) || key == "PASS" && !mixed(s[from:to])) {
		return 0, 0 // drupal/token:^1.11, src/Token.php:12, PASS: test_a
	}
	if bare && strings.EqualFold(key, "pwd") && from < to && (s[from] == '/' || s[from] == '~') {
		return 0, 0 // the working folder
	}
	if bare && (prose(s[from:to]) || strings.HasSuffix(key, "s") && run(s, from, digitByte) == to) {
		return 0, 0 // "invalid token: expired", "tokens: 5"
	}
	if bare && weak && (run(s, from, digitByte) == to || to-from < 4 || sentence(s, from, to)) {
		return 0, 0 // "pass: 12 tests", "salt: yes please"
	}
	return from, to
}

// memberBefore reports whether another member of the object in which "value": stands names a secret: {"name":"DB_PASS","value":"…"}.
func memberBefore(s string, i int) bool {
	object := s[max(0, i-commandReach):i]
	if n := strings.LastIndexAny(object, "{}"); n >= 0 {
		object = object[n+1:]
	}
	return namedIn(strings.ReplaceAll(object, `\`, ""), `":`) || namedIn(strings.ReplaceAll(object, `\`, ""), `" :`)
}

// encodedLogin finds the login of a registry in "auth": "…", base64 of name:password.
func encodedLogin(s string, i int) (from, to int) {
	if key, quoted := keyBefore(s, i); key != "auth" || !quoted {
		return 0, 0
	}
	from, to = valueAt(s, i+1, ",]}")
	if plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s[from:to], "=")); err != nil || !strings.Contains(string(plain), ":") {
		return 0, 0
	}
	return from, to
}

// version reports whether a value is the version of a package whose name ends before the quote at i: "drupal/token": "^1.11".
func version(s string, i int, v string) bool {
	return i > 0 && s[i-1] == '/' && strings.TrimLeft(v, "^~<>=v*@0123456789. |") == ""
}

// sentence reports whether a bare value is followed by more words, as in a sentence.
func sentence(s string, from, to int) bool {
	rest := s[to:min(len(s), to+commandReach)]
	if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
		rest = rest[:n]
	}
	return strings.TrimSpace(rest) != "" && !strings.HasPrefix(strings.TrimSpace(rest), "#")
}

// header gives the value of a header of credentials, which has spaces in it. The scheme stays: it says what was wrong with a request.
func header(s string, i int) (from, to int) {
	from = run(s, i, spaceByte)
	scheme := run(s, from, tokenByte)
	for _, word := range []string{"bearer", "basic", "token"} {
		if strings.EqualFold(s[from:scheme], word) && scheme < len(s) && s[scheme] == ' ' {
			return scheme + 1, run(s, scheme+1, credentialByte)
		}
	}
	to = len(s)
	if n := strings.IndexAny(s[from:], "\r\n"); n >= 0 {
		to = from + n
	}
	if v := s[from:to]; len(v) < 6 && prose(v) || slices.Contains([]string{"required", "missing", "optional", "invalid", "expired", "denied", "failed"}, lower(v)) {
		return 0, 0 // "cookie: none"
	}
	return from, to
}

// prose reports whether a value is more likely a word of a sentence. Hiding those would make most errors about
// credentials unreadable, and they are the errors that people see most.
func prose(v string) bool {
	word := strings.TrimRight(v, ".,;:!?)")
	return len(word) < 16 && run(word, 0, letterByte) == len(word)
}

// equals finds values written as key=value, as in queries, forms, environments and command lines.
func equals(s string, i int) (from, to int) {
	if i+1 < len(s) && s[i+1] == '=' || i > 0 && strings.IndexByte("=!<>", s[i-1]) >= 0 {
		return 0, 0 // a comparison
	}
	key, _ := keyBefore(s, i)
	// Signed links carry their right to download in a signature.
	lower := strings.ToLower(key)
	secret, weak := namesSecret(strings.TrimLeft(key, "-"))
	if !secret && lower != "sig" && !strings.HasSuffix(lower, "signature") && (lower != "value" || !attributeBefore(s, i)) {
		return otherwise(s, i, key)
	}
	at := i + 1
	if at < len(s) && s[at] == '>' { // PHP and Ruby
		at++
	}
	stop := "&"
	if strings.LastIndexByte(s[max(0, i-commandReach):i], ';') > strings.LastIndexAny(s[max(0, i-commandReach):i], "\n ") {
		stop = "&;" // a connection string: its parts end with a semicolon
	}
	from, to = valueAt(s, at, stop)
	digits := run(s, from, digitByte) == to
	if hashed := strings.ToLower(s[from:to]); to < len(s) && (s[to] == '\'' || s[to] == '"') && slices.Contains([]string{"md5(", "sha1(", "sha2(", "password(", "crypt(", "encrypt("}, hashed) {
		return quotedAt(s, to, s[to:to+1])
	}
	switch {
	case digits && (lower == "pass" || strings.HasSuffix(lower, "s")), // a count: pass=12, max_tokens=4096
		weak && strings.Contains(s[from:to], "://"),                                                                // proxy_pass, and the address is looked at by itself
		strings.EqualFold(key, "pwd") && from < to && (s[from] == '/' || s[from] == '~'),                           // the working folder
		i > 0 && s[i-1] == ' ' && from < to && s[from-1] == ' ' && (variable(s[from:to]) || computed(s, from, to)): // $this->token = $token;
		return 0, 0
	}
	return from, to
}

// variable reports whether the value of an assignment in code is another variable.
func variable(v string) bool {
	return v[0] == '$' && strings.HasSuffix(v, ";") && run(v[:len(v)-1], 1, func(c byte) bool { return letterByte(c) || strings.IndexByte("_->[]", c) >= 0 }) == len(v)-1
}

// computed reports whether an assignment in code calls something: password = getpass(), token = await next();
func computed(s string, from, to int) bool {
	v := s[from:to]
	name := run(v, 0, func(c byte) bool { return letterByte(c) || strings.IndexByte("_.$->", c) >= 0 })
	return v == "await" || v == "new" || name < len(v) && v[name] == '(' || to+1 < len(s) && strings.HasSuffix(v, "-") && s[to] == '>'
}

// otherwise finds values whose name does not stand right before the sign: --from-literal=name=x, token: String = "x", set password for
// x = '…', platform variable:create --value=x; and names that are secret only with a value that looks like a key, as MAILGUN_KEY.
func otherwise(s string, i int, key string) (from, to int) {
	before := strings.TrimRight(s[max(0, i-commandReach):i], " ")
	if n := strings.LastIndexByte(before, '\n'); n >= 0 {
		before = before[n+1:]
	}
	if from, to = apart(s, i, key); to > from {
		return from, to
	}
	upper := strings.HasSuffix(key, "_KEY") || strings.HasSuffix(key, "_AUTH")
	before = strings.TrimSuffix(before, key)
	typed := strings.TrimRight(before, " ")
	switch {
	case strings.HasSuffix(before, "--from-literal="):
		return valueAt(s, i+1, "")
	case key == "--value" && strings.Contains(before, "variable:"):
		return valueAt(s, i+1, "")
	case upper && key == strings.ToUpper(key) && !strings.Contains(key, "PUBLIC"), key == "_auth":
		return coded(s, i+1)
	case hasAny(before, " for ", " FOR ") && strings.Contains(strings.ToLower(before), "set password for "):
		if at := run(s, i+1, spaceByte); at < len(s) && (s[at] == '"' || s[at] == '\'') {
			return valueAt(s, at, "")
		}
	case strings.HasSuffix(typed, ":") && typed != before:
		name, _ := keyBefore(typed, len(typed)-1)
		if at := run(s, i+1, spaceByte); at < len(s) && (s[at] == '"' || s[at] == '\'') {
			if secret, _ := namesSecret(name); secret {
				return valueAt(s, at, "")
			}
		}
	}
	return 0, 0
}

// attributeBefore reports whether the element in which value= stands names a secret: <add key="Password" value="…"/>.
func attributeBefore(s string, i int) bool {
	element := s[max(0, i-commandReach):i]
	if n := strings.LastIndexAny(element, "<>\n"); n >= 0 {
		element = element[n+1:]
	}
	return namedIn(element, "=")
}

// namedBefore reports whether the line above that of value: names a secret, as lists of variables do in YAML.
func namedBefore(s string, i int) bool {
	lines := s[max(0, i-commandReach):i]
	end := strings.LastIndexByte(lines, '\n')
	if end < 0 {
		return false
	}
	lines = lines[:end]
	return namedIn(lines[strings.LastIndexByte(lines, '\n')+1:], ":")
}

// namedIn reports whether name, key or id is set to the name of a secret.
func namedIn(text, sign string) bool {
	for _, word := range []string{"name", "key", "id"} {
		if _, value, ok := strings.Cut(text, word+sign); ok {
			value = strings.TrimLeft(value, " \"'")
			if n := strings.IndexAny(value, "\"' >\r\n"); n >= 0 {
				value = value[:n]
			}
			if secret, _ := namesSecret(value); secret {
				return true
			}
		}
	}
	return false
}

// userinfo finds the password of user:password@host, which begins at i.
func userinfo(s string, i int) (from, to int) {
	end := min(len(s), i+longestLogin)
	if n := strings.IndexAny(s[i:end], " \t\r\n\"'`<>"); n >= 0 {
		end = i + n
	}
	rest := s[i:end]
	if n := strings.IndexByte(rest, '@'); n >= longestName && mixed(rest[:n]) && run(rest, 0, tokenByte) == n && (strings.HasSuffix(s[:i], "http://") || strings.HasSuffix(s[:i], "https://")) {
		return i, i + n // a token in the place of a name
	}
	sep := strings.IndexAny(rest, ":/?#")
	if sep < 0 || rest[sep] != ':' {
		return 0, 0
	}
	if n := run(rest, sep+1, digitByte); n == len(rest) || strings.IndexByte("/?#", rest[n]) >= 0 {
		return 0, 0 // a port
	}
	// Raw passwords contain @ and / although URLs forbid it, so the last @ counts, but one in a query only when there is
	// no other.
	at := -1
	if n := strings.IndexAny(rest, "?#"); n >= 0 {
		at = strings.LastIndexByte(rest[:n], '@')
	}
	if at < 0 {
		at = strings.LastIndexByte(rest, '@')
	}
	if at < sep {
		return 0, 0
	}
	return i + sep + 1, i + at
}

// keyBefore gives the word that ends before the sign at i, and whether it stands in double quotes, as in JSON.
func keyBefore(s string, i int) (key string, quoted bool) {
	for i > 0 && spaceByte(s[i-1]) {
		i--
	}
	if i > 1 && s[i-1] == ']' && (s[i-2] == '"' || s[i-2] == '\'') { // $settings['hash_salt']
		i--
	}
	if i > 0 && (s[i-1] == '"' || s[i-1] == '\'') {
		i, quoted = i-1, true
		if i > 0 && s[i-1] == '\\' { // JSON inside JSON
			i--
		}
	}
	begin := i
	for begin > 0 && i-begin < maxName && keyByte(s[begin-1]) {
		begin--
	}
	return s[begin:i], quoted
}

// jsonValue finds the value after the colon of a quoted key: a text, a number, a list or an object.
func jsonValue(s string, i int) (from, to int) {
	from = run(s, i, spaceByte)
	if from < len(s) && (s[from] == '[' || s[from] == '{') {
		return from, closing(s, from)
	}
	return valueAt(s, i, ",]}")
}

// closing gives the end of the list or object that opens at i: the end of the text if it was cut.
func closing(s string, i int) int {
	for depth := 0; i < len(s); i++ {
		switch s[i] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			_, end := quotedAt(s, i, `"`)
			i = end
		}
	}
	return len(s)
}

// valueAt finds the value that begins at i, after spaces: what stands in quotes, or else everything up to a space, a
// quote, an angle bracket or one of the bytes in stop. true, false and null are no secrets.
func valueAt(s string, i int, stop string) (from, to int) {
	from = run(s, i, spaceByte)
	for _, quote := range []string{`\"`, `"`, `'`, "`"} {
		if strings.HasPrefix(s[from:], quote) {
			return quotedAt(s, from, quote)
		}
	}
	to = from
	for to < len(s) && s[to] > ' ' && strings.IndexByte("\"'`<>", s[to]) < 0 && strings.IndexByte(stop, s[to]) < 0 {
		to++
	}
	switch s[from:to] {
	case "true", "false", "null", "NULL", "None", "nil", "undefined":
		return 0, 0
	}
	return from, to
}

// quotedAt gives what is inside the quote that opens at i; a quote that never closes reaches to the end of the text.
func quotedAt(s string, i int, quote string) (from, to int) {
	from = i + len(quote)
	for to = from; to < len(s); to++ {
		if strings.HasPrefix(s[to:], quote) {
			return from, to
		}
		if s[to] == '\\' && quote != `\"` {
			to++
		}
	}
	return from, len(s)
}

// run gives the end of the run of bytes from i on that fit.
func run(s string, i int, fits func(byte) bool) int {
	for i < len(s) && fits(s[i]) {
		i++
	}
	return i
}

func letterByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digitByte(c byte) bool  { return c >= '0' && c <= '9' }
func upperByte(c byte) bool  { return c >= 'A' && c <= 'Z' || digitByte(c) }
func tokenByte(c byte) bool  { return letterByte(c) || digitByte(c) || c == '_' || c == '-' }
func spaceByte(c byte) bool  { return c == ' ' || c == '\t' }
func keyByte(c byte) bool    { return tokenByte(c) || c == '.' || c == '[' || c == ']' || c >= 0x80 }

// credentialByte fits the credentials of an Authorization header, RFC 9110 section 11.2 (token68).
func credentialByte(c byte) bool { return tokenByte(c) || strings.IndexByte(".~+/=", c) >= 0 }
