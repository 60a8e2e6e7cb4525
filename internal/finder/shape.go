package finder

import "paasmcp/internal/lazy"

// shapes are those of what people paste into a need. They tell what kind of thing is meant, not which one.
var shapes = []struct {
	is    *lazy.Regexp
	means []string
}{
	{lazy.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b`), []string{"variable"}},
	{lazy.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`), []string{"ip"}},
	{lazy.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}/\d+\b`), []string{"network"}},
	{lazy.MustCompile(`(^|\s)[\w./-]*\.(conf|cnf|ini|yaml|yml|json|txt|xml|php|env|htaccess)\b`), []string{"file"}},
	{lazy.MustCompile(`\b50[0234]\b`), []string{"log", "error"}},
	{lazy.MustCompile(`\b[\w-]+(\.[\w-]+)*\.(com|org|net|de|fr|es|pl|jp|io|dev|eu|co\.uk|example)\b`), []string{"domain"}},
	{lazy.MustCompile(`[\w.+-]+@[\w-]+\.\w+`), []string{"user"}},
}

// pastedNames are shapes whose words are names and mean nothing: the MAIL of MAIL_HOST is a variable, and a user is no file.
var pastedNames = []*lazy.Regexp{
	lazy.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b`),
	lazy.MustCompile(`[\w.+-]+@[\w-]+(\.\w+)+`),
}

func (l *lexicon) shapesOf(query string) []weighted {
	var list []weighted
	for _, s := range shapes {
		if s.is.MatchString(query) {
			for _, word := range s.means {
				list = append(list, weighted{l.read(newToken(word).stem), weightShape})
			}
		}
	}
	return list
}
