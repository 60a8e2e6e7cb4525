package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"paasmcp/apiclient"
	"paasmcp/internal/config"
	"paasmcp/internal/private"
)

// cursorKeyFile is the key with which commands seal cursors, in the folder that belongs to this user alone.
const cursorKeyFile = "cursor.key"

// sharedCursorKey gives the key that the commands of one user share, so that one goes on with a list where another ended. A server
// does without: its clients do not outlive it.
func sharedCursorKey(env config.Lookup, logger *slog.Logger) func() []byte {
	return func() []byte {
		dir, err := config.RuntimeDir(env)
		if err == nil {
			var key []byte
			if key, err = cursorKey(dir); err == nil {
				return key
			}
		}
		logger.Warn("the list can be continued by this command only: no key can be kept for the next", "error", err)
		return nil
	}
}

// cursorKey reads the key in a folder, and makes it when it is missing. Of two commands that make it at the same time one wins.
func cursorKey(dir string) ([]byte, error) {
	file := filepath.Join(dir, cursorKeyFile)
	key, err := private.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(dir, file); err != nil {
			return nil, err
		}
		key, err = private.Read(file)
	}
	if err == nil && len(key) != apiclient.CursorKeySize {
		err = fmt.Errorf("%s: it has %d bytes and is not a key; remove it", file, len(key))
	}
	return key, err
}

func makeKey(dir, file string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".key-") // which only its owner can read
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	key := make([]byte, apiclient.CursorKeySize)
	rand.Read(key) // never fails: crypto/rand ends the program instead
	_, err = f.Write(key)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	// Other than a rename, a link leaves the key of a faster command alone.
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
