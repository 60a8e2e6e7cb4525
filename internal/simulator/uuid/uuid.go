// Package uuid makes the ids that several platforms give their things.
package uuid

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// New returns a version 4 UUID (RFC 9562, section 5.4) from a source that a test can repeat.
func New(rng *rand.Rand) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], rng.Uint64())
	binary.BigEndian.PutUint64(b[8:], rng.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
