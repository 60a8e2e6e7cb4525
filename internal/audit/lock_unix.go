//go:build !windows

package audit

import (
	"os"
	"syscall"
)

// lock takes the file for this process until it is closed, or fails at once. Two writers would each continue the chain
// from the same line.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
