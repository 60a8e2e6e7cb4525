package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// RuntimeDir is the folder in which the running servers of one user find each other: below XDG_RUNTIME_DIR (XDG Base
// Directory Specification), which belongs to the user alone and ends with the login, else below the user's cache folder.
// It need not exist.
func RuntimeDir(env Lookup) (string, error) {
	if dir, ok := env("XDG_RUNTIME_DIR"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "paas-mcp"), nil
	}
	if dir, ok := env("XDG_CACHE_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "paas-mcp", "run"), nil
	}
	if home, ok := env("HOME"); ok && filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "paas-mcp", "run"), nil
	}
	dir, err := os.UserCacheDir() // the name of the folder on Windows
	if err != nil {
		return "", fmt.Errorf("find a folder of this user: %w", errors.Join(err, errors.New("set XDG_RUNTIME_DIR")))
	}
	return filepath.Join(dir, "paas-mcp", "run"), nil
}
