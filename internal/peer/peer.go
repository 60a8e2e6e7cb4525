// Package peer says who is at the other end of an HTTP request: the address of the client, also behind a proxy.
package peer

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the addresses whose word about a client is taken. A header that says where a request comes from is written by whoever
// sends it, so that of anybody else means nothing.
type Proxies []netip.Prefix

// ParseProxies reads addresses and CIDR ranges, such as 10.0.0.5 and 10.0.0.0/8.
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, text := range list {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("%q: want an address or a range of them, such as 10.0.0.5 or 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		if prefix.Bits() == 0 {
			return nil, fmt.Errorf("%q: it takes the word of every machine; name the addresses of the proxies", text)
		}
		p = append(p, prefix.Masked())
	}
	return p, nil
}

// Contains reports whether the address is that of a proxy.
func (p Proxies) Contains(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// Client is the address that a request comes from: that of the connection, or, when that is a proxy's, the one that it names in
// Forwarded (RFC 7239) or X-Forwarded-For. It is the zero Addr for a connection without an address, such as a Unix socket's.
//
// Each proxy adds the address that it sees at the end, so the list is read from there up to the first address that is not a proxy's;
// what comes before is the word of that client. Most proxies write one of the headers and hand on the other as the client wrote it, so
// that two headers that name different clients prove nothing, and the request counts as the proxy's own.
func (p Proxies) Client(r *http.Request) netip.Addr {
	at := address(r.RemoteAddr)
	if !p.Contains(at) {
		return at
	}
	standard, usual := p.behind(at, forwarded(r.Header)), p.behind(at, list(r.Header.Values("X-Forwarded-For")))
	switch {
	case standard == usual || usual == at:
		return standard
	case standard == at:
		return usual
	}
	return at
}

// behind walks from the proxy at the end of the chain to the client.
func (p Proxies) behind(at netip.Addr, chain []string) netip.Addr {
	for i := len(chain) - 1; i >= 0 && p.Contains(at); i-- {
		next := address(chain[i])
		if !next.IsValid() { // unknown or hidden: it comes from this proxy, more is not known
			return at
		}
		at = next
	}
	return at
}

// forwarded are the values of for= in the Forwarded header, in their order.
func forwarded(h http.Header) []string {
	var chain []string
	for _, hop := range list(h.Values("Forwarded")) {
		who := ""
		for pair := range strings.SplitSeq(hop, ";") {
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); strings.EqualFold(strings.TrimSpace(name), "for") {
				who = strings.Trim(strings.TrimSpace(value), `"`)
			}
		}
		chain = append(chain, who)
	}
	return chain
}

// list joins the lines of a header and splits them at the commas. The addresses in these headers have none.
func list(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return strings.Split(strings.Join(lines, ","), ",")
}

// address reads an address with or without port, brackets and zone.
func address(text string) netip.Addr {
	text = strings.TrimSpace(text)
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// Network is what bounds for one client count by: the address, or the /64 of an IPv6 address, of which one customer has all.
func Network(a netip.Addr) netip.Addr {
	if a.Is6() {
		if prefix, err := a.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return a
}
