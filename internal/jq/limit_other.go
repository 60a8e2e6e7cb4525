//go:build !linux || race

package jq

// limitProcess: other systems have no limit that a Go process can live under, and neither has the race detector, whose own memory
// is many times the program's. There the watch stands alone.
func limitProcess(uint64) {}
