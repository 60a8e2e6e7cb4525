package apiclient

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a credential that cannot be printed by accident: every way of formatting, logging and encoding it gives
// "[redacted]". Reveal is the one way to the value, easy to find when reading the code.
type Secret string

// Reveal returns the value, to be sent to the platform and nowhere else.
func (s Secret) Reveal() string { return string(s) }

func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Format covers the verbs that pass String by, such as %x and %q.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }
