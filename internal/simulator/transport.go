package simulator

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"syscall"
)

// Transport answers requests in the calling goroutine, without sockets. Inside a testing/synctest bubble it is the way to
// talk to the simulator: network I/O would keep the bubble's clock from moving.
func (s *Simulator) Transport() http.RoundTripper { return transport{s.Handler()} }

type transport struct{ handler http.Handler }

// RoundTrip turns the handler's way to cut a connection into the errors that a real one would give.
func (t transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	in.Host = r.URL.Host
	in.RequestURI = r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := buffered{header: http.Header{}, status: http.StatusOK}
	cut := false
	func() {
		defer func() {
			switch e := recover(); {
			case e == nil:
			case e == http.ErrAbortHandler: //nolint:errorlint // panic value, compared as net/http does
				cut = true
			default:
				panic(e)
			}
		}()
		t.handler.ServeHTTP(&out, in)
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body := io.Reader(bytes.NewReader(out.body.Bytes()))
	if cut {
		if out.body.Len() == 0 {
			return nil, errors.Join(io.EOF, syscall.ECONNRESET)
		}
		body = io.MultiReader(body, brokenReader{})
	}
	return &http.Response{
		Status: http.StatusText(out.status), StatusCode: out.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: out.header, Body: io.NopCloser(body), ContentLength: -1, Request: r,
	}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
