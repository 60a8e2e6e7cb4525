package catalogdiff

import (
	"cmp"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// document is what the comparison needs of an OpenAPI document.
type document struct {
	calls []documented
}

// documented is one operation of the document.
type documented struct {
	call       string // METHOD /path
	deprecated bool
	params     []*openapi3.Parameter
	body       *body
}

// body is what the document says about a request body.
type body struct {
	media  []string // content types, sorted
	schema *openapi3.Schema
}

// read parses the document. It must survive any input: the library is wrapped, because a document that makes it panic
// is still only a bad document.
func read(data []byte) (doc document, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the document makes the OpenAPI parser panic: %v", r)
		}
	}()
	loader := openapi3.NewLoader() // refuses references to other files and hosts
	parsed, err := loader.LoadFromData(data)
	if err != nil {
		return document{}, fmt.Errorf("read the document: %s", printable(strings.Join(strings.Fields(err.Error()), " ")))
	}
	if !strings.HasPrefix(parsed.OpenAPI, "3.") {
		if v, ok := parsed.Extensions["swagger"]; ok {
			return document{}, fmt.Errorf("the document is Swagger %v; convert it to OpenAPI 3 first", v)
		}
		return document{}, fmt.Errorf("not an OpenAPI 3 document: openapi is %q", printable(parsed.OpenAPI))
	}
	byTemplate := map[string]string{}
	for path, item := range parsed.Paths.Map() {
		if item == nil {
			continue
		}
		for method, op := range item.Operations() {
			if op == nil {
				continue
			}
			call := method + " " + path
			if other := byTemplate[template(call)]; other != "" {
				first, second := min(call, other), max(call, other)
				return document{}, fmt.Errorf("the document has the same call twice: %s and %s", printable(first), printable(second))
			}
			byTemplate[template(call)] = call
			doc.calls = append(doc.calls, documented{
				call:       call,
				deprecated: op.Deprecated,
				params:     mergeParams(item.Parameters, op.Parameters),
				body:       readBody(op.RequestBody),
			})
		}
	}
	if len(doc.calls) == 0 {
		return document{}, errors.New("the document has no operations")
	}
	slices.SortFunc(doc.calls, func(a, b documented) int { return cmp.Compare(a.call, b.call) })
	return doc, nil
}

// mergeParams joins the parameters of a path with those of one of its operations, which override them.
func mergeParams(path, op openapi3.Parameters) []*openapi3.Parameter {
	var merged []*openapi3.Parameter
	for _, ref := range slices.Concat(op, path) {
		if ref == nil || ref.Value == nil || standardHeader(ref.Value) {
			continue
		}
		known := slices.ContainsFunc(merged, func(p *openapi3.Parameter) bool {
			return p.Name == ref.Value.Name && p.In == ref.Value.In
		})
		if !known {
			merged = append(merged, ref.Value)
		}
	}
	return merged
}

// standardHeader reports headers that OpenAPI says are no parameters (Parameter Object, in: header).
func standardHeader(p *openapi3.Parameter) bool {
	return p.In == openapi3.ParameterInHeader && slices.Contains([]string{"accept", "content-type", "authorization"}, strings.ToLower(p.Name))
}

func readBody(ref *openapi3.RequestBodyRef) *body {
	if ref == nil || ref.Value == nil || len(ref.Value.Content) == 0 {
		return nil
	}
	b := &body{}
	for media := range ref.Value.Content {
		b.media = append(b.media, media)
	}
	// JSON first: where a call takes several content types, the rows send JSON.
	slices.SortFunc(b.media, func(a, b string) int {
		return cmp.Or(cmp.Compare(mediaRank(a), mediaRank(b)), cmp.Compare(a, b))
	})
	for _, media := range b.media {
		if content := ref.Value.Content[media]; content != nil && content.Schema != nil && content.Schema.Value != nil {
			b.schema = content.Schema.Value
			break
		}
	}
	return b
}

func mediaRank(media string) int {
	switch {
	case isJSON(media):
		return 0
	case strings.HasPrefix(media, "application/x-www-form-urlencoded"):
		return 1
	case strings.HasPrefix(media, "multipart/"):
		return 2
	}
	return 3
}

// isJSON covers application/json and the likes of application/hal+json.
func isJSON(media string) bool {
	kind, _, err := mime.ParseMediaType(media)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}
