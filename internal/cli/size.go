package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// size is a flag that takes a number of bytes, bare or with a unit.
type size int64

// units of sizes, longest first, since the shorter ones are endings of them.
var units = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1},
}

// minSize keeps a slip such as "64" for 64MiB from making a file of every call.
const minSize = 4 << 10

// Set reads 64MiB, 10MB, 1000000 or, for no limit, 0.
func (s *size) Set(text string) error {
	number, factor := text, int64(1)
	for _, u := range units {
		if n := len(text) - len(u.name); n > 0 && strings.EqualFold(text[n:], u.name) {
			number, factor = text[:n], u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	switch {
	case err != nil || n < 0 || n > (1<<62)/factor:
		return errors.New("it is not a size such as 64MiB, 10MB or 1000000")
	case n > 0 && n*factor < minSize:
		return fmt.Errorf("a file has at least %s; 0 means no limit", showSize(minSize))
	}
	*s = size(n * factor)
	return nil
}

// String gives the size in the largest binary unit that it is a multiple of.
func (s *size) String() string { return showSize(int64(*s)) }

func showSize(n int64) string {
	for _, u := range []int{2, 1, 0} {
		if n > 0 && n%units[u].bytes == 0 {
			return fmt.Sprintf("%d%s", n/units[u].bytes, units[u].name)
		}
	}
	return strconv.FormatInt(n, 10)
}

// Type names the value in the help.
func (*size) Type() string { return "size" }
