package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/peer"
	"paasmcp/tools"
)

// Config is what a Console is made of.
type Config struct {
	Desk    *approval.Desk
	Service func() *tools.Service // for the catalogue and the accounts; asked late, as it is made after the console
	// Addr is "host:port". When it is empty a free port of 127.0.0.1 is opened as soon as something waits; when it is set, at once.
	Addr string
	// URL is how browsers reach the console when that is not Addr, for example through a proxy. Needed beyond loopback.
	URL       string
	Proxies   peer.Proxies // whose word is taken about where a request comes from
	Operators []Operator   // who may come in; the user of this machine when empty
	AuditFile string       // shown; may be empty
	// Dir is the folder for the file that lets `paas-mcp approve` find this server; none is written when empty.
	Dir string
	// Announce tells the user of this machine that something waits; nil tells nobody. link is empty where signing in needs more
	// than a link.
	Announce func(text string)
	// Links puts a link that signs in into what is announced. Leave it off where others read what this program prints.
	Links  bool
	Logger *slog.Logger
}

// Console is the approval console of one server. It is safe for concurrent use.
type Console struct {
	Config
	public   *url.URL // nil: the listener's own address
	sessions sessions
	links    links
	attempts attempts
	secret   string // of this machine's user, for the terminal; empty with operators

	mu       sync.Mutex
	server   *http.Server // nil until opened
	base     string       // "http://host:port"
	hosts    []string     // accepted in Host
	file     string       // to be removed at the end
	ended    bool
	done     chan struct{} // closed at the end
	streams  chan struct{} // a place for each live page
	watching sync.WaitGroup
}

// Bounds of what browsers hold open.
const (
	maxConnections = 512
	maxStreams     = 64 // live pages
	maxOwnStreams  = 16 // of one session
)

// New checks the configuration. It opens nothing.
func New(c Config) (*Console, error) {
	con := &Console{Config: c, done: make(chan struct{}), streams: make(chan struct{}, maxStreams)}
	if c.Logger == nil {
		con.Logger = slog.New(slog.DiscardHandler)
	}
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return nil, fmt.Errorf("--console-url %s: want an address without a path, such as https://approve.example.com", c.URL)
		}
		if u.Scheme == "http" && !IsLoopback(u.Hostname()) {
			return nil, fmt.Errorf("--console-url %s: operators would send their tokens in plain text; put a proxy with https in front", c.URL)
		}
		con.public = u
	}
	if c.Addr == "" {
		con.Addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(con.Addr)
	if err != nil {
		return nil, fmt.Errorf("--console %s: want auto, off or host:port, such as 127.0.0.1:8086", c.Addr)
	}
	beyond := !IsLoopback(host)
	switch {
	case (beyond || con.public != nil) && len(c.Operators) == 0:
		return nil, fmt.Errorf("--console %s: others could reach it, so it has to know who may approve: "+
			"add --operators FILE, or listen on 127.0.0.1 without --console-url", con.Addr)
	case beyond && con.public == nil:
		return nil, fmt.Errorf("--console %s: add --console-url, the https address of the proxy through which browsers reach it, "+
			"or listen on 127.0.0.1", con.Addr)
	}
	if len(c.Operators) == 0 {
		con.secret = newToken()
	}
	return con, nil
}

// IsLoopback reports whether a host, as an address or a name, is this machine and nothing else.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Start begins to watch the desk. With an address in the configuration the console is open when Start returns.
func (c *Console) Start() error {
	if c.Config.Addr != "127.0.0.1:0" {
		if err := c.open(); err != nil {
			return err
		}
	}
	c.watching.Go(c.watch)
	return nil
}

// watch opens the console and calls for a person when something waits.
func (c *Console) watch() {
	var announced time.Time // when the latest question that was announced was asked
	for {
		changed := c.Desk.Changed()
		for _, t := range c.Desk.List() {
			if !t.Open() || !t.Asked.After(announced) {
				continue
			}
			announced = t.Asked
			if err := c.open(); err != nil {
				c.Logger.Error("approval console", "error", err)
				break
			}
			c.announce(t)
		}
		select {
		case <-changed:
		case <-c.done:
			return
		}
	}
}

func (c *Console) announce(t approval.Ticket) {
	if c.Announce == nil || c.sessions.any() { // somebody has the page open, and it is live
		return
	}
	how := "run: paas-mcp approve"
	if c.Links && c.secret != "" {
		how = "open " + c.base + "/login?link=" + c.links.current() + " (works once) or " + how
	} else if c.secret == "" {
		how = "sign in at " + c.base + "/requests/" + t.ID
	}
	c.Announce(fmt.Sprintf("%s on %s waits for an approval; %s", approval.Shown(t.Card.Tool), approval.Shown(t.Card.Account), how))
}

// URL is the page of a ticket, for a person who signs in; false when the console cannot be opened.
func (c *Console) URL(id string) (string, bool) {
	if err := c.open(); err != nil {
		return "", false
	}
	return c.base + "/requests/" + url.PathEscape(id), true
}

// open starts to listen, once.
func (c *Console) open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return errors.New("the server is ending")
	}
	if c.server != nil {
		return nil
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("--console %s: %w", c.Addr, err)
	}
	at := listener.Addr().String()
	c.base = "http://" + at
	if c.public != nil {
		c.base = c.public.Scheme + "://" + c.public.Host
		c.hosts = append(c.hosts, strings.ToLower(c.public.Host))
	}
	if host, port, err := net.SplitHostPort(at); err == nil && IsLoopback(host) {
		c.hosts = append(c.hosts, at, "localhost:"+port)
	}
	c.server = &http.Server{
		Handler: c.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ConnState: peer.NewDoor(c.Proxies, maxConnections).Changed,
		ErrorLog:  slog.NewLogLogger(c.Logger.Handler(), slog.LevelDebug),
	}
	go c.server.Serve(listener) //nolint:errcheck // ends with the server
	if c.Dir != "" {
		if c.file, err = leaveNote(c.Dir, Note{URL: "http://" + localOf(listener.Addr()), Token: c.secret}); err != nil {
			c.Logger.Warn("approval console: `paas-mcp approve` will not find this server by itself", "error", err)
		}
	}
	c.Logger.Info("approval console is open", "url", c.base)
	return nil
}

// localOf is how a program on this machine reaches the listener.
func localOf(addr net.Addr) string {
	at, err := netip.ParseAddrPort(addr.String())
	if err == nil && at.Addr().IsUnspecified() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String()
	}
	return addr.String()
}

// Close ends the console. What waits on the desk stays there.
func (c *Console) Close() {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended = true
	close(c.done)
	server, file := c.server, c.file
	c.mu.Unlock()
	if file != "" {
		removeNote(file)
	}
	if server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
	c.watching.Wait()
}
