package simulator

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
	"paasmcp/internal/simulator/virtuozzo"
	"paasmcp/internal/simulator/wire"
)

// FaultKind is the way in which a request goes wrong.
type FaultKind int

// The kinds of faults.
const (
	Slow          FaultKind = iota // only the delay; the answer is the real one
	ErrorStatus                    // Status with an error body in the form of the platform and the path, and RetryAfter
	Reset                          // the connection breaks without an answer
	Truncated                      // the real answer, cut in the middle
	MalformedJSON                  // 200, application/json, and a body that is not JSON
	HTMLPage                       // Status (502 when zero) with an HTML page, as proxies and login walls send
	HugeBody                       // 200 with a JSON list of Size bytes (64 MiB when zero)
)

// Fault describes what goes wrong and for whom.
type Fault struct {
	Kind   FaultKind
	Method string // empty: any
	// Path is matched against the escaped path with the platform's mount path: "/platformsh/projects/*/activities". A * is one
	// segment, a final ** any rest. Empty: any path, token endpoints included.
	Path       string
	Times      int           // how many requests it hits; 1 when zero
	Skip       int           // how many matching requests pass before it begins
	Delay      time.Duration // before anything else happens; combines with every kind
	Status     int           // of ErrorStatus (500 when zero) and HTMLPage
	RetryAfter time.Duration // sends Retry-After in whole seconds, rounded up, when positive
	Size       int64         // of HugeBody, in bytes
	// Header is sent with ErrorStatus, for example WWW-Authenticate for the login service's demand of a stronger login.
	Header map[string]string
	// AfterWork lets the platform do the work before the answer is spoiled, the case in which a client must not simply
	// repeat the request.
	AfterWork bool
}

func (f *Fault) matches(method, path string) bool {
	if f.Method != "" && f.Method != method {
		return false
	}
	if f.Path == "" {
		return true
	}
	want, have := strings.Split(f.Path, "/"), strings.Split(path, "/")
	for i, w := range want {
		if w == "**" {
			return true
		}
		if i >= len(have) || w != "*" && w != have[i] {
			return false
		}
	}
	return len(want) == len(have)
}

type faults struct {
	mu   sync.Mutex
	list []*Fault
}

func (fs *faults) add(list ...Fault) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range list {
		if f.Times == 0 {
			f.Times = 1
		}
		fs.list = append(fs.list, &f)
	}
}

func (fs *faults) clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = nil
}

// take returns the fault that hits this request and counts it.
func (fs *faults) take(method, path string) (Fault, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i, f := range fs.list {
		if !f.matches(method, path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		hit := *f
		if f.Times--; f.Times == 0 {
			fs.list = slices.Delete(fs.list, i, i+1)
		}
		return hit, true
	}
	return Fault{}, false
}

func (f *Fault) serve(w http.ResponseWriter, r *http.Request, platform http.Handler) {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	if f.Kind == Slow {
		platform.ServeHTTP(w, r)
		return
	}
	answer := buffered{header: http.Header{}, status: http.StatusOK}
	if f.AfterWork || f.Kind == Truncated {
		platform.ServeHTTP(&answer, r)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
	switch f.Kind {
	case ErrorStatus:
		f.writeStatus(w, r)
	case Reset:
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	case Truncated:
		for k, v := range answer.header {
			w.Header()[k] = v
		}
		w.Header().Set("Content-Length", strconv.Itoa(answer.body.Len()))
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes()[:answer.body.Len()/2]) // a vanished client is no error here
		_ = http.NewResponseController(w).Flush()                 // else a short half would never leave the buffer
		panic(http.ErrAbortHandler)
	case MalformedJSON:
		wire.Send(w, http.StatusOK, "application/json", []byte(`{"status":"ok","items":[{"id":`+"\x00"+`,}`))
	case HTMLPage:
		status := f.Status
		if status == 0 {
			status = http.StatusBadGateway
		}
		wire.Send(w, status, "text/html; charset=utf-8", []byte("<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>"+
			"<body><h1>Service unavailable</h1><p>The gateway could not reach the service.</p></body></html>\n"))
	case HugeBody:
		f.writeHuge(w)
	}
}

func (f *Fault) writeStatus(w http.ResponseWriter, r *http.Request) {
	status := f.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	message := "Injected fault: " + http.StatusText(status) + "."
	name, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	named := withHeader{w, f.Header}
	switch "/" + name {
	case AcquiaPath:
		acquia.Refuse(named, "/"+path, status, message)
	case VirtuozzoPath:
		virtuozzo.Refuse(named, status)
	default:
		platformsh.Refuse(named, "/"+path, status, message)
	}
}

// withHeader puts headers over those that an answer comes with.
type withHeader struct {
	http.ResponseWriter
	header map[string]string
}

func (w withHeader) WriteHeader(status int) {
	for k, v := range w.header {
		w.Header().Set(k, v)
	}
	w.ResponseWriter.WriteHeader(status)
}

// writeHuge streams, so that the simulator itself stays small.
func (f *Fault) writeHuge(w http.ResponseWriter) {
	size := f.Size
	if size == 0 {
		size = 64 << 20
	}
	w.Header().Set("Content-Type", "application/json")
	item := []byte(`{"id":"filler","text":"` + strings.Repeat("x", 4<<10) + `"},`)
	if _, err := io.WriteString(w, "["); err != nil {
		return
	}
	for sent := int64(0); sent < size; sent += int64(len(item)) {
		if _, err := w.Write(item); err != nil {
			return // the client has had enough
		}
	}
	_, _ = io.WriteString(w, `{}]`) // a vanished client is no error here
}

// buffered keeps an answer that is not sent as it is.
type buffered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffered) Header() http.Header         { return b.header }
func (b *buffered) WriteHeader(status int)      { b.status = status }
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }
