package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// heartbeat keeps proxies from closing a page's stream, and finds pages that are gone.
const heartbeat = 20 * time.Second

// events tells a page that something changed (server-sent events). What changed the page asks for itself, so that there is one
// way to lay it out.
func (c *Console) events(w http.ResponseWriter, r *http.Request, s *session) {
	if s.pages.Add(1); s.pages.Load() > maxOwnStreams || !c.stream() {
		s.pages.Add(-1)
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer func() { <-c.streams; s.pages.Add(-1) }()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	over := time.NewTimer(time.Until(s.expires))
	defer over.Stop()
	for {
		changed := c.Desk.Changed()
		select {
		case <-s.end: // in the same moment as a change
			return
		default:
		}
		_ = out.SetWriteDeadline(time.Now().Add(heartbeat))
		if _, err := fmt.Fprintf(w, "data: %d\n\n", c.Desk.Waiting()); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
		case <-over.C:
			return
		case <-s.end:
			return
		case <-c.done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// stream takes a place among the live pages.
func (c *Console) stream() bool {
	select {
	case c.streams <- struct{}{}:
		return true
	default:
		return false
	}
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func jsonText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, err := json.Marshal(v)
	if err != nil { // it was read from JSON
		return ""
	}
	return string(text)
}
