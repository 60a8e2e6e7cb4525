package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"paasmcp/internal/caller"
	"paasmcp/internal/private"
)

// Token is a bearer token, and who calls with it.
type Token struct {
	Principal string
	Hash      [sha256.Size]byte // SHA-256 of the token, which is not kept
}

// NewToken makes a Token. Without a name the principal is "bearer:" and the start of a hash.
func NewToken(name, token string) Token {
	if name == "" {
		// A second hash under another prefix: logs and audits show the principal, and must not show a piece of what the
		// token is compared with.
		id := sha256.Sum256([]byte("principal of token " + token))
		name = "bearer:" + hex.EncodeToString(id[:4])
	}
	return Token{name, sha256.Sum256([]byte(token))}
}

// minToken is the shortest token accepted, in bytes; less can be guessed.
const minToken = 16

// maxTokens bounds how many a request is compared with.
const maxTokens = 1000

// ReadTokens reads a file with one token a line, as `name:token` or as `token` alone. Empty lines and lines that begin with #
// count for nothing. The file must not be open to others. All problems come back at once, each with its line and none with a
// token.
func ReadTokens(file string) ([]Token, error) {
	data, err := private.Read(file)
	if err != nil {
		return nil, err
	}
	var list []Token
	var lines []int // where each stands
	var errs []error
	bad := func(line int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d: "+format, append([]any{file, line}, args...)...))
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, token, named := strings.Cut(line, ":")
		if !named {
			name, token = "", line
		}
		switch {
		case named && !caller.IsPerson(name):
			bad(i+1, "the name before the colon is not one that a caller can have: use small letters, digits, dots, dashes and @, and not %q", caller.Local)
			continue
		case len(token) < minToken:
			bad(i+1, "the token has %d bytes, at least %d are needed; make one with: openssl rand -hex 32", len(token), minToken)
			continue
		case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
			bad(i+1, "the token has spaces or other characters that no client can send; make one with: openssl rand -hex 32")
			continue
		}
		t := NewToken(name, token)
		for j, other := range list {
			switch {
			case other.Hash == t.Hash:
				bad(i+1, "the token is that of line %d, so callers could not be told apart", lines[j])
			case other.Principal == t.Principal:
				bad(i+1, "the name %s is that of line %d", t.Principal, lines[j])
			}
		}
		list, lines = append(list, t), append(lines, i+1)
	}
	switch {
	case len(errs) > 0:
	case len(list) == 0:
		errs = append(errs, fmt.Errorf("%s: it contains no token; make one with: openssl rand -hex 32", file))
	case len(list) > maxTokens:
		errs = append(errs, fmt.Errorf("%s: %d tokens are more than the limit of %d", file, len(list), maxTokens))
	}
	return list, errors.Join(errs...)
}
