package approval

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"paasmcp/schemas"
)

// TargetName is the name that a person types to confirm a call at level typed: what the row's target says is hit, where it
// says so, else the most specific thing that the arguments name. That is the last path parameter (an environment rather than its project); else the project; else, for Virtuozzo,
// whose paths have no parameters, the environment; else the first required argument that is a word, and not a text, an address or a
// file. Secrets, such as the token in the path of an invitation, are never the name. A call that names nothing at all is confirmed by
// the tool's own name.
func TargetName(o *schemas.Operation, args map[string]any) string {
	name := func(p string) string {
		if slices.Contains(o.Secrets, p) {
			return ""
		}
		return Scalar(args[p])
	}
	for _, p := range candidates(o) {
		if name := name(p); name != "" {
			return name
		}
	}
	for _, p := range o.Required {
		if name := name(p); Typable(name) && !strings.ContainsAny(name, " /") {
			return name
		}
	}
	return o.Name
}

// candidates lists argument names, best first.
func candidates(o *schemas.Operation) []string {
	names := []string{}
	for rest := o.Path(); ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			break
		}
		var hole string
		hole, rest, _ = strings.Cut(after, "}")
		for i := range o.Params {
			if o.Params[i].WireName() == hole {
				names = append(names, o.Params[i].Name)
				break
			}
		}
	}
	slices.Reverse(names)
	return slices.Concat(o.Target, names, []string{"project_id", "env_name"})
}

// Scalar writes a string or number as a person would type it, and anything else as nothing.
func Scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}
