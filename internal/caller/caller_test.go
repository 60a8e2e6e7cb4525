package caller_test

import (
	"context"
	"testing"

	"paasmcp/internal/caller"
)

func TestFromEmptyContext(t *testing.T) {
	t.Parallel()
	if got := caller.From(context.Background()); got != (caller.Caller{}) {
		t.Errorf("caller.From of a bare context = %+v, want nobody", got)
	}
	if caller.Capabilities(context.Background()).Any() {
		t.Error("a bare context can ask a user; it must not, or confirmations would be sent nowhere")
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	want := caller.Caller{Principal: "local", Transport: "stdio", ClientName: "t", ClientVersion: "1", SessionID: "s"}
	ctx := caller.With(context.Background(), want, caller.Asking{URL: true})
	if got := caller.From(ctx); got != want {
		t.Errorf("caller.From = %+v, want %+v", got, want)
	}
	if got := caller.Capabilities(ctx); got != (caller.Asking{URL: true}) || !got.Any() {
		t.Errorf("caller.Capabilities = %+v, want url alone", got)
	}
	if caller.Capabilities(caller.With(ctx, want)).Any() {
		t.Error("an inner caller without a way to ask inherits the outer one's")
	}
}

// late answers differently once the request was read, as the transports' sources do.
type late struct{ name string }

func (l *late) Caller() caller.Caller { return caller.Caller{ClientName: l.name} }
func (l *late) Asking() caller.Asking { return caller.Asking{Form: l.name != ""} }

func TestSourceIsAskedLate(t *testing.T) {
	t.Parallel()
	src := &late{}
	ctx := caller.WithSource(context.Background(), src)
	src.name = "read later"
	if got := caller.From(ctx).ClientName; got != "read later" {
		t.Errorf("client name = %q, want what the source knows now", got)
	}
	if !caller.Capabilities(ctx).Form {
		t.Error("capabilities were read before the request was")
	}
}
