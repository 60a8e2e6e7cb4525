package server

import (
	"log/slog"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// queuedNotes is how many notifications wait for a slow client before mcp-go drops further ones.
const queuedNotes = 64

// notes forwards what mcp-go puts on a notification channel. Channel and goroutine exist only for calls that send
// something. The zero value is ready.
type notes struct {
	mu     sync.Mutex
	queue  chan mcp.JSONRPCNotification
	stop   chan struct{}
	done   chan struct{}
	closed bool
}

// open returns the channel to send on. After close it is nil, on which mcp-go's non-blocking send fails: a goroutine
// that a handler left behind must not write behind the answer.
func (n *notes) open(out outlet, log *slog.Logger) chan<- mcp.JSONRPCNotification {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	if n.queue == nil {
		n.queue = make(chan mcp.JSONRPCNotification, queuedNotes)
		n.stop, n.done = make(chan struct{}), make(chan struct{})
		go n.forward(out, log)
	}
	return n.queue
}

// close returns when everything queued has been sent, so that the last progress of a call precedes its answer.
func (n *notes) close() {
	n.mu.Lock()
	n.closed = true
	stop, done := n.stop, n.done
	n.mu.Unlock()
	if stop != nil {
		close(stop)
		<-done
	}
}

func (n *notes) forward(out outlet, log *slog.Logger) {
	defer close(n.done)
	for {
		select {
		case note := <-n.queue:
			sendNote(out, note, log)
		case <-n.stop:
			for {
				select {
				case note := <-n.queue:
					sendNote(out, note, log)
				default:
					return
				}
			}
		}
	}
}

func sendNote(out outlet, note mcp.JSONRPCNotification, log *slog.Logger) {
	b := newBuffer()
	defer freeBuffer(b)
	if err := appendJSON(b, note); err != nil {
		log.Error("notification cannot be encoded", "method", note.Method, "error", err)
		return
	}
	if err := out.send(b.Bytes()); err != nil {
		log.Debug("notification not delivered", "method", note.Method, "error", err)
	}
}
