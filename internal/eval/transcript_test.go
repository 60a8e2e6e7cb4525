package main

import (
	"os"
	"strings"
	"testing"
)

// TestTranscripts: what the documentation shows is what happens, down to the token counts. As every conversation is
// repeated here, it also proves that conversations come out the same each time.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	if os.Getenv("UPDATE") != "" {
		if err := writeTranscripts(up); err != nil {
			t.Fatal(err)
		}
	}
	files, err := transcripts(up)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 {
		t.Errorf("%d transcripts, want one for each platform", len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile(up + name)
		if err != nil || string(got) != want {
			t.Errorf("%s is out of date: run go run ./internal/eval -transcripts", name)
		}
		for _, part := range []string{"The gate asks:", "it is as wanted.", "| all |"} {
			if !strings.Contains(want, part) {
				t.Errorf("%s shows no %q", name, part)
			}
		}
	}
}
