package server

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// TestResultsAreThoseOfTheLibrary: what is written here means what the library would have written.
func TestResultsAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	text := []mcp.Content{mcp.NewTextContent("a <b> & \u2028 \x00 \xff")}
	for name, r := range map[string]mcp.CallToolResult{
		"nothing":         {},
		"a text":          {Content: text},
		"an error":        {Content: text, IsError: true},
		"modern":          {Result: mcp.Result{ResultType: "complete"}, Content: text, StructuredContent: json.RawMessage(`{"id":18014398509481985,"a":"<b>"}`)},
		"structured":      {Content: text, StructuredContent: json.RawMessage(`{"items":[{"a":null}]}`)},
		"with line break": {Content: text, StructuredContent: json.RawMessage("{\"a\":\n1}")},
		"a struct":        {Content: text, StructuredContent: struct{ A int }{1}},
		"raw":             {Content: text, RawStructuredContent: json.RawMessage(`{"a":1}`)},
		"meta":            {Result: mcp.Result{Meta: &mcp.Meta{AdditionalFields: map[string]any{"a": "b"}}}, Content: text},
		"a question":      {MultiRoundTripResult: mcp.MultiRoundTripResult{RequestState: "x"}},
		"two contents":    {Content: append(text, mcp.NewImageContent("aGk=", "image/png"))},
	} {
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := appendJSON(&b, r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.IndexByte(b.Bytes(), '\n') >= 0 {
			t.Errorf("%s: a line break ends a message on stdio: %s", name, b.Bytes())
		}
		if !reflect.DeepEqual(decoded(t, b.Bytes()), decoded(t, want)) {
			t.Errorf("%s: %s\nwant %s", name, b.Bytes(), want)
		}
	}
}

func decoded(t *testing.T, raw []byte) (v any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return v
}
