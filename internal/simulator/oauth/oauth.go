// Package oauth is what the simulated token endpoints share (RFC 6749).
package oauth

import (
	"encoding/json"
	"net/http"
)

// Refuse answers with an error of section 5.2: a code that programs read, and words.
func Refuse(w http.ResponseWriter, status int, code, description string) {
	data, err := json.Marshal(map[string]string{"error": code, "error_description": description})
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client has gone away; nothing to do about it
}

// Code is the code of an error that only has a status.
func Code(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "invalid_client"
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return "temporarily_unavailable"
	case status >= http.StatusInternalServerError:
		return "server_error"
	default:
		return "invalid_request"
	}
}
