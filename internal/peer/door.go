package peer

import (
	"net"
	"net/http"
	"sync"
)

// Share is how much of what is there for all one client can have, so that others find room.
func Share(all int) int { return all - all/4 }

// Door bounds the connections of an HTTP server, whether or not anything was said on them: each costs some 30 kB. One client gets a
// share of them, unless it is a proxy, which stands for many. Use [Door.Changed] as the ConnState of an http.Server.
type Door struct {
	proxies Proxies
	max     int

	mu   sync.Mutex
	open map[net.Conn]string // → whom it counts for
	own  map[string]int
}

// NewDoor makes the door of a server that takes so many connections at once.
func NewDoor(proxies Proxies, connections int) *Door {
	return &Door{proxies: proxies, max: connections, open: map[net.Conn]string{}, own: map[string]int{}}
}

// Changed counts a connection as it comes and goes. One too many is closed.
func (d *Door) Changed(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if !d.enter(c) {
			_ = c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		d.leave(c)
	}
}

func (d *Door) enter(c net.Conn) bool {
	at := address(c.RemoteAddr().String())
	who := Network(at).String()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.open) >= d.max || d.own[who] >= Share(d.max) && !d.proxies.Contains(at) {
		return false
	}
	d.open[c] = who
	d.own[who]++
	return true
}

func (d *Door) leave(c net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who, ok := d.open[c]
	if !ok { // it was not let in
		return
	}
	delete(d.open, c)
	if d.own[who]--; d.own[who] == 0 {
		delete(d.own, who)
	}
}
