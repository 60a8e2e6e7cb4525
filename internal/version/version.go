// Package version knows which build this is.
package version

import "runtime/debug"

// stamped is set by the linker for releases: -X paasmcp/internal/version.stamped=1.2.3
var stamped string

// Version is the release, or for other builds what the Go toolchain recorded, or "dev".
func Version() string {
	if stamped != "" {
		return stamped
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
