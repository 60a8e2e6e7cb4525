package tools

import (
	"encoding/json"
	"fmt"

	"paasmcp/schemas"
)

// The server's own arguments of direct tools, as schemas.
var (
	one, billion = 1.0, 1e9

	argLimit   = schemas.Property{Name: "limit", Schema: schemas.Schema{Type: "integer", Minimum: &one}}
	argCursor  = schemas.Property{Name: "cursor", Schema: schemas.Schema{Type: "string"}}
	argFields  = schemas.Property{Name: "fields", Schema: schemas.Schema{Type: "array", Items: &schemas.Schema{Type: "string"}}}
	argJQ      = schemas.Property{Name: "jq", Schema: schemas.Schema{Type: "string"}}
	argReveal  = schemas.Property{Name: "reveal", Schema: schemas.Schema{Type: "boolean"}}
	argSaveTo  = schemas.Property{Name: "save_to", Schema: schemas.Schema{Type: "string", Description: "File name to save it under."}}
	argAccount = schemas.Property{Name: "account", Schema: schemas.Schema{Type: "string"}}
)

// takeOwn moves the server's own arguments out of a direct call's arguments. A row never has arguments of these names.
func takeOwn(call *Call, args map[string]any) error {
	for _, p := range []*schemas.Property{&argLimit, &argCursor, &argFields, &argJQ, &argReveal, &argSaveTo, &argAccount} {
		value := coerceOwn(&p.Schema, args[p.Name])
		delete(args, p.Name)
		if value == nil {
			continue
		}
		if wrong := p.Validate(value); len(wrong) > 0 {
			return fmt.Errorf("%s: %s", p.Name, wrong[0].Message)
		}
		setOwn(call, p, value)
	}
	return nil
}

// setOwn sets an argument that has been checked.
func setOwn(call *Call, p *schemas.Property, value any) {
	switch p {
	case &argLimit:
		call.View.Limit = wholeNumber(value)
	case &argCursor:
		call.View.Cursor = value.(string)
	case &argFields:
		call.View.Fields = texts(value.([]any))
	case &argJQ:
		call.View.JQ = value.(string)
	case &argReveal:
		call.View.Reveal = value.(bool)
	case &argSaveTo:
		call.SaveTo = value.(string)
	case &argAccount:
		call.Account = value.(string)
	}
}

// wholeNumber takes 5, and 5.0 and 5e0, which are as whole. More than a billion of anything is a billion.
func wholeNumber(v any) int {
	n, _ := v.(json.Number)
	f, _ := n.Float64()
	return int(min(f, billion))
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i], _ = list[i].(string)
	}
	return out
}
