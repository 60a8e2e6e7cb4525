//go:build unix

package private_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/internal/private"
)

// TestRead: every single permission of the group or of others is one too many.
func TestRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("a secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode := fs.FileMode(0o400); mode <= 0o777; mode++ {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		data, err := private.Read(file)
		open := mode&0o066 != 0
		if open != (err != nil) || !open && mode&0o400 != 0 && string(data) != "a secret" {
			t.Errorf("mode %04o: %q, %v", mode, data, err)
		}
		if err != nil && !strings.Contains(err.Error(), "chmod 600 "+file) {
			t.Errorf("mode %04o: the error does not say what to run: %v", mode, err)
		}
	}
}

func TestReadRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := private.Read(filepath.Join(dir, "missing")); !os.IsNotExist(err) {
		t.Errorf("missing: %v", err)
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := private.Read(large); err == nil {
		t.Error("a large file is read")
	}
}
