package tools

import (
	"errors"
	"strings"
	"sync"

	"paasmcp/apiclient"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// maskers holds the maskers of operations, made on first use: one each, and another for answers in which more is secret.
type maskers struct {
	made sync.Map
	// known has the credentials of the accounts. Answers come without them, but a caller who got hold of one can send it.
	known *secrets.Known
}

// of returns the masker of a row with these secret fields. Secret paths are written with the vendor's names; where an argument is called
// differently, its name is added, or the card would show what the request hides.
func (m *maskers) of(op *schemas.Operation, fields []string) *secrets.Masker {
	key := op.Name
	if added := fields[min(len(op.Secrets), len(fields)):]; len(added) > 0 {
		key += "\n" + strings.Join(added, "\n")
	}
	if made, ok := m.made.Load(key); ok {
		return made.(*secrets.Masker)
	}
	paths := fields
	for _, path := range fields {
		head, rest, nested := strings.Cut(path, ".")
		for i := range op.Params {
			if p := &op.Params[i]; p.WireName() == head && p.Name != head {
				renamed := p.Name
				if nested {
					renamed += "." + rest
				}
				paths = append(paths[:len(paths):len(paths)], renamed)
			}
		}
	}
	masker, err := secrets.New(paths)
	if err != nil {
		// The loader checked the paths, so this cannot happen; if it does, everything of the answer counts as secret.
		masker, _ = secrets.New([]string{"*"})
	}
	if m.known != nil {
		masker = masker.Hiding(m.known)
	}
	m.made.Store(key, masker)
	return masker
}

// maskError hides what the masker knows in an error about arguments: a message that quotes a wrong value must not quote a
// secret.
func maskError(masker *secrets.Masker, err error) error {
	var invalid *apiclient.Error
	if errors.As(err, &invalid) {
		masked := *invalid
		masked.Message = masker.MaskText(invalid.Message)
		return &masked
	}
	return errors.New(masker.MaskText(err.Error()))
}
