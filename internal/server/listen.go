package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Listen opens addr ("host:port") for ServeHTTP or ServeSSE. Without a token it refuses every address that other
// machines could reach: an empty host, 0.0.0.0, ::, an address of this machine's network, a name that does not resolve
// to loopback alone. A name is resolved once and the result is what is listened on, so that it cannot change in between.
func Listen(addr string, tokens []Token) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: want host:port, such as 127.0.0.1:8085: %w", addr, err)
	}
	if len(tokens) == 0 {
		local, err := loopback(host)
		if err != nil {
			return nil, fmt.Errorf("listen on %q: %w: set a token (--auth-token-file), or listen on 127.0.0.1", addr, err)
		}
		addr = net.JoinHostPort(local.String(), port)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	return l, nil
}

var errReachable = errors.New("other machines could reach this address and no token is set")

// loopback resolves host to a loopback address, and fails if any of its addresses is another.
func loopback(host string) (netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if !ip.IsLoopback() {
			return ip, errReachable
		}
		return ip, nil
	}
	if host == "" {
		return netip.Addr{}, errReachable
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("resolve the host: %w", err)
	}
	var found netip.Addr
	for _, ip := range ips {
		ip = ip.Unmap()
		if !ip.IsLoopback() {
			return ip, errReachable
		}
		// IPv4 first: what 127.0.0.1 in a client's configuration reaches, and what every machine has.
		if !found.IsValid() || ip.Is4() && !found.Is4() {
			found = ip
		}
	}
	if !found.IsValid() {
		return found, errors.New("the host has no address")
	}
	return found, nil
}

// checkListener is the second look at a listener that did not come from Listen.
func checkListener(l net.Listener, tokens []Token) error {
	at, err := netip.ParseAddrPort(l.Addr().String())
	if len(tokens) == 0 && (err != nil || !at.Addr().Unmap().IsLoopback()) {
		return fmt.Errorf("serve on %q: %w: set a token (--auth-token-file), or listen on 127.0.0.1", l.Addr(), errReachable)
	}
	return nil
}
