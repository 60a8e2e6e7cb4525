package server

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

var errTest = rpcError(mcp.INVALID_REQUEST, "no room")

func drop(*message) {}

// outlined reads a message in pieces of random size, as it comes from a network.
func outlined(text string, random *rand.Rand) *outline {
	o := &outline{}
	for len(text) > 0 {
		n := min(1+random.IntN(1+random.IntN(200)), len(text))
		o.add([]byte(text[:n]))
		text = text[n:]
	}
	return o
}

// TestOutlineFindsTheID: whatever the order, the spelling and the depth of its members, a message is answered as one that was read whole.
func TestOutlineFindsTheID(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	filler := strings.Repeat("x", 3*maxOutlineText)
	for range 500 {
		text := randomMessage(random, filler)
		if random.IntN(3) == 0 {
			var batch []string
			for range 1 + random.IntN(5) {
				batch = append(batch, randomMessage(random, filler))
			}
			text = space(random) + "[" + strings.Join(batch, space(random)+","+space(random)) + "]"
		}
		if random.IntN(4) == 0 {
			text = "\ufeff" + text
		}
		var want []byte
		raw := clean([]byte(text))
		if isBatch(raw) {
			var parts []json.RawMessage
			if err := json.Unmarshal(raw, &parts); err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
			answers := make([][]byte, len(parts))
			for i, part := range parts {
				answers[i] = refuseWhole(t, part)
			}
			want = joined(answers)
		} else {
			want = refuseWhole(t, raw)
		}
		o := outlined(text, random)
		if got := o.refuse(errTest, slog.New(slog.DiscardHandler), drop); string(got) != string(want) {
			t.Fatalf("answer %s, want %s, to %.2000s", got, want, text)
		}
		if cap(o.kept) > 2*maxOutline {
			t.Fatalf("%d bytes are kept of %d", cap(o.kept), len(text))
		}
	}
}

func refuseWhole(t *testing.T, raw []byte) []byte {
	m, bad := parse(raw)
	if bad != nil {
		t.Fatalf("the test made what is no message: %s", raw)
	}
	if m.kind() != request {
		return nil
	}
	return encoded(m.ID, errTest, slog.New(slog.DiscardHandler))
}

func space(random *rand.Rand) string {
	return []string{"", "", " ", "\t\r\n", strings.Repeat(" ", 2000)}[random.IntN(5)]
}

// randomMessage is a request, a notification or a reply.
func randomMessage(random *rand.Rand, filler string) string {
	id := []string{`1`, `"a"`, `-7`, `123456789012345678901234567890`, `1.5e3`, `"\u0061\"}{"`, `""`, `"` + strings.Repeat("i", 900) + `"`, `0`}[random.IntN(9)]
	params := []string{
		`{"a":"` + filler + `"}`, `{"id":99,"b":[[{"id":"no","method":"x"}],"]}\"",{"c":{}}]}`, `[{"id":1},[2,[3]],"` + filler + `\\"]`, `"` + filler + `"`, `{}`, `[]`, `null`, `-1.5`,
	}[random.IntN(8)]
	members := []string{`"jsonrpc":"2.0"`, `"id":` + id, `"method":"tools/call"`, `"params":` + params, `"extra` + filler[:random.IntN(2)] + `":true`, `"` + filler + `":1`}
	switch random.IntN(6) {
	case 0: // a notification
		members = append(members[:1], members[2:]...)
	case 1: // a reply
		members = []string{members[0], members[1], `"result":` + params}
		if params == "null" {
			members[2] = `"error":{}`
		}
	case 2: // the last of two counts
		members = append(members, `"\u0069d":"last"`)
		return object(random, members)
	}
	random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return object(random, members)
}

func object(random *rand.Rand, members []string) string {
	var b strings.Builder
	b.WriteString(space(random) + "{")
	for i, m := range members {
		if i > 0 {
			b.WriteString(space(random) + ",")
		}
		b.WriteString(space(random) + m)
	}
	b.WriteString(space(random) + "}")
	return b.String()
}

// What cannot be told apart is answered without an id, and never under a wrong one.
func TestOutlineNeverInvents(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("7", 100_000)
	var wide strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&wide, `"m%d":%d,`, i, i)
	}
	for name, text := range map[string]string{
		"long text as id":   `{"jsonrpc":"2.0","id":"` + long + `","method":"ping"}`,
		"long number as id": `{"jsonrpc":"2.0","id":` + long + `,"method":"ping"}`,
		"object as id":      `{"jsonrpc":"2.0","id":{"id":1},"method":"ping"}`,
		"null as id":        `{"jsonrpc":"2.0","id":null,"method":"ping"}`,
		"cut off":           `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + long,
		"many members":      `{` + wide.String() + `"id":1,"method":"ping"}`,
		"no JSON":           strings.Repeat("}{", 50_000),
		"nothing":           "",
		"deep":              strings.Repeat("[", 100_000),
	} {
		o := &outline{}
		o.add([]byte(text))
		got := string(o.refuse(errTest, slog.New(slog.DiscardHandler), drop))
		if !strings.Contains(got, `"id":null`) {
			t.Errorf("%s: %s", name, got)
		}
		if cap(o.kept) > 2*maxOutline {
			t.Errorf("%s: %d bytes are kept", name, cap(o.kept))
		}
	}
}

// A reply that is too long reaches whoever waits for it, as a failure.
func TestOutlineOfAReply(t *testing.T) {
	t.Parallel()
	o := &outline{}
	o.add([]byte(`{"jsonrpc":"2.0","result":{"action":"accept","content":{"approve":true,"x":"` + strings.Repeat("x", 1<<20) + `"}},"id":"q"}`))
	var got *message
	if answer := o.refuse(errTest, slog.New(slog.DiscardHandler), func(m *message) { got = m }); answer != nil || got == nil || string(got.ID) != `"q"` {
		t.Fatalf("answer %s, taken %v", answer, got)
	}
	if action := readAnswer(got).Action; action != mcp.ElicitationResponseActionCancel {
		t.Errorf("it counts as %q", action)
	}
}
