package simulator

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"paasmcp/internal/lazy"
)

// Request is one recorded request. Credentials are not kept: Auth is only the scheme of the Authorization header.
type Request struct {
	Method string
	Path   string // escaped, as sent
	Query  url.Values
	Body   string // the first 64 KiB; empty for the token endpoint, whose body is a credential
	Auth   string // Bearer, Basic or empty
	Header http.Header
}

const recordedBody = 64 << 10

type recorder struct {
	keep int
	mu   sync.Mutex
	list []Request
}

// record keeps what a request says, and gives it to the caller.
func (c *recorder) record(r *http.Request) (Request, error) {
	rec := Request{
		Method: r.Method,
		Path:   r.URL.EscapedPath(),
		Query:  r.URL.Query(),
		Header: r.Header.Clone(),
	}
	scheme, _, _ := bytes.Cut([]byte(r.Header.Get("Authorization")), []byte(" "))
	rec.Auth = string(scheme)
	rec.Header.Del("Authorization")
	rec.Header.Del("Cookie")
	if isVirtuozzo(rec.Path) {
		for _, k := range []string{"session", "login", "password"} {
			rec.Query.Del(k)
		}
	}
	if r.Body != nil && r.Body != http.NoBody {
		var head bytes.Buffer
		if _, err := io.CopyN(&head, r.Body, recordedBody); err != nil && err != io.EOF {
			return Request{}, err
		}
		if !isTokenPath(rec.Path) {
			rec.Body = withoutCredentials(rec.Path, head.String())
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(&head, r.Body), r.Body}
	}
	if c.keep < 0 {
		return rec, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) >= 2*c.keep {
		c.list = slices.Delete(c.list, 0, len(c.list)-c.keep)
	}
	c.list = append(c.list, rec)
	return rec, nil
}

func isTokenPath(path string) bool {
	return path == PlatformshPath+"/oauth2/token" || path == PlatformshPath+"/oauth2/revoke" || path == AcquiaPath+"/api/auth/oauth/token"
}

// formCredentials are the fields of a form that identify the caller. Virtuozzo has them in the body of every call.
var formCredentials = lazy.MustCompile(`(^|&)(session|login|password)=[^&]*`)

func withoutCredentials(path, body string) string {
	if !isVirtuozzo(path) {
		return body
	}
	return formCredentials.ReplaceAllString(body, "$1$2=")
}

func isVirtuozzo(path string) bool { return strings.HasPrefix(path, VirtuozzoPath+"/") }

func (c *recorder) all() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list[max(0, len(c.list)-c.keep):])
}

func (c *recorder) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = nil
}
