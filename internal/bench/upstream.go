package main

import (
	"io"
	"net"
	"net/http"
	"strings"
)

// project is what the platform answers to a read: an object of usual size.
var project = `{"id":"abc123","title":"Shop","status":{"code":"available"},"region":"eu-5.platform.sh","default_branch":"main",` +
	`"owner":"11111111-1111-4111-8111-111111111111","organization":"01HXACMEORG0000000000000000","created_at":"2026-01-01T00:00:00Z",` +
	`"description":"` + strings.Repeat("A shop that sells things. ", 20) + `"}`

// serveUpstream stands where the platform would be: a token endpoint, the large answers of the attacks, and the same small object for everything else.
func serveUpstream() (base string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/token") {
			_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer","expires_in":86400}`)
			return
		}
		if serveBomb(w, r) {
			return
		}
		_, _ = io.WriteString(w, project)
	})
	go func() { _ = http.Serve(listener, handler) }()
	return "http://" + listener.Addr().String(), nil
}
