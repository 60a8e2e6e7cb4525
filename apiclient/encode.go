package apiclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

// escape percent-encodes everything but the unreserved characters of RFC 3986 section 2.3. The standard library's
// functions leave more characters alone and write a space in a query as "+", which is right in forms only; one rule for
// paths, queries and forms is easier to predict.
func escape(s string) string {
	n := 0
	for i := range len(s) {
		if !unreserved(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	out := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if c := s[i]; unreserved(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// pathSegment makes a value safe to stand in a path. Escaping alone is not enough: a gateway that decodes %2F before
// it cleans the path would let "x/../y" climb out of its place, so dot segments are refused in any spelling.
func pathSegment(value string) (string, error) {
	switch {
	case value == "":
		return "", errors.New("it is empty")
	case !utf8.ValidString(value):
		return "", errors.New("it is not valid UTF-8")
	case strings.ContainsFunc(value, unicode.IsControl):
		return "", errors.New("it holds control characters")
	}
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return "", fmt.Errorf("it holds the path step %q", part)
		}
	}
	return escape(value), nil
}

// gitRef spells a Git reference as the Platform.sh API wants it in a path: without the leading "refs/". A bare name is
// a branch.
func gitRef(value string) (string, error) {
	ref, full := strings.CutPrefix(value, "refs/")
	if !full && !strings.HasPrefix(ref, "heads/") && !strings.HasPrefix(ref, "tags/") {
		ref = "heads/" + ref
	}
	if value == "" || slices.Contains(strings.Split(ref, "/"), "") {
		return "", errors.New("it is not a Git reference such as refs/heads/main")
	}
	return ref, nil
}

// scalar writes a string, number or boolean as text. Numbers never get an exponent: identifiers of seven digits and
// more arrive as float64 from encoding/json and would read 1e+06.
func scalar(value any) (string, error) {
	switch v := value.(type) {
	case string:
		if !utf8.ValidString(v) {
			return "", errors.New("it is not valid UTF-8")
		}
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	default:
		return "", errors.New("a string, number or boolean is needed")
	}
}

// pairs collects the names and values of a query or a form.
type pairs []pair

type pair struct{ key, value string }

// add writes one argument in the given style, see schemas.Param.Style.
func (ps *pairs) add(key, style string, value any) error {
	object, isObject := value.(map[string]any)
	list, isList := asList(value)
	switch {
	case style == "json" && (isObject || isList):
		text, err := compact(value)
		*ps = append(*ps, pair{key, string(text)})
		return err
	case isObject && style == "deep":
		for name, member := range object {
			memberStyle := "deep"
			if _, ok := asList(member); ok {
				memberStyle = "comma"
			}
			if member == nil {
				continue
			}
			if err := ps.add(key+"["+name+"]", memberStyle, member); err != nil {
				return err
			}
		}
		return nil
	case isList && style == "comma":
		texts := make([]string, len(list))
		for i, item := range list {
			var err error
			if texts[i], err = scalar(item); err != nil {
				return err
			}
		}
		*ps = append(*ps, pair{key, strings.Join(texts, ",")})
		return nil
	case isList:
		for _, item := range list {
			if err := ps.add(key, "", item); err != nil {
				return err
			}
		}
		return nil
	default:
		text, err := scalar(value)
		*ps = append(*ps, pair{key, text})
		return err
	}
}

// encode sorts by key, so that equal arguments give equal bytes, and keeps the order of repeated keys.
func (ps pairs) encode() string {
	slices.SortStableFunc(ps, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(p.key))
		b.WriteByte('=')
		b.WriteString(escape(p.value))
	}
	return b.String()
}

func asList(value any) ([]any, bool) {
	switch v := value.(type) {
	case []any:
		return v, true
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return list, true
	default:
		return nil, false
	}
}

// compact is JSON as it goes out: no spaces, keys sorted by encoding/json, <, > and & as they are.
func compact(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, fmt.Errorf("it cannot be written as JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
