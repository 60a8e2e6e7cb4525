package main

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"paasmcp/schemas"
)

// Folders that hold generated files only: what is found there and no longer generated is removed.
var ownFolders = []string{"schemas/index", referenceFolder}

// Files renders every generated file of the project in the working directory, by slash-separated path. Errors of the
// rows come back as the error, joined: a broken row must never reach the index.
func Files() (map[string][]byte, error) {
	ops, err := schemas.Load(os.DirFS("schemas"))
	if err != nil {
		return nil, err
	}
	c, err := newCatalogue(ops)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, platform := range c.platforms {
		index := "schemas/index/" + string(platform)
		if files[index+".tsv"], files[index+".rows"], err = schemas.WriteIndex(c.ops[platform]); err != nil {
			return nil, err
		}
		files[path.Join(referenceFolder, string(platform)+".md")] = c.reference(platform)
	}
	files[path.Join(referenceFolder, "README.md")] = c.overview()
	if files["schemas/operation.schema.json"], err = rowSchema(); err != nil {
		return nil, err
	}
	readme, err := os.ReadFile("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	if err != nil {
		return nil, err
	}
	files["README.md"], err = c.fillMarkers("README.md", readme)
	return files, err
}

// outOfDate lists the files whose content on disk differs, and those in the generated folders that are no longer
// generated.
func outOfDate(files map[string][]byte) ([]string, error) {
	var stale []string
	for name, content := range files {
		old, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil || !bytes.Equal(old, content) {
			stale = append(stale, name)
		}
	}
	for _, folder := range ownFolders {
		found, err := filepath.Glob(folder + "/*")
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if _, ok := files[filepath.ToSlash(name)]; !ok {
				stale = append(stale, filepath.ToSlash(name))
			}
		}
	}
	slices.Sort(stale)
	return stale, nil
}

// catalogue is the rows in the order the documents show them: platforms in their usual order, toolsets and tools by
// name.
type catalogue struct {
	platforms []schemas.Platform
	ops       map[schemas.Platform][]schemas.Operation
	words     vocabulary
}

func newCatalogue(ops []schemas.Operation) (*catalogue, error) {
	words, err := readVocabulary("schemas/operation.go")
	if err != nil {
		return nil, err
	}
	c := &catalogue{ops: map[schemas.Platform][]schemas.Operation{}, words: words}
	for _, op := range ops {
		c.ops[op.Platform] = append(c.ops[op.Platform], op)
	}
	for _, platform := range schemas.Platforms() {
		if len(c.ops[platform]) > 0 {
			c.platforms = append(c.platforms, platform)
		}
		slices.SortFunc(c.ops[platform], func(a, b schemas.Operation) int {
			return cmp.Or(cmp.Compare(a.Toolset, b.Toolset), cmp.Compare(a.Name, b.Name))
		})
	}
	return c, nil
}

// toolset is the tools of one catalogue file.
type toolset struct {
	name string
	ops  []schemas.Operation
}

// toolsets groups the tools of a platform, both in the order of their names.
func (c *catalogue) toolsets(platform schemas.Platform) []toolset {
	by := map[string][]schemas.Operation{}
	for _, op := range c.ops[platform] {
		by[op.Toolset] = append(by[op.Toolset], op)
	}
	var sets []toolset
	for _, name := range slices.Sorted(maps.Keys(by)) {
		sets = append(sets, toolset{name: name, ops: by[name]})
	}
	return sets
}

// reads counts the tools that change nothing.
func (t toolset) reads() int {
	n := 0
	for i := range t.ops {
		if t.ops[i].IsRead() {
			n++
		}
	}
	return n
}
