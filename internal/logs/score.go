package logs

import (
	"regexp"
	"strings"
	"sync"
)

// How much a line says about a failure.
const (
	rootCause    = 11 // names what is behind an error
	quotesMilder = 6  // is marked as an error and quotes a warning, as web servers do with those of PHP
	consequence  = 5  // says no more than that something failed, which follows from something else
)

// rule gives lines a score. All is in lower case. Every match holds one of the words: most lines of a log hold none, and looking for a
// word takes a small part of the time of an expression.
type rule struct {
	score int
	words []string
	match *regexp.Regexp
}

// says makes a rule of words, with commas between them, and of expressions any of which may match.
func says(score int, words string, expressions ...string) rule {
	return rule{score, strings.Split(words, ","), regexp.MustCompile(strings.Join(expressions, "|"))}
}

// levelMark is how servers mark a line as an error: [error], Apache's [php:error], with or without a module.
const levelMark = `\[([\w.-]*:)?(emerg(ency)?|alert|crit(ical)?|fatal|err(or)?|e|severe)\]`

// marked finds the first mark of a level in a line. When it says error, the line is one, whatever is quoted after it.
var marked = expression(levelMark, `\[([\w.-]*:)?(warn(ing)?|notice|info|debug|trace|ok|success)\]`)

// rules know the ways in which the tools of web projects report errors. They stand in groups, best first; what only sounds like one
// of them stands before it. Like all expressions here they are made when the first log is read: most processes never read one.
var rules = sync.OnceValue(func() []rule {
	return []rule{
		// That there is a reason elsewhere.
		says(consequence, "npm err", `\bnpm err(!|or) (test failed|lifecycle|code elifecycle|exit status|errno|this is probably not)`),

		// The reason itself.
		says(rootCause, "caused by", `^\s*caused by: `),
		says(rootCause, "no space,quota,read-only", `no space left on device`, `disk quota exceeded`, `read-only file system`),
		says(rootCause, "memory,oom,killed,137",
			`out of memory`, `oom[- ]kill`, `killed process \d+`, `allowed memory size`, `cannot allocate memory`, `outofmemoryerror`,
			`exit(ed)?( with)?( code| status)?:? 137\b`, `signal: killed`),

		// What a program says when it breaks.
		says(10, "fatal,parse error,uncaught,unhandled",
			`\bphp (fatal|parse) error\b`, `\bfatal error:`, `\bparse error:`, `\buncaught\b`, `\bunhandled (promise|exception|rejection)`),
		says(10, "error,exception,fault,panic,fatal",
			`^\s*([\w$]+[.\\:])*[\w$]*(error|exception|fault)(\[[^\]]*\])?: \S`, `^exception in thread`, `^panic: `, `^fatal: `),
		says(10, "sqlstate,segmentation,core dumped,not found,no such",
			`sqlstate\[`, `segmentation fault`, `core dumped`, `command not found`, `: not found$`, `no such file or directory`),
		says(10, "could not be resolved,module not found,cannot find,conflict",
			`your requirements could not be resolved`, `could not be resolved to an installable`,
			`module not found`, `cannot find (module|package)`, `merge conflict in`, `^conflict \(`),
		says(10, "error,registry,eresolve,e404,enoent,econnrefused,eacces,etimedout",
			`\berror ts\d+`, `\berror\[e\d+\]`, `\b[45]\d\d\b[^"]{0,40}\bfrom registry`,
			`\b(eresolve|e404|enoent|econnrefused|eacces|etimedout)\b`),
		says(9, "emerg,alert,crit,fatal,err,severe",
			levelMark, `\b(critical|emergency|severe|fatal)\b`, `\b(level|severity)"?[=:]\s*"?(emerg|alert|crit|fatal|err)`,
			`^erro?\[\d+\]`, `^\s*err\b`),
		says(9, "upstream,connect,certificate,host",
			`upstream (prematurely closed|timed out)`, `no live upstreams`, `connect\(\) failed`, `connection (was )?(refused|reset)`,
			`could not connect`, `(certificate|host) .{0,40}(expired|verification failed|verify failed)`),
		says(9, "denied,unable to,deadlock,lock wait,too many,gone away",
			`(permission|access) denied`, `unable to (connect|write|open|find|load)`,
			`deadlock found`, `lock wait timeout`, `too many connections`, `gone away`),
		says(9, ".go:,.c:,.cc:,.cpp:,.java:,.kt:,.ts:,.js:,.py:,.rb:", // where a compiler stopped
			`^\s*[\w./-]+\.(go|c|cc|cpp|java|kt|ts|js|py|rb):\d+(:\d+)?: \S`),
		says(8, "e: ,npm err,error,exception",
			`^\s*(w: +)?e: \S`, `\bnpm (err!|error)`, `^\s*error\b`, `\berror(\(s\))?:`, `\berror in \S`,
			`\]\s*error\b`, `\berror\s+\w+::`, `\bexception\b`, `^\s*([\w$]+[.\\])*[\w$]*(error|exception)$`),
		says(8, "rejected,problem", `!\s*\[(remote )?rejected\]`, `^\W*✖ [1-9]\d* problem`),
		says(7, `" 5,status,time,requires,requirement`,
			`" 5\d\d \d+`, `\bstatus[=: ]+5\d\d\b`, `timed? ?out\b`, `\btimeout\b`,
			`\b(requires|requirement)\b.{0,60}\b(but|not|runs|missing)\b`),

		// What follows from it.
		says(consequence, "exit,zero,code,status,errno",
			`exit(ed|s)?( with)?( a)?( non-?zero)?( code| status)?[:=]? ?[1-9]\d*\b`, `returned (a )?non-?zero`,
			`(code|status|errno) [1-9]\d*\b`, `\berrno\b`),
		says(consequence, "fail,abort,error,cannot,could not,terminated,rolled back",
			`\bfail(ed|ure|s)?\b`, `\babort(ed|ing)\b`, `\berrors?\b`, `\bcannot\b`, `\bcould not\b`, `\bterminated\b`, `\brolled back\b`),
	}
})

func expression(alternatives ...string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(strings.Join(alternatives, "|")) })
}

// harmless is taken out of a line before it is judged: words about errors where there is none.
var harmless = expression(
	`\b(0|no|without|zero) (errors?|failures?|failed|conflicts?)\b`, `\b(errors?|failures?|failed|conflicts?)\s*[:=]\s*0\b`,
	`\berror[_-]\w+`, `\b\w+[_-]errors?\b`, `--[\w-]*(error|fail)\w*`, `\bfail[- ]?(over|safe|fast)\w*`, `\bon[- ]error\b`,
	`\berror (pages?|handl\w+|logs?|reporting|documents?|levels?)\b`, `\b(errors|error|failure)s?\.(html?|log|php|js|ts|css|vue)\b`)

// milder marks a line as less than an error, whatever else it says.
var milder = expression(
	`^[^a-z]{0,40}(w: +)?[^a-z]{0,10}\b(php )?(warn(ing)?|notice|info|debug|deprecat(ed|ion)|trace|success|ok)\b`,
	`\[(warn(ing)?|notice|info|debug|ok|success)\]`, `\bphp (warning|notice|deprecated):`, `\bnpm (warn|notice)\b`,
	`\b(level|severity)"?[=:]\s*"?(info|debug|trace|notice|warn(ing)?)\b`, `\.(info|debug|notice|warning):`)

// access is a line of an access log; the number is its status.
var access = expression(`http/[0-9.]+" (\d{3})\b`)

// continues are lines that belong to the error above them.
var continues = expression(`^\s+at |^\s+File "|^\s*#\d+ |^\s*\.\.\. \d+ more|^\s{4,}\S|^\s*\^`)

// prose is how much of a line is judged, in bytes: what is wrong stands near its beginning, and lines can be megabytes long.
const prose = 400

// Score is how much a line says about a failure: 0 when it does not look like an error, up to 11.
func Score(text string) int {
	text = strings.ToLower(text[:min(len(text), prose)]) // ignoring case in the expressions would take twice the time
	if !hasAny(text, hints()) {
		return 0
	}
	if status := access().FindStringSubmatch(text); status != nil {
		if status[1][0] == '5' {
			return 7
		}
		return 0
	}
	mark := marked().FindStringSubmatch(text)
	isError := mark != nil && mark[2] != ""
	if milder().MatchString(text) {
		if isError {
			return quotesMilder
		}
		return 0
	}
	if !isError { // the words of an error about errors are about itself
		text = harmless().ReplaceAllString(text, "")
	}
	for _, r := range rules() {
		if hasAny(text, r.words) && r.match.MatchString(text) {
			return r.score
		}
	}
	return 0
}

// hints are the words of all rules, without those that hold another.
var hints = sync.OnceValue(func() []string {
	var all, least []string
	for _, r := range rules() {
		all = append(all, r.words...)
	}
	for i, word := range all {
		covered := false
		for j, other := range all {
			covered = covered || strings.Contains(word, other) && (len(other) < len(word) || j < i)
		}
		if !covered {
			least = append(least, word)
		}
	}
	return least
})

func hasAny(text string, words []string) bool {
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
