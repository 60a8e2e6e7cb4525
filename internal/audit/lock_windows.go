package audit

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the file for this process until it is closed, or fails at once. Two writers would each continue the chain from
// the same line. Windows locks keep others from reading, too, so one byte far behind the end is locked.
func lock(f *os.File) error {
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
}
