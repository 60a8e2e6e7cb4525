package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"paasmcp/internal/caller"
	"paasmcp/internal/peer"
)

// guard decides who may talk to the server at all.
//
// Host is always checked: a page on the web can make its own name resolve to 127.0.0.1 (DNS rebinding) and then reads
// answers as "same origin"; its requests still carry its name. Origin is checked whenever it is there. See "Security
// Warning" under Streamable HTTP in every revision of the specification.
type guard struct {
	hosts     []string
	origins   []string
	tokens    []Token
	nobody    string // who calls when no token is needed
	proxies   peer.Proxies
	challenge string
}

func newGuard(cfg Config) *guard {
	g := &guard{
		origins: cfg.AllowedOrigins, tokens: cfg.Tokens, nobody: cfg.Principal, proxies: cfg.Proxies,
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
	return g
}

// caller is who sends a request that was let in.
func (g *guard) caller(r *http.Request) caller.Caller {
	c := caller.Caller{Principal: g.principal(r)}
	if at := peer.Network(g.proxies.Client(r)); at.IsValid() {
		c.Address = at.String()
	}
	return c
}

// who is whom bounds count for.
func (g *guard) who(r *http.Request) string { return g.caller(r).Quota() }

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
		if r, ok := g.authorized(w, r); ok {
			protected.ServeHTTP(w, r)
		}
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

// authorized checks the bearer token (RFC 6750), notes whose it is, and answers 401 itself. Hashes of equal length are compared
// in constant time, and always all of them, so that neither a token, nor its length, nor whose it may be can be found out by
// measuring.
func (g *guard) authorized(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	if len(g.tokens) == 0 {
		return r, true
	}
	challenge := g.challenge
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && token != "" {
		sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
		var of *Token
		for i := range g.tokens {
			if subtle.ConstantTimeCompare(sum[:], g.tokens[i].Hash[:]) == 1 {
				of = &g.tokens[i]
			}
		}
		if of != nil {
			return r.WithContext(context.WithValue(r.Context(), tokenKey{}, of)), true
		}
		challenge += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	http.Error(w, "a bearer token is required: send Authorization: Bearer <token>", http.StatusUnauthorized)
	return nil, false
}

type tokenKey struct{}

// principal is who sent a request that has passed the guard.
func (g *guard) principal(r *http.Request) string {
	if token, ok := r.Context().Value(tokenKey{}).(*Token); ok {
		return token.Principal
	}
	return g.nobody
}
