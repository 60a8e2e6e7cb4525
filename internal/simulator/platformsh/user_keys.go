package platformsh

import (
	"crypto/md5" //nolint:gosec // the API shows MD5 fingerprints; nothing is protected by them
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func userKeyRoutes() []Route {
	return []Route{
		{"POST /ssh_keys", (*Server).postKey},
		{"GET /ssh_keys/{key_id}", (*Server).getKey},
		{"DELETE /ssh_keys/{key_id}", (*Server).removeKey},
	}
}

func (s *Server) postKey(r *Request) (Response, error) {
	body, err := r.Object(Need("value", String), Opt("title", String), Opt("uuid", String))
	if err != nil {
		return Response{}, err
	}
	if owner := text(body, "uuid"); owner != "" && owner != r.UserID {
		return Response{}, Forbidden("Keys can be added for yourself only.")
	}
	fingerprint, comment, err := parseKey(text(body, "value"))
	if err != nil {
		return Response{}, err
	}
	for _, ident := range s.accounts.identities {
		for _, k := range ident.keys.All() {
			if k["fingerprint"] == fingerprint {
				return Response{}, InvalidField("value", "The key is in use already.")
			}
		}
	}
	title := text(body, "title")
	if title == "" {
		title = comment
	}
	return Created(s.addKey(s.accounts.identities[r.UserID], text(body, "value"), title, r.Now))
}

// addKey stores a valid key.
func (s *Server) addKey(ident *identity, value, title string, at time.Time) Doc {
	fingerprint, _, _ := parseKey(value) // checked by the caller
	s.accounts.lastKey++
	id := 50000 + s.accounts.lastKey
	key := Doc{
		"key_id": id, "uid": ident.uid, "fingerprint": fingerprint, "title": title, "value": value, "changed": stamp(at),
	}
	ident.keys.Put(strconv.Itoa(id), key)
	return key
}

// parseKey checks an OpenSSH public key: the algorithm in front must be the one inside (RFC 4253 section 6.6).
func parseKey(value string) (fingerprint, comment string, err error) {
	bad := InvalidField("value", "Not an SSH public key.")
	parts := strings.Fields(value)
	if len(parts) < 2 {
		return "", "", bad
	}
	blob, decodeErr := base64.StdEncoding.DecodeString(parts[1])
	if decodeErr != nil || len(blob) < 4 {
		return "", "", bad
	}
	n := int(binary.BigEndian.Uint32(blob))
	if n > len(blob)-4 || string(blob[4:4+n]) != parts[0] {
		return "", "", bad
	}
	sum := md5.Sum(blob) //nolint:gosec // see the import
	return fmt.Sprintf("%x", sum), strings.Join(parts[2:], " "), nil
}

func (s *Server) key(r *Request) (Doc, error) {
	k, ok := s.accounts.identities[r.UserID].keys.Get(r.Param("key_id"))
	if !ok {
		return nil, NotFound("SSH key", r.Param("key_id"))
	}
	return k, nil
}

func (s *Server) getKey(r *Request) (Response, error) {
	k, err := s.key(r)
	if err != nil {
		return Response{}, err
	}
	return OK(k)
}

func (s *Server) removeKey(r *Request) (Response, error) {
	if _, err := s.key(r); err != nil {
		return Response{}, err
	}
	s.accounts.identities[r.UserID].keys.Delete(r.Param("key_id"))
	return NoContent()
}

// sshKey makes the n-th demo key: a well-formed Ed25519 public key that nobody holds the private half of.
func sshKey(n byte) string {
	const algo = "ssh-ed25519"
	blob := binary.BigEndian.AppendUint32(nil, uint32(len(algo)))
	blob = append(blob, algo...)
	blob = binary.BigEndian.AppendUint32(blob, 32)
	for i := range byte(32) {
		blob = append(blob, n*31+i)
	}
	return algo + " " + base64.StdEncoding.EncodeToString(blob)
}
