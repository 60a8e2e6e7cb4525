package main

import (
	"bytes"
	"fmt"
	"os"

	"go.yaml.in/yaml/v4"

	"paasmcp/schemas"
)

// queriesFile is where the queries stand, seen from the root of the project.
const queriesFile = "testdata/eval/queries.yaml"

// Query is one need in somebody's words and the tools that are a right first step for it, the best first.
type Query struct {
	Text     string           `yaml:"query"`
	Platform schemas.Platform `yaml:"platform"`
	Kind     string           `yaml:"kind"`
	Language string           `yaml:"language"`
	Filter   bool             `yaml:"filter"` // the search is told the platform; otherwise the words must reveal it
	Split    string           `yaml:"split"`
	Expect   []string         `yaml:"expect"`
}

// The halves of the set. Only failures of the tuned half are ever printed: who reads the words of the other half can no
// longer report on it.
const (
	tuned    = "tune"
	reported = "test"
)

// readQueries reads the set and checks that it fits the catalogue, because a query whose tool was renamed would count
// as a failure of the ranking.
func readQueries(file string, known func(tool string) bool) ([]Query, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var queries []Query
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&queries); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i, q := range queries {
		if q.Split != tuned && q.Split != reported {
			return nil, fmt.Errorf("%s: query %d: split is %q, not %s or %s", file, i+1, q.Split, tuned, reported)
		}
		if len(q.Expect) == 0 {
			return nil, fmt.Errorf("%s: query %d expects no tool", file, i+1)
		}
		for _, tool := range q.Expect {
			if !known(tool) {
				return nil, fmt.Errorf("%s: query %d expects %s, which is no tool", file, i+1, tool)
			}
		}
	}
	return queries, nil
}
