package apiclient

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Bounds of a host name: RFC 1035 section 2.3.4, in the text form without the last dot.
const (
	maxHostName = 253
	maxLabel    = 63
	maxAddress  = 4096 // characters of a URL that holds one
)

// toASCII follows UTS 46 without its transitional mappings. Underscores stay: names of hosts may not have them, but some
// have.
var toASCII = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

// HostName reads the host out of what people paste: a name, a name with port, path or last dot, or a whole URL. The
// result is in lower case and ASCII, international names in their xn-- form; "*." in front stays. Errors never repeat a
// user or password of the URL.
func HostName(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", errors.New("the host name is empty: give one such as shop.example.com")
	}
	if len(text) > maxAddress || !utf8.ValidString(text) {
		return "", errors.New("this is not a host name: give one such as shop.example.com")
	}
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		rest, isURL = strings.CutPrefix(scheme, "//")
	}
	host := rest
	if end := strings.IndexAny(host, `/?#\`); end >= 0 {
		host = host[:end]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		if !isURL {
			return "", errors.New("this is a mail address, not a host name")
		}
		host = host[at+1:]
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(bare); err == nil {
		return "", errAddress
	}
	if _, err := netip.ParseAddrPort(host); err == nil {
		return "", errAddress
	}
	if name, port, found := strings.Cut(host, ":"); found {
		if strings.Trim(port, "0123456789") != "" || len(port) > 5 {
			return "", fmt.Errorf("%s is not a host name: the part after the colon is not a port number", quote(host))
		}
		host = name
	}
	return checkHost(host)
}

var errAddress = errors.New("this is an IP address, and many sites share one: give the host name instead")

func checkHost(host string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("%s is not a host name: %s", quote(host), why)
	}
	name, ok := foldHost(host)
	if !ok {
		return bad("it holds characters that no name can have")
	}
	if len(name) > maxHostName {
		return bad(fmt.Sprintf("it is longer than %d characters", maxHostName))
	}
	labels := strings.Split(strings.TrimPrefix(name, "*."), ".")
	if len(labels) < 2 {
		return bad("it has no dot; give the whole name, such as shop.example.com")
	}
	for _, label := range labels {
		switch {
		case label == "":
			return bad("two dots meet, or it begins with one")
		case len(label) > maxLabel:
			return bad(fmt.Sprintf("a part is longer than %d characters", maxLabel))
		case strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			return bad("only letters, digits, hyphens and dots can be in one")
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "", errAddress // such as 127.1, which resolvers read as an address
	}
	return name, nil
}

// foldHost brings a host name into the form in which two spellings of one name are equal. It reports false for names that
// have none.
func foldHost(host string) (string, bool) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host, true
	}
	star := ""
	if rest, ok := strings.CutPrefix(host, "*."); ok {
		star, host = "*.", rest
	}
	ascii, err := toASCII.ToASCII(host)
	return star + strings.TrimSuffix(ascii, "."), err == nil
}
