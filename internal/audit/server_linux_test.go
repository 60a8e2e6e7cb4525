package audit_test

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Variable of a server that keeps its log on a small disk of its own: the folder where the disk is mounted.
const mountVariable = "PAAS_MCP_AUDIT_TEST_MOUNT"

const cannotMount = "cannot mount"

// prepareServer mounts the disk. The process has been started in name spaces of its own, so nobody else sees it, and it goes with the
// process.
func prepareServer() {
	dir := os.Getenv(mountVariable)
	if dir == "" {
		return
	}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, cannotMount, err)
		os.Exit(1)
	}
}
