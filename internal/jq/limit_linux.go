//go:build linux && !race

package jq

import "golang.org/x/sys/unix"

// limitProcess has the kernel refuse memory beyond the bound, however quickly it is asked for. RLIMIT_DATA counts what can be
// written; RLIMIT_AS would also count the address space that the Go runtime reserves and never uses. A limit that cannot be set leaves the watch.
func limitProcess(memory uint64) {
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: memory + spare, Max: memory + spare})
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

// spare is what the runtime maps beyond what it uses: arenas come in 64 MB.
const spare = 128 << 20
