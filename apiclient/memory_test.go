package apiclient

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"paasmcp/internal/memory"
	"paasmcp/schemas"
)

// bombs are answers that are small on the wire, of about 15 MiB when they are unpacked, and of up to two gigabytes when they are decoded.
var bombs = map[string]string{
	"empty objects":       "[" + strings.Repeat("{},", 5<<20) + "{}]",
	"objects of a member": "[" + strings.Repeat(`{"a":1},`, 15<<17) + "{}]",
	"empty lists":         "[" + strings.Repeat("[],", 5<<20) + "[]]",
	"numbers":             "[" + strings.Repeat("1,", 15<<19) + "1]",
	"within a list":       `{"items":[` + strings.Repeat(`{"a":{}},`, 15<<16) + `{}]}`,
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// bombClient calls a platform that answers everything with body, packed.
func bombClient(t *testing.T, body string) *Client {
	t.Helper()
	small := packed(body)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/token") {
			_, _ = w.Write([]byte(`{"access_token":"t","token_type":"bearer","expires_in":900}`))
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(small)
	}))
	t.Cleanup(server.Close)
	c, err := New(Account{Name: "a", Platform: schemas.Platformsh, Token: "token-of-the-account", APIURL: server.URL, TokenURL: server.URL + "/token"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func readRequest() *Request {
	op := schemas.Operation{Name: "platformsh_project_get", Platform: schemas.Platformsh, Call: "GET /projects/{projectId}", Risk: []schemas.Risk{schemas.Read}}
	return &Request{Op: &op, Method: http.MethodGet, Path: "/projects/x"}
}

// TestSmallAnswersThatAreLarge is not parallel: it measures the heap.
func TestSmallAnswersThatAreLarge(t *testing.T) {
	for name, body := range bombs {
		c := bombClient(t, body)
		if _, err := c.Send(context.Background(), readRequest(), Page{}); err == nil { // connections and token
			t.Fatalf("%s: it was taken", name)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := c.Send(context.Background(), readRequest(), Page{})
		runtime.ReadMemStats(&after)
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindServer || e.Hint != smallerHint || !strings.Contains(e.Message, "values") {
			t.Errorf("%s: %v", name, err)
		}
		// All that was ever asked for, kept or not: the text so far, as the decoder doubles its buffer.
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("%s: %d MiB to refuse %d kB", name, took>>20, len(packed(body))>>10)
		}
	}
}

// answering is a transport that answers every read with the same text.
type answering string

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	text := string(a)
	if strings.HasSuffix(r.URL.Path, "/token") {
		text = `{"access_token":"t","token_type":"bearer","expires_in":900}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: -1,
		Body: io.NopCloser(strings.NewReader(text)), Request: r,
	}, nil
}

// What the callers of a server hold together is bounded, and given back.
func TestAnswersShareAPool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		row := `{"id":"0123456789abcdef","name":"production","status":"active","count":17,"tags":["a","b"]}`
		c, err := New(Account{Name: "a", Platform: schemas.Platformsh, Token: "token-of-the-account"},
			Options{Transport: answering("[" + strings.Repeat(row+",", 5_000) + row + "]")}) // weighs some 3 MB
		if err != nil {
			t.Fatal(err)
		}
		pool := memory.NewPool(16 << 20)
		var tabs []*memory.Tab
		held, refused := 0, 0
		for range 6 {
			tab := pool.Tab("a")
			tabs = append(tabs, tab)
			_, err := c.Send(memory.With(t.Context(), tab), readRequest(), Page{})
			var e *Error
			switch {
			case err == nil:
				held++
			case errors.As(err, &e) && e.Kind == KindUnavailable && e.Retryable && e.Hint == memory.ErrShare.Error():
				refused++
			default:
				t.Errorf("%v", err)
			}
		}
		if held == 0 || refused == 0 || pool.Held() > 8<<20 {
			t.Errorf("%d answers are held, %d refused, %d bytes", held, refused, pool.Held())
		}
		for _, tab := range tabs {
			tab.Close()
		}
		if pool.Held() != 0 {
			t.Errorf("%d bytes are held by nobody", pool.Held())
		}
		change := readRequest()
		op := *change.Op
		op.Risk = []schemas.Risk{schemas.Write}
		change.Op = &op
		full := pool.Part("a", 0)
		if err := full.Grow(pool.Share()); err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err := c.Send(memory.With(t.Context(), pool.Tab("a")), change, Page{}); !errors.As(err, &e) || e.Kind != KindUnknownOutcome {
			t.Errorf("a change whose answer found no room: %v", err)
		}
	})
}

// repeated is a text that comes again and again, without ever being there as a whole.
type repeated struct {
	text string
	left int // bytes
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.left)], r.text[r.at:])
	r.at, r.left = (r.at+n)%len(r.text), r.left-n
	return n, nil
}

// TestLogsThatAreLarge is not parallel: it measures the heap.
func TestLogsThatAreLarge(t *testing.T) {
	long := strings.Repeat("x", longestOne/2)
	for name, text := range map[string]string{
		"one line":     "no end of it ",
		"long ids":     `{"_id":"` + long + `","data":{"message":"m\n"}}` + "\n",
		"many records": `{"_id":"a","data":{"message":"m\n"}}` + "\n",
	} {
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak := &watcher{before: before.HeapAlloc}
		if err := copyRecords(peak, &repeated{text: text, left: 64 << 20}); err != nil {
			t.Fatal(err)
		}
		if peak.most > 24<<20 {
			t.Errorf("%s: %d MiB are held of a log of 64 MiB", name, peak.most>>20)
		}
	}
}

// watcher looks at the heap now and then, after a collection.
type watcher struct {
	before, most uint64
	pieces       int
}

func (w *watcher) Write(p []byte) (int, error) {
	if w.pieces++; w.pieces%64 == 0 && w.pieces < 2_000 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.most = max(w.most, m.HeapAlloc-min(w.before, m.HeapAlloc))
	}
	return len(p), nil
}
