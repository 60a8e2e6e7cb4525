// Package wire takes in the bodies of simulated requests and sends the answers. What they mean is each platform's own.
package wire

import (
	"errors"
	"io"
	"net/http"
	"strconv"
)

// ErrTooLarge says that a body is longer than a platform takes.
var ErrTooLarge = errors.New("the request body is too large")

// Body reads the body of a request, nil when there is none. One of more than limit bytes is ErrTooLarge.
func Body(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = ErrTooLarge
	}
	return data, err
}

// Send answers with content of a type. A client that has gone away is no error here.
func Send(w http.ResponseWriter, status int, contentType string, data []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
