package acquia_test

import (
	"testing"

	"paasmcp/internal/simulator/acquia"
)

// BenchmarkNew is what every test and every start of the demo pays.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		acquia.New(acquia.Options{})
	}
}
