// Command generate writes everything that is derived from the catalogue: the embedded index, the JSON Schema of a
// catalogue file, the tool reference and the generated parts of README.md. Run it with `make generate`; a test fails
// when something it writes is out of date.
//
// It needs schemas/index to hold at least one file, because the package it reads the rows with embeds that folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	files, err := Files()
	if err != nil {
		return fmt.Errorf("nothing was written, the catalogue has errors:\n%w", err)
	}
	stale, err := outOfDate(files)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := write(name, files[name]); err != nil {
			return err
		}
		fmt.Println(name)
	}
	return nil
}

// findRoot walks up to the folder of go.mod, so that the command works from the root and under `go generate`, which
// runs in the folder of the source file.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod here or above; run it inside the project")
		}
		dir = up
	}
}

// write stores a file, or removes one that is no longer generated: content nil.
func write(name string, content []byte) error {
	if content == nil {
		return os.Remove(name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}
