// Package oauth is what the simulated token endpoints share (RFC 6749).
package oauth

import (
	"encoding/json"
	"net/http"

	"paasmcp/internal/simulator/wire"
)

// Refuse answers with an error of section 5.2: a code that programs read, and words.
func Refuse(w http.ResponseWriter, status int, code, description string) {
	data, err := json.Marshal(map[string]string{"error": code, "error_description": description})
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	wire.Send(w, status, "application/json", data)
}

// Form reads the form of a request to an endpoint. False says that it has been refused.
func Form(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost {
		Refuse(w, http.StatusMethodNotAllowed, "invalid_request", "Use POST.")
		return false
	}
	if err := r.ParseForm(); err != nil {
		Refuse(w, http.StatusBadRequest, "invalid_request", "The body is not form encoded.")
		return false
	}
	return true
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
