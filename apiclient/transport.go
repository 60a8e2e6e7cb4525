package apiclient

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"time"
)

// NewTransport is the transport for the platforms. Give one to all clients of a process, so that they share
// connections. It honors the usual proxy variables of the environment.
func NewTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.MaxIdleConns = 256
	// The default of 2 makes busy servers open and close connections all the time.
	t.MaxIdleConnsPerHost = 64
	// Shorter than the 60 s after which common load balancers hang up: a change that is written into a dying
	// connection ends with an unknown outcome, and cannot be repeated.
	t.IdleConnTimeout = 50 * time.Second
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second}
	return t
}

// redirectError says why a redirect was not followed, and the next step.
type redirectError struct{ reason, hint string }

func (e *redirectError) Error() string { return e.reason }

const redirectHint = "check the API address of the account"

// checkRedirect follows reads within their host. Anything else is refused: net/http would turn a redirected POST into a
// GET, and another host has no business seeing the credentials or answering for the platform.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme:
		return &redirectError{fmt.Sprintf("refused a redirect to %s://%s", next.URL.Scheme, next.URL.Host), redirectHint}
	case first.Method != http.MethodGet:
		return &redirectError{fmt.Sprintf("refused a redirect of a %s", first.Method), redirectHint}
	case len(via) > 3:
		return &redirectError{"stopped after 3 redirects", redirectHint}
	}
	return nil
}

// stopAtBorder is checkRedirect for files: a redirect to another host is handed to the caller, see Client.open.
func stopAtBorder(next *http.Request, via []*http.Request) error {
	if via[0].Method == http.MethodGet && next.URL.Host != via[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return checkRedirect(next, via)
}

// agent puts a User-Agent on requests that a library makes.
type agent struct {
	name string
	next http.RoundTripper
}

func (a agent) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", a.name)
	return a.next.RoundTrip(r)
}
