package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"paasmcp/schemas"
)

// rowSchema reflects the type of a row into the schema of a catalogue file. A file is a list of rows; shared.yaml is a
// mapping of parameters, and the same schema serves both, so that all files name one schema.
func rowSchema() ([]byte, error) {
	r := jsonschema.Reflector{
		FieldNameTag:               "yaml", // the schema is about the YAML files; the JSON form is the index's own
		RequiredFromJSONSchemaTags: true,   // the YAML tags say nothing about it; the types do, in JSONSchemaExtend
		Anonymous:                  true,
	}
	if err := r.AddGoComments("paasmcp", "schemas"); err != nil {
		return nil, err
	}
	words, err := readVocabulary("schemas/operation.go")
	if err != nil {
		return nil, err
	}
	s := r.Reflect(schemas.Operation{})
	s.Ref = ""
	s.Title = "Catalogue file"
	s.Description = "A list of operations of one platform, or (shared.yaml) the parameters they share."
	s.OneOf = []*jsonschema.Schema{
		{Type: "array", Items: &jsonschema.Schema{Ref: "#/$defs/Operation"}},
		{Type: "object", AdditionalProperties: &jsonschema.Schema{Ref: "#/$defs/Param"}},
	}
	row := s.Definitions["Operation"]
	for key, kind := range map[string]string{"risk": "Risk", "flags": "Flag", "async": "Async"} {
		p, _ := row.Properties.Get(key)
		p.Description += "\n\n" + words.list(kind, p)
	}
	for _, def := range s.Definitions {
		unwrap(def)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unwrap joins the lines of Go comments: editors show descriptions as they are.
func unwrap(s *jsonschema.Schema) {
	paragraphs := strings.Split(s.Description, "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, "- ") {
			paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
		}
	}
	s.Description = strings.Join(paragraphs, "\n\n")
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		unwrap(p.Value)
	}
}

// vocabulary is the meaning of each constant of a string type: type name, value, comment.
type vocabulary map[string]map[string]string

// readVocabulary takes the meanings from the comments at the end of the constants' lines, where the next person to add
// a constant looks, so that no second list of them can fall behind.
func readVocabulary(file string) (vocabulary, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	words := vocabulary{}
	for _, decl := range parsed.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			v := spec.(*ast.ValueSpec)
			kind, ok := v.Type.(*ast.Ident)
			if !ok || len(v.Values) != 1 {
				continue
			}
			lit, ok := v.Values[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			value, err := strconv.Unquote(lit.Value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, v.Names[0], err)
			}
			if words[kind.Name] == nil {
				words[kind.Name] = map[string]string{}
			}
			words[kind.Name][value] = strings.TrimSpace(v.Comment.Text())
		}
	}
	return words, nil
}

// list renders the meanings of the values that a property, or the items of a list, accepts.
func (v vocabulary) list(kind string, s *jsonschema.Schema) string {
	enum := s.Enum
	if s.Items != nil {
		enum = s.Items.Enum
	}
	var lines []string
	for _, value := range enum {
		line := fmt.Sprintf("- %v", value)
		if meaning := v[kind][value.(string)]; meaning != "" {
			line += ": " + meaning
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
