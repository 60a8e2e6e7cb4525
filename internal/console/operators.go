package console

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v4"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/private"
)

// Operator is somebody who may approve.
type Operator struct {
	Name       string
	Principals []string // the callers that are this same person
	token      [sha256.Size]byte
}

// Approver is the operator as the gate knows them.
func (o Operator) Approver() approval.Approver {
	return approval.Approver{Name: o.Name, Principals: o.Principals}
}

// HasToken reports whether the SHA-256 is that of the operator's token.
func (o Operator) HasToken(hash [sha256.Size]byte) bool { return o.token == hash }

// operatorYAML is one entry of the operators file.
type operatorYAML struct {
	Name       string   `yaml:"name"`
	TokenFile  string   `yaml:"token_file"`
	TokenHash  string   `yaml:"token_sha256"`
	Principals []string `yaml:"principals"`
}

// minToken is the shortest token accepted, in bytes; less can be guessed.
const minToken = 16

// ReadOperators reads a YAML file of the form
//
//	operators:
//	  - name: ana
//	    token_file: /run/secrets/ana        # or token_sha256: <64 hexadecimal digits>
//	    principals: [local]                 # callers that are ana herself; she is no second person for their calls
//
// The file holds no secret in plain text. It must not be writable by others, who could add themselves; and a hash in it is
// worth guessing at when a person chose the token, so a file with hashes, and every token file, must not be readable by others
// either. All problems come back at once.
func ReadOperators(file string) ([]Operator, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--operators: %w", err)
	}
	var doc struct {
		Operators []operatorYAML `yaml:"operators"`
	}
	if err := yaml.Load(data, &doc, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("--operators %s: %w", file, err)
	}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("--operators "+file+": "+format, args...))
	}
	if len(doc.Operators) == 0 {
		bad("it names no operators")
	}
	if err := private.Closed(file, private.Writable); err != nil {
		bad("%w", err)
	}
	var list []Operator
	for n, entry := range doc.Operators {
		o, err := entry.operator(file)
		if err != nil {
			bad("operator %d: %w", n+1, err)
			continue
		}
		for _, other := range list {
			if other.Name == o.Name {
				bad("the name %q appears twice", o.Name)
			} else if other.token == o.token {
				bad("%s and %s have the same token, so the audit could not show who approved", other.Name, o.Name)
			}
		}
		list = append(list, o)
	}
	return list, errors.Join(errs...)
}

func (e operatorYAML) operator(file string) (Operator, error) {
	o := Operator{Name: e.Name, Principals: e.Principals}
	switch {
	case e.Name == approval.Local:
		return o, fmt.Errorf("the name %q means the user of this machine; choose another", e.Name)
	case !caller.IsPerson(e.Name):
		return o, fmt.Errorf("name %q: use small letters, digits, dots, dashes and @", e.Name)
	case (e.TokenFile == "") == (e.TokenHash == ""):
		return o, fmt.Errorf("%s: give either token_file or token_sha256", e.Name)
	case e.TokenHash != "":
		sum, err := hex.DecodeString(e.TokenHash)
		if err != nil || len(sum) != sha256.Size {
			return o, fmt.Errorf("%s: token_sha256 is not 64 hexadecimal digits; make it with: printf %%s \"$TOKEN\" | sha256sum", e.Name)
		}
		o.token = [sha256.Size]byte(sum)
		return o, private.Closed(file, private.ReadableByAll)
	}
	if err := private.Closed(e.TokenFile, private.Writable|private.ReadableByAll); err != nil {
		return o, fmt.Errorf("%s: token_file: %w", e.Name, err)
	}
	token, err := readToken(e.TokenFile)
	if err != nil {
		return o, fmt.Errorf("%s: token_file: %w", e.Name, err)
	}
	o.token = sha256.Sum256(token)
	return o, nil
}

func readToken(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	token := bytes.TrimSpace(data)
	if len(token) < minToken {
		return nil, fmt.Errorf("%s: the token has %d bytes, at least %d are needed; make one with: openssl rand -hex 32", file, len(token), minToken)
	}
	return token, nil
}

// operator finds who has this name and token. Every operator is compared with, in constant time.
func (c *Console) operator(name, token string) (approval.Approver, bool) {
	sum := sha256.Sum256([]byte(token))
	var who approval.Approver
	found := false
	for _, o := range c.Operators {
		if same := subtle.ConstantTimeCompare(sum[:], o.token[:]) == 1; same && o.Name == name {
			who, found = o.Approver(), true
		}
	}
	return who, found
}

// owner is whoever has the secret that only this machine's user can read.
func (c *Console) owner(secret string) bool {
	want, got := sha256.Sum256([]byte(c.secret)), sha256.Sum256([]byte(secret))
	return c.secret != "" && subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// me is the user of this machine.
func me() approval.Approver {
	return approval.Approver{Name: approval.Local, Principals: []string{approval.Local}}
}
