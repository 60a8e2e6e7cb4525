package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard decides who may talk to the server at all.
//
// Host is always checked: a page on the web can make its own name resolve to 127.0.0.1 (DNS rebinding) and then reads
// answers as "same origin"; its requests still carry its name. Origin is checked whenever it is there. See "Security
// Warning" under Streamable HTTP in every revision of the specification.
type guard struct {
	hosts     []string
	origins   []string
	token     *[sha256.Size]byte // hash; nil when none is needed
	principal string
	challenge string
}

func newGuard(cfg Config) *guard {
	g := &guard{
		origins: cfg.AllowedOrigins, principal: cfg.Principal,
		challenge: `Bearer realm="` + strings.NewReplacer(`"`, "", `\`, "").Replace(cfg.Name) + `"`,
	}
	for _, h := range cfg.AllowedHosts {
		g.hosts = append(g.hosts, strings.ToLower(h))
	}
	if host, _, err := net.SplitHostPort(cfg.Addr); err == nil {
		if _, err := netip.ParseAddr(host); err != nil && host != "" { // addresses are compared with the connection's own
			g.hosts = append(g.hosts, strings.ToLower(host))
		}
	}
	if len(cfg.Token) > 0 {
		sum := sha256.Sum256(cfg.Token)
		g.token = &sum
		// A second hash under another prefix: logs and audits show the principal, and must not show a piece of what the
		// token is compared with.
		id := sha256.Sum256(append([]byte("principal of token "), cfg.Token...))
		g.principal = "bearer:" + hex.EncodeToString(id[:4])
	}
	return g
}

// wrap puts the checks of Host and Origin in front of everything, and the check of the token in front of all but open.
func (g *guard) wrap(open, protected http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.hostAllowed(r) {
			http.Error(w, "this host name is not allowed here: use the address the server listens on, or add the name to its allowed hosts", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if !g.originAllowed(origin, r.Host) {
				http.Error(w, "pages of this origin are not allowed here: add it to the server's allowed origins", http.StatusForbidden)
				return
			}
			if allowCrossOrigin(w, r, origin) {
				return
			}
		}
		if r.URL.Path == "/healthz" {
			open.ServeHTTP(w, r)
			return
		}
		if !g.authorized(w, r) {
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// hostAllowed accepts loopback names, the very address the connection came in on (an address cannot be rebound, only
// a name can), and what the operator named.
func (g *guard) hostAllowed(r *http.Request) bool {
	full := strings.ToLower(r.Host)
	host := full
	if h, _, err := net.SplitHostPort(full); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" || slices.Contains(g.hosts, host) || slices.Contains(g.hosts, full) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	return ip.IsLoopback() || ip.Unmap() == localAddr(r)
}

func localAddr(r *http.Request) netip.Addr {
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if at, err := netip.ParseAddrPort(a.String()); err == nil {
			return at.Addr().Unmap()
		}
	}
	return netip.Addr{}
}

// originAllowed accepts the listed origins and pages of this very server. Another port of localhost is another program.
func (g *guard) originAllowed(origin, host string) bool {
	if slices.Contains(g.origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.EqualFold(u.Host, host)
}

// allowCrossOrigin names the origin, which was checked before, in the response. It reports whether the request was the
// browser's preflight and is answered.
func allowCrossOrigin(w http.ResponseWriter, r *http.Request, origin string) (answered bool) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// authorized checks the bearer token (RFC 6750) and answers 401 itself. Hashes of equal length are compared in constant
// time, so that neither the token nor its length can be found out by measuring.
func (g *guard) authorized(w http.ResponseWriter, r *http.Request) bool {
	if g.token == nil {
		return true
	}
	challenge := g.challenge
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && token != "" {
		sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
		if subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1 {
			return true
		}
		challenge += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	http.Error(w, "a bearer token is required: send Authorization: Bearer <token>", http.StatusUnauthorized)
	return false
}
