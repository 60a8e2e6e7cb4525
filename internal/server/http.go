package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"paasmcp/internal/peer"
)

// ServeHTTP serves Streamable HTTP at /mcp, and /healthz, on l until ctx is done. Running requests then get the grace
// period to be answered. It returns nil after a regular stop.
func ServeHTTP(ctx context.Context, cfg Config, l net.Listener) error {
	e := newEngine(ctx, cfg)
	edge := &edge{eng: e, guard: newGuard(e.cfg), sessions: newSessions(e.cfg.SessionTTL, e.cfg.MaxSessions)}
	mux := http.NewServeMux()
	mux.Handle("/mcp", edge)
	mux.Handle("/mcp/{$}", edge) // as many a configuration has it
	return e.listen(ctx, l, edge.guard.wrap(e.health(), mux), "http")
}

// listen runs an HTTP server around handler.
func (e *engine) listen(ctx context.Context, l net.Listener, handler http.Handler, transport string) error {
	defer e.stop()
	defer e.close()
	if err := checkListener(l, e.cfg.Tokens); err != nil {
		_ = l.Close()
		return err
	}
	// No WriteTimeout: streams are meant to stay open; each write has its own deadline instead.
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnState:         peer.NewDoor(e.cfg.Proxies, e.cfg.MaxConnections).Changed,
		BaseContext:       func(net.Listener) context.Context { return e.base },
		ErrorLog:          slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %q: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	e.close() // ends listening streams; open questions count as cancelled, so that their calls can end
	grace, stop := context.WithTimeout(context.Background(), e.cfg.Grace)
	defer stop()
	err := srv.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		e.log.Warn("calls still running after the grace period are cancelled", "transport", transport, "grace", e.cfg.Grace)
		e.stop()
		last, stop := context.WithTimeout(context.Background(), unwind)
		defer stop()
		if srv.Shutdown(last) != nil {
			_ = srv.Close()
		}
		return nil
	}
	return err
}

func (e *engine) health() http.Handler {
	body, _ := json.Marshal(map[string]string{"status": "ok", "name": e.cfg.Name, "version": e.cfg.Version})
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})
}
