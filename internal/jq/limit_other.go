//go:build !linux

package jq

// limitProcess: other systems have no limit that a Go process can live under, so the watch stands alone.
func limitProcess(uint64) {}
