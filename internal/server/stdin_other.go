//go:build !linux

package server

import "os"

// unblocked is for Linux only.
func unblocked(*os.File) (*os.File, bool) { return nil, false }
