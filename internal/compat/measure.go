package compat

import (
	"fmt"
	"unicode/utf8"
)

// Server is what a client gets to see in one mode of the server.
type Server struct {
	Tools        []*Tool
	Instructions string // of the initialize answer
	AnswerTokens int    // what the longest answer of a call costs a model
}

// Measure is something that a limit is about.
type Measure int

// The measures. Those that count violations have a limit of 0.
const (
	ToolCount Measure = iota
	NameLength
	NameCharacters
	Descriptions
	Instructions
	RootObject
	RefusedKeywords
	ArrayItems
	EmptyObjects
	AdditionalProperties
	StrictMode
	ArgumentNames
	ArgumentNameLength
	Depth
	Properties
	EnumValues
	AnswerBytes
	AnswerTokens
)

// bytesPerToken is the most that answers of the three platforms have, counted with the o200k vocabulary: 2.8 to 3.9.
const bytesPerToken = 4

// measures says how each is called in the report, how it is measured and what to do about too much of it. An unnamed
// tool means that the measure is about no single one.
var measures = map[Measure]struct {
	name   string
	remedy string
	of     func(s *Server, prefix string) (value int, tool string)
}{
	ToolCount: {"tools", "`--toolsets default` or `none`, or name the few toolsets the work needs",
		func(s *Server, _ string) (int, string) { return len(s.Tools), "" }},
	NameLength: {"characters of a name, with the prefix", "give the server a shorter name in the client's configuration",
		largest(func(t *Tool, prefix string) int { return len(prefix) + len(t.Name) })},
	NameCharacters: {"names with other characters than A-Z a-z 0-9 _, or a first one that is not a letter", "rename the tool",
		count(func(t *Tool) bool { return !identifier(t.Name) })},
	Descriptions: {"characters of a tool's description", "shorten the row's summary",
		largest(func(t *Tool, _ string) int { return utf8.RuneCountInString(t.Description) })},
	Instructions: {"characters of the server's instructions", "shorten the instructions",
		func(s *Server, _ string) (int, string) { return utf8.RuneCountInString(s.Instructions), "" }},
	RootObject: {"schemas whose root is not an object with properties", "give the tool an object",
		count(func(t *Tool) bool { return t.noObject })},
	RefusedKeywords: {"schemas with `$ref`, `oneOf`, `const`, lists of types or enums of other than strings", "write the schema without",
		count(func(t *Tool) bool { return t.refused > 0 })},
	ArrayItems: {"schemas with an array without `items`", "say what the array holds",
		count(func(t *Tool) bool { return t.untypedItems > 0 })},
	EmptyObjects: {"schemas with an object of free keys", "pass schemas as `parametersJsonSchema`",
		count(func(t *Tool) bool { return t.emptyObjects > 0 })},
	AdditionalProperties: {"schemas with `additionalProperties`", "pass schemas as `parametersJsonSchema`, or leave the keyword out",
		count(func(t *Tool) bool { return t.openObjects > 0 })},
	StrictMode: {"schemas with optional arguments or open objects", "leave `strict` off, as is usual for MCP tools",
		count(func(t *Tool) bool { return t.optional })},
	ArgumentNames: {"schemas with an argument whose name is not an identifier", "rename the argument",
		count(func(t *Tool) bool { return t.badArguments > 0 })},
	ArgumentNameLength: {"characters of an argument's name", "rename the argument",
		largest(func(t *Tool, _ string) int { return len(t.argument) })},
	Depth: {"levels of objects in a schema", "flatten the schema",
		largest(func(t *Tool, _ string) int { return t.depth })},
	Properties: {"properties in a schema, all levels together", "split the operation",
		largest(func(t *Tool, _ string) int { return t.properties })},
	EnumValues: {"enum values in a schema", "describe the values in place of listing them",
		largest(func(t *Tool, _ string) int { return t.enumValues })},
	AnswerTokens: {"tokens of an answer", "ask for fewer items (`limit`) or fewer fields (`fields`)",
		func(s *Server, _ string) (int, string) { return s.AnswerTokens, "" }},
	AnswerBytes: {fmt.Sprintf("bytes of an answer, at %d a token", bytesPerToken), "ask for fewer items (`limit`) or fewer fields (`fields`)",
		func(s *Server, _ string) (int, string) { return s.AnswerTokens * bytesPerToken, "" }},
}

// String is how the report calls the measure.
func (m Measure) String() string { return measures[m].name }

// Remedy is what a user, or who writes a row, can do about too much of it.
func (m Measure) Remedy() string { return measures[m].remedy }

func largest(of func(*Tool, string) int) func(*Server, string) (int, string) {
	return func(s *Server, prefix string) (value int, tool string) {
		for _, t := range s.Tools {
			if n := of(t, prefix); n > value {
				value, tool = n, t.Name
			}
		}
		return value, tool
	}
}

func count(bad func(*Tool) bool) func(*Server, string) (int, string) {
	return func(s *Server, _ string) (value int, tool string) {
		for _, t := range s.Tools {
			if bad(t) {
				if value == 0 {
					tool = t.Name
				}
				value++
			}
		}
		return value, tool
	}
}
