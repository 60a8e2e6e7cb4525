package platformsh

import (
	"net/http"

	"paasmcp/internal/simulator/oauth"
)

// Refuse answers a request with an error in the form that the path has, whatever the request asked for. The path is relative to
// the API base.
func Refuse(w http.ResponseWriter, path string, status int, message string) {
	if path == tokenPath || path == revokePath {
		oauth.Refuse(w, status, oauth.Code(status), message)
		return
	}
	p := &Problem{Status: status, Message: message}
	if status == http.StatusUnauthorized {
		p.Auth = oauth.InvalidToken("api")
	}
	p.write(w, path)
}
