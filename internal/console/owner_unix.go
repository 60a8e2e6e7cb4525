//go:build unix

package console

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ownedByMe reports whether the folder belongs to this user and nobody else can look into it or change it.
func ownedByMe(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o077 == 0
}

// alive reports whether the process runs. One of another user that took over the number counts as running.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return pid > 0 && (err == nil || errors.Is(err, syscall.EPERM))
}
