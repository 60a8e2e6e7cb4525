package apiclient_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// hosts is an internet of handlers.
type hosts struct {
	by map[string]http.Handler

	mu   sync.Mutex
	seen []string // "METHOD url" of what arrived anywhere but at the token address
}

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := h.by[r.URL.Host]
	if handler == nil {
		return nil, errors.New("no such host " + r.URL.Host)
	}
	if r.URL.Path != "/oauth2/token" {
		h.mu.Lock()
		h.seen = append(h.seen, r.Method+" "+r.URL.String())
		h.mu.Unlock()
	}
	response, err := inProcess{handler}.RoundTrip(r)
	if response != nil {
		response.Request = r
	}
	return response, err
}

const (
	apiHost     = "cloud.example.com"
	storageHost = "files.example.net"
)

var (
	logRow = func() *schemas.Operation {
		op := acquiaRow("GET /environments/{environmentId}/logs/{logType}", schemas.Read, "id:path:environmentId", "type:path:logType")
		op.Returns = "application/octet-stream"
		return op
	}()
	logArgs = map[string]any{"id": envID, "type": "php-error"}
)

func gzipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.Bytes()
}

func giveFile(w http.ResponseWriter, content []byte) {
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Content-Disposition", `attachment; filename="../logs/php-error.log.gz"`)
	w.Write(content)
}

// elsewhere is a client whose API answers with api, and a storage host that must see no credential.
func elsewhere(t *testing.T, api http.HandlerFunc, storage http.HandlerFunc) (*apiclient.Client, *fake, *hosts) {
	f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) { api(w, r) }}
	network := &hosts{by: map[string]http.Handler{apiHost: f, storageHost: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if name != "Accept" && name != "User-Agent" {
				t.Errorf("the storage host sees the header %s: %v", name, r.Header[name])
			}
		}
		if r.Method != "GET" || r.ContentLength > 0 {
			t.Errorf("the storage host sees a %s with %d bytes", r.Method, r.ContentLength)
		}
		storage(w, r)
	})}}
	return newClientFor(t, acquiaAccount("https://"+apiHost), apiclient.Options{Transport: network}), f, network
}

func TestFilesElsewhere(t *testing.T) {
	t.Parallel()
	content := gzipped("PHP Notice")
	redirect := func(status int, to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", to)
			w.Header().Set("Set-Cookie", "session=secret")
			w.WriteHeader(status)
		}
	}
	link := func(url string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/hal+json")
			io.WriteString(w, `{"url":"`+url+`","expires_at":"2026-05-01T10:00:00Z"}`)
		}
	}
	file := func(w http.ResponseWriter, _ *http.Request) { giveFile(w, content) }
	const signed = "https://" + storageHost + "/a%2Fb?sig=x%2By"
	for name, tc := range map[string]struct {
		api, storage http.HandlerFunc
		kind         apiclient.Kind
		hint         string
		calls        int
	}{
		"no detour":           {file, nil, "", "", 1},
		"302":                 {redirect(302, signed), file, "", "", 2},
		"307":                 {redirect(307, signed), file, "", "", 2},
		"link":                {link(signed), file, "", "", 2},
		"plain http":          {redirect(302, "http://"+storageHost+"/x"), file, apiclient.KindServer, "in the console", 1},
		"plain http link":     {link("http://" + storageHost + "/x"), file, apiclient.KindServer, "in the console", 1},
		"file scheme":         {link("file:///etc/passwd"), file, apiclient.KindServer, "in the console", 1},
		"credentials in it":   {redirect(302, "https://u:p@"+storageHost+"/x"), file, apiclient.KindServer, "in the console", 1},
		"address":             {redirect(302, "https://169.254.169.254/latest"), file, apiclient.KindServer, "in the console", 1},
		"short address":       {redirect(302, "https://127.1/x"), file, apiclient.KindServer, "in the console", 1},
		"hexadecimal address": {link("https://0x7f.0.0.0x1/x"), file, apiclient.KindServer, "in the console", 1},
		"address of six":      {redirect(302, "https://[::1]/x"), file, apiclient.KindServer, "in the console", 1},
		"this machine":        {redirect(302, "https://localhost/x"), file, apiclient.KindServer, "in the console", 1},
		"inner name":          {redirect(302, "https://metadata.google.internal/x"), file, apiclient.KindServer, "in the console", 1},
		"bare name":           {redirect(302, "https://intranet/x"), file, apiclient.KindServer, "in the console", 1},
		"no host":             {redirect(302, "https:///x"), file, apiclient.KindServer, "in the console", 1},
		"two detours":         {redirect(302, signed), redirect(302, "https://"+apiHost+"/api/account"), apiclient.KindServer, "", 2},
		"link run out":        {redirect(302, signed), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, apiclient.KindNotFound, "repeat the call", 2},
		"401 of the storage":  {redirect(302, signed), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, apiclient.KindNotFound, "repeat the call", 2},
		"storage down":        {redirect(302, signed), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, apiclient.KindUnavailable, "host of the file", 8},
		"storage broken":      {redirect(302, signed), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, apiclient.KindUnavailable, "host of the file", 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f, network := elsewhere(t, tc.api, tc.storage)
				result, err := send(t, c, logRow, logArgs)
				var into bytes.Buffer
				info, err2 := c.Download(t.Context(), build(t, logRow, logArgs), &into, 1<<20)
				if len(network.seen) != 2*tc.calls || f.exchanges() != 1 {
					t.Errorf("%d exchanges and %v, want %d calls each", f.exchanges(), network.seen, tc.calls)
				}
				if tc.kind != "" {
					for _, err := range []error{err, err2} {
						e := asError(t, err)
						if e.Kind != tc.kind || !strings.Contains(e.Hint, tc.hint) || strings.Contains(e.Error(), "sig=") {
							t.Errorf("%v", e)
						}
						checkError(t, e, logRow)
					}
					if into.Len() != 0 {
						t.Error("something was written")
					}
					return
				}
				if err != nil || result.File == nil || !bytes.Equal(result.File.Bytes, content) || result.Value != nil {
					t.Fatalf("%+v %v", result, err)
				}
				want := apiclient.FileInfo{ContentType: "application/gzip", Name: "php-error.log.gz", Size: int64(len(content))}
				if result.File.FileInfo != want || err2 != nil || *info != want || !bytes.Equal(into.Bytes(), content) {
					t.Errorf("%+v, %+v (%v), %d bytes", result.File.FileInfo, info, err2, into.Len())
				}
				if last := network.seen[len(network.seen)-1]; tc.calls == 2 && last != "GET "+signed {
					t.Errorf("fetched %s", last)
				}
			})
		})
	}
}

// Only files are fetched from other hosts; the simulator may point to itself.
func TestWhatIsNoFile(t *testing.T) {
	t.Parallel()
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+storageHost+"/x", http.StatusFound)
	}
	storage := func(http.ResponseWriter, *http.Request) { t.Error("the storage host was called") }
	c, _, _ := elsewhere(t, away, storage)
	if _, err := send(t, c, acquiaRead, project); asError(t, err).Kind != apiclient.KindServer {
		t.Error(err)
	}
	change := acquiaRow("POST /x", schemas.Write)
	change.Returns = "application/gzip"
	if _, err := send(t, c, change, nil); asError(t, err).Kind != apiclient.KindServer {
		t.Error(err)
	}
	if _, err := c.Download(t.Context(), build(t, acquiaRead, project), io.Discard, 1<<20); asError(t, err).Kind != apiclient.KindInvalid {
		t.Error(err)
	}

	c, _, _ = elsewhere(t, func(w http.ResponseWriter, _ *http.Request) { giveJSON(w, 200, `{"message":"Started."}`) }, storage)
	result, err := send(t, c, logRow, logArgs)
	if err != nil || result.File != nil || result.Value.(map[string]any)["message"] != "Started." {
		t.Errorf("%+v %v", result, err)
	}
	if _, err := c.Download(t.Context(), build(t, logRow, logArgs), io.Discard, 1<<20); err == nil || !strings.Contains(err.Error(), "JSON and not a file") {
		t.Error(err)
	}

	f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/signed") {
			giveFile(w, []byte("log"))
			return
		}
		giveJSON(w, 200, `{"url":"http://`+r.Host+`/signed?sig=1"}`)
	}}
	if result, err := send(t, onAcquia(t, f), logRow, logArgs); err != nil || result.File == nil || string(result.File.Bytes) != "log" {
		t.Errorf("%+v %v", result, err)
	}
}

type brokenDisk struct{ room int }

func (d *brokenDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	block := bytes.Repeat([]byte("x"), 64<<10)
	blocks := func(n int, pause time.Duration, end func()) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			for range n {
				w.Write(block)
				w.(http.Flusher).Flush()
				time.Sleep(pause)
			}
			end()
		}
	}
	done := func() {}
	reset := func() { panic(http.ErrAbortHandler) }
	for name, tc := range map[string]struct {
		answer func(int, http.ResponseWriter, *http.Request)
		to     io.Writer
		most   int64
		kind   apiclient.Kind
		want   string
		calls  int
	}{
		"beyond the cap on answers":   {blocks(64, 0, done), nil, 64 << 20, "", "", 1},
		"longer than the time limit":  {blocks(20, 30*time.Second, done), nil, 64 << 20, "", "", 1},
		"exactly as large as allowed": {blocks(16, 0, done), nil, 1 << 20, "", "", 1},
		"one byte too large":          {blocks(16, 0, done), nil, 1<<20 - 1, apiclient.KindServer, "larger than 1048575 bytes", 1},
		"announced too large": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3000000")
			w.Write(block)
		}, nil, 2 << 20, apiclient.KindServer, "larger than 2 MiB", 1},
		"full disk":                    {blocks(4, 0, done), &brokenDisk{100 << 10}, 64 << 20, apiclient.KindInvalid, "no space left", 1},
		"broken after the first byte":  {blocks(2, 0, reset), nil, 64 << 20, apiclient.KindUnavailable, "broke after 131072 bytes", 1},
		"broken before the first byte": {blocks(0, 0, reset), nil, 64 << 20, apiclient.KindUnavailable, "connection", 4},
		"stalled": {func(n int, w http.ResponseWriter, r *http.Request) {
			blocks(1, 2*time.Minute, done)(n, w, r)
		}, nil, 64 << 20, apiclient.KindUnavailable, "broke after 65536 bytes", 1},
		"not found": {func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 404, `{"error":"not_found"}`) }, nil, 1, apiclient.KindNotFound, "snapshot", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{answer: tc.answer}
				c, stop := inMemoryFor(t, acquiaAccount, f, func(o *apiclient.Options, tr *http.Transport) {
					o.MaxResponse = 1 << 20
					tr.DisableKeepAlives = true
				})
				defer stop()
				var into bytes.Buffer
				to := tc.to
				if to == nil {
					to = &into
				}
				info, err := c.Download(t.Context(), build(t, logRow, logArgs), to, tc.most)
				if len(f.seen()) != tc.calls {
					t.Errorf("%d calls, want %d", len(f.seen()), tc.calls)
				}
				if tc.kind == "" {
					if err != nil || info.Size != int64(into.Len()) || into.Len()%len(block) != 0 || into.Len() == 0 {
						t.Errorf("%+v %v, %d bytes", info, err, into.Len())
					}
					return
				}
				e := asError(t, err)
				if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.want) {
					t.Errorf("got %s: %v, want %s and %q", e.Kind, e, tc.kind, tc.want)
				}
				checkError(t, e, logRow)
			})
		})
	}
}

func TestDownloadStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		}}
		c, stop := inMemoryFor(t, acquiaAccount, f, nil)
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		start := time.Now()
		_, err := c.Download(ctx, build(t, logRow, logArgs), io.Discard, 1<<20)
		if e := asError(t, err); e.Kind != apiclient.KindCanceled || !errors.Is(err, context.Canceled) || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %v", e, time.Since(start))
		}
	})
}
