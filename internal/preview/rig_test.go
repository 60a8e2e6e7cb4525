package preview_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/demo"
	"paasmcp/internal/preview"
	"paasmcp/internal/secrets"
	"paasmcp/internal/simulator"
	"paasmcp/schemas"
)

// Bounds of one look, as the program sets them.
const (
	maxReads = 6
	maxTime  = 3 * time.Second
)

// rig is a previewer over the real rows, the real client and the simulated platforms.
type rig struct {
	t          *testing.T
	catalog    *schemas.Catalog
	sim        *simulator.Simulator
	clients    map[schemas.Platform]*apiclient.Client
	previewer  *preview.Previewer
	production []string // patterns of the account
	// answer takes the place of the platform where it says so; for answers that the simulator would never give.
	answer func(tool string, args map[string]any) (answer any, err error, ok bool)
}

// inBubble runs a test on a clock of its own, which begins at 2000-01-01 and stands still while anything is done.
func inBubble(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t)) })
}

// catalog is the same for all rigs; nothing changes it.
var catalog = sync.OnceValues(func() (*schemas.Catalog, error) {
	return schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Catalogued()...)
})

func newRig(t *testing.T) *rig {
	t.Helper()
	catalog, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, catalog: catalog, sim: simulator.New(simulator.Options{Speed: simulator.Instant, AcquiaRate: -1}), previewer: preview.New(catalog),
		clients: map[schemas.Platform]*apiclient.Client{}}
	const base = "http://127.0.0.1"
	for _, account := range []apiclient.Account{
		demo.Account("psh", schemas.Platformsh, base), demo.Account("cloud", schemas.Acquia, base), demo.Account("vap", schemas.Virtuozzo, base),
	} {
		client, err := apiclient.New(account, apiclient.Options{Transport: r.sim.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		r.clients[account.Platform] = client
	}
	return r
}

func (r *rig) operation(tool string) *schemas.Operation {
	r.t.Helper()
	op, ok := r.catalog.Operation(tool)
	if !ok {
		r.t.Fatalf("there is no operation %s", tool)
	}
	return op
}

// call makes a call whose arguments have the types of decoded JSON.
func (r *rig) call(tool string, args map[string]any) preview.Call {
	r.t.Helper()
	op := r.operation(tool)
	given := plain(r.t, args)
	return preview.Call{Op: op, Args: given, Masked: masked(r.t, op, given).(map[string]any)}
}

// look looks at a call and returns also what was read for it.
func (r *rig) look(tool string, args map[string]any) (preview.Target, *reader) {
	r.t.Helper()
	reader := r.reader()
	ctx, cancel := context.WithTimeout(r.t.Context(), maxTime)
	defer cancel()
	return r.previewer.Look(ctx, r.call(tool, args), reader), reader
}

// writes are all operations of a platform that change something, gated or not.
func (r *rig) writes(platform schemas.Platform) []*schemas.Operation {
	var list []*schemas.Operation
	for _, row := range r.catalog.Rows() {
		if row.Platform == platform && !row.IsRead() {
			list = append(list, r.operation(row.Name))
		}
	}
	return list
}

// lookTwice looks at a call and holds the card to what is true of any: it is the same again, and so is its state a day later, and it
// takes few reads.
func (r *rig) lookTwice(op *schemas.Operation, args map[string]any) (preview.Target, *reader) {
	r.t.Helper()
	target, reader := r.look(op.Name, args)
	if again, _ := r.look(op.Name, args); !reflect.DeepEqual(target, again) {
		r.t.Errorf("%s: two looks differ:\n%+v\n%+v", op.Name, target, again)
	}
	if len(reader.made) > maxReads {
		r.t.Errorf("%s: %d reads: %v", op.Name, len(reader.made), reader.reads())
	}
	for _, s := range target.State {
		if relative.MatchString(s.Value) {
			r.t.Errorf("%s: %s changes by itself: %s", op.Name, s.Name, s.Value)
		}
	}
	return target, reader
}

// relative are times that are other ones a day later.
var relative = regexp.MustCompile(`\b(ago|in \d+ (minute|hour|day|month|year)|just now)`)

// nulls are the arguments of a call, none with a value; wrongArgs are of every type but the right one.
func nulls(op *schemas.Operation) map[string]any {
	args := map[string]any{}
	for _, p := range op.Params {
		args[p.Name] = nil
	}
	return args
}

func wrongArgs(op *schemas.Operation) map[string]any {
	args := map[string]any{}
	for i, p := range op.Params {
		args[p.Name] = []any{[]any{1.0, map[string]any{"user_id": map[string]any{}}}, true, map[string]any{"a": []any{}}, 7.5}[i%4]
	}
	return args
}

// send makes a change that must succeed.
func (r *rig) send(tool string, args map[string]any) {
	r.t.Helper()
	op := r.operation(tool)
	request, err := apiclient.Build(op, plain(r.t, args))
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.clients[op.Platform].Send(r.t.Context(), request, apiclient.Page{}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) reader() *reader { return &reader{rig: r, seen: map[string]func() (any, error){}} }

// reader is the Reader of one look.
type reader struct {
	rig  *rig
	mu   sync.Mutex
	seen map[string]func() (any, error)
	made []string // "tool {args}" of every different read, also of those beyond the bound
}

func (r *reader) Production() []string { return r.rig.production }

func (r *reader) Read(ctx context.Context, tool string, args map[string]any) (any, error) {
	text, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	key := tool + " " + string(text)
	r.mu.Lock()
	once, ok := r.seen[key]
	if !ok {
		r.made = append(r.made, key)
		once = onceValues(func() (any, error) { return r.rig.read(ctx, tool, args) })
		if len(r.made) > maxReads {
			once = func() (any, error) { return nil, errors.New("too many reads") }
		}
		r.seen[key] = once
	}
	r.mu.Unlock()
	return once()
}

// onceValues is sync.OnceValues whose callers wait on a channel: the clock of a bubble stands still while one waits for a lock.
func onceValues(f func() (any, error)) func() (any, error) {
	var (
		once  sync.Once
		value any
		err   error
		done  = make(chan struct{})
	)
	return func() (any, error) {
		once.Do(func() {
			go func() {
				defer close(done)
				value, err = f()
			}()
		})
		<-done
		return value, err
	}
}

// reads are the names of the operations that were called, sorted and without the platform.
func (r *reader) reads() []string {
	var names []string
	for _, key := range r.made {
		name, _, _ := strings.Cut(key, " ")
		_, name, _ = strings.Cut(name, "_")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *rig) read(ctx context.Context, tool string, args map[string]any) (any, error) {
	op, ok := r.catalog.Operation(tool)
	if !ok || !op.IsRead() {
		return nil, fmt.Errorf("%s cannot be read", tool)
	}
	for _, name := range op.RequiredArguments() {
		if args[name] == nil || args[name] == "" {
			return nil, fmt.Errorf("%s: %s is missing", tool, name)
		}
	}
	if r.answer != nil {
		if answer, err, ok := r.answer(tool, args); ok {
			return answer, err
		}
	}
	request, err := apiclient.Build(op, args)
	if err != nil {
		return nil, err
	}
	result, err := r.clients[op.Platform].Send(ctx, request, apiclient.Page{Limit: 500})
	var platform *apiclient.Error
	switch {
	case ctx.Err() != nil:
		return nil, errors.New("no answer in time")
	case errors.As(err, &platform): // as short as the program makes it
		if platform.Kind == apiclient.KindNotFound {
			return nil, missing(fmt.Sprintf("the platform answered %d (%s)", platform.Status, platform.Kind))
		}
		return nil, fmt.Errorf("the platform answered %d (%s)", platform.Status, platform.Kind)
	case err != nil:
		return nil, err
	}
	if result.IsList {
		items := result.Items
		if items == nil {
			items = []any{}
		}
		if result.Next != "" {
			return preview.Part(masked(r.t, op, items).([]any)), nil
		}
		return masked(r.t, op, items), nil
	}
	return masked(r.t, op, result.Value), nil
}

// missing is how the program says that there is no such thing.
type missing string

func (m missing) Error() string        { return string(m) }
func (m missing) Is(target error) bool { return target == preview.ErrNotFound }

func masked(t *testing.T, op *schemas.Operation, v any) any {
	t.Helper()
	masker, err := secrets.New(op.Secrets)
	if err != nil {
		t.Fatal(err)
	}
	return masker.Mask(v)
}

func plain(t *testing.T, args map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// lines is a target as a card shows it, one line each.
func lines(target preview.Target) []string {
	var list []string
	add := func(prefix string, details []approval.Detail) {
		for _, d := range details {
			list = append(list, prefix+d.Name+": "+d.Value)
		}
	}
	add("", target.Details)
	add("along ", target.Along)
	for _, c := range target.Changes {
		list = append(list, "change "+c.Field+": "+c.Old+" → "+c.New)
	}
	if target.Cost != "" {
		list = append(list, "cost "+target.Cost)
	}
	for _, step := range target.First {
		list = append(list, "first "+step.Tool+" "+fmt.Sprint(step.Args))
	}
	for _, why := range target.Impossible {
		list = append(list, "impossible "+why)
	}
	for _, doubt := range target.Doubts {
		list = append(list, "doubt "+doubt)
	}
	return list
}

// golden compares cards, each of which begins with "== ", with a file; UPDATE=1 writes the file anew.
func golden(t *testing.T, file, cards string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(cards), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(cards, "\n== "), strings.Split(string(data), "\n== ")
	if len(got) != len(want) {
		t.Errorf("%d cards, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		sameLines(t, "card", strings.Split(strings.TrimSpace(got[i]), "\n"), strings.Split(strings.TrimSpace(want[i]), "\n"))
	}
}

// sameLines compares and prints both, because a card is judged by reading it.
func sameLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s\ngot\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
