// Command reports writes the documents that are worked out from the tools as clients see them: docs/tokens.md, what they cost a
// model, and docs/compatibility.md, which clients load them. It is a program of its own, run by `make generate` after the other
// one, because it embeds the index that the other one writes. A test fails when a document is out of date.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "reports:", err)
		os.Exit(1)
	}
}

func run() error {
	if _, err := os.Stat("go.mod"); err != nil {
		return errors.New("this is not the root of the project; run `make generate` there")
	}
	l, err := newListings()
	if err != nil {
		return err
	}
	docs, err := l.documents()
	if err != nil {
		return err
	}
	for name, content := range docs {
		old, err := os.ReadFile(name)
		if err == nil && bytes.Equal(old, content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
		fmt.Println(name)
	}
	return nil
}

// documents renders all documents, by slash-separated path from the root of the project.
func (l *listings) documents() (map[string][]byte, error) {
	tokens, err := l.tokensPage()
	if err != nil {
		return nil, err
	}
	compatibility, err := l.compatibilityPage()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"docs/tokens.md": tokens, "docs/compatibility.md": compatibility}, nil
}
