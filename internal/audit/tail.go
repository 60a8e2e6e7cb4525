package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// tailWindow is how much of the end of a file [Tail] reads, in bytes: thousands of calls, and quick for any length of file.
const tailWindow = 4 << 20

// Tail gives the latest n calls of a file that fit the filter, latest first, and how many lines it could not trust. It looks at the
// last few megabytes only; more reports that the file begins before them. The file may be written meanwhile.
func Tail(path string, f Filter, n int) (calls []Call, untrusted int, more bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, false, fmt.Errorf("audit log: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, false, fmt.Errorf("audit log: %w", err)
	}
	window := make([]byte, min(info.Size(), tailWindow))
	start := info.Size() - int64(len(window))
	if _, err := file.ReadAt(window, start); err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, false, fmt.Errorf("audit log: %w", err)
	}
	if more = start > 0; more {
		_, window, _ = bytes.Cut(window, []byte("\n")) // half a line
	}
	// A line without its end is being written right now.
	window = window[:bytes.LastIndexByte(window, '\n')+1]
	all, bad, err := Read(bytes.NewReader(window), f)
	slices.Reverse(all)
	return all[:min(n, len(all))], len(bad), more || len(all) > n, err
}
