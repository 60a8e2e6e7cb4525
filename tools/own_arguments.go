package tools

import (
	"fmt"

	"paasmcp/schemas"
)

// takeOwn moves the server's own arguments out of a direct call's arguments. A row never has arguments of these names.
func takeOwn(call *Call, args map[string]any) error {
	for _, name := range schemas.OwnArguments() {
		value, given := args[name]
		if !given {
			continue
		}
		delete(args, name)
		if value == nil {
			continue
		}
		if err := setOwn(call, name, value); err != nil {
			return err
		}
	}
	return nil
}

func setOwn(call *Call, name string, value any) error {
	ok := false
	switch name {
	case "limit":
		var n int
		if n, ok = wholeNumber(coerce(&schemas.Schema{Type: "integer"}, value)); ok && n < 1 {
			return fmt.Errorf("limit: %d is less than 1", n)
		}
		call.View.Limit = n
	case "cursor":
		call.View.Cursor, ok = value.(string)
	case "fields":
		call.View.Fields, ok = texts(coerce(&schemas.Schema{Type: "array", Items: &schemas.Schema{Type: "string"}}, value))
	case "jq":
		call.View.JQ, ok = value.(string)
	case "reveal":
		call.View.Reveal, ok = coerce(&schemas.Schema{Type: "boolean"}, value).(bool)
	case "save_to":
		call.SaveTo, ok = value.(string)
	case "account":
		call.Account, ok = value.(string)
	}
	if !ok {
		return fmt.Errorf("%s: %v is not of the right type; see paas_describe", name, value)
	}
	return nil
}

func wholeNumber(v any) (int, bool) {
	n, ok := v.(interface{ Int64() (int64, error) })
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}

func texts(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	out := make([]string, len(list))
	for i := range list {
		if out[i], ok = list[i].(string); !ok {
			return nil, false
		}
	}
	return out, true
}
