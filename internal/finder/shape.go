package finder

import "regexp"

// shapes are those of what people paste into a need. They tell what kind of thing is meant, not which one.
var shapes = []struct {
	is    *regexp.Regexp
	means []string
}{
	{regexp.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b`), []string{"variable", "environment"}},
	{regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`), []string{"ip"}},
	{regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}/\d+\b`), []string{"network"}},
	{regexp.MustCompile(`(^|\s)[\w./-]*\.(conf|cnf|ini|yaml|yml|json|txt|xml|php|env|htaccess)\b`), []string{"file"}},
	{regexp.MustCompile(`\b50[0234]\b`), []string{"log", "error"}},
	{regexp.MustCompile(`\b[\w-]+(\.[\w-]+)*\.(com|org|net|de|fr|es|pl|jp|io|dev|eu|co\.uk|example)\b`), []string{"domain"}},
	{regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w+`), []string{"user"}},
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
