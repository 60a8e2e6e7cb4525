package acquia

import (
	"net/http"
	"strings"

	"paasmcp/internal/simulator/oauth"
)

// Refuse answers a request with an error in the form that the path has, whatever the request asked for. The path is relative to
// the mount point.
func Refuse(w http.ResponseWriter, path string, status int, message string) {
	if path == tokenPath {
		oauth.Refuse(w, status, oauth.Code(status), message)
		return
	}
	p := &Problem{Status: status, Slug: slug(status), Message: message}
	if status == http.StatusUnauthorized {
		p.Auth = oauth.InvalidToken("api")
	}
	p.write(w)
}

// slug is the vendor's code of an error that only has a status: the words of the status, but for failures of its own.
func slug(status int) string {
	if status == http.StatusInternalServerError {
		return "system"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}
