package server

import (
	"os"
	"syscall"
)

// unblocked opens standard input once more in a way that waits for input without a thread of its own, which takes a twentieth off a
// call. Setting the flag on what was inherited would set it for others that share it, such as the shell. Only a pipe can be opened
// again; whatever cannot is read as it is.
func unblocked(in *os.File) (*os.File, bool) {
	if info, err := in.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return nil, false
	}
	again, err := os.OpenFile("/proc/self/fd/0", os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return again, err == nil
}
