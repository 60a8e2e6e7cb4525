package apiclient

import (
	"fmt"
	"strings"

	"paasmcp/schemas"
)

// filterOperators are those of the vendor's document, the longer ones first so that ">=" is not read as ">".
var filterOperators = []string{"!=", ">=", "<=", "=@", "!@", "=", ">", "<"}

const (
	filterHint = "a filter reads field=value, with = != > < >= <= =@ (contains) !@ (does not contain) and * as wildcard, without spaces around them; a comma between two conditions means or, a semicolon and"
	sortHint   = "sort takes field names by comma, each with a - in front for descending order: -created_at,label"
)

// checkQuery looks at the small languages of Acquia's lists before they are sent: the API answers what it does not
// understand with a bare 400, or with the whole list.
func checkQuery(op *schemas.Operation, args map[string]any) error {
	for i := range op.Params {
		p := &op.Params[i]
		text, ok := args[p.Name].(string)
		if !ok || p.In != "query" {
			continue
		}
		var err error
		hint := ""
		switch p.WireName() {
		case "filter":
			hint = filterHint
			err = checkFilter(text, strings.Contains(op.Path(), "private-network"))
		case "sort":
			hint = sortHint
			err = checkSort(text)
		}
		if err != nil {
			return invalid(op, "argument "+p.Name+": "+err.Error(), hint)
		}
	}
	return nil
}

// checkFilter reads conditions. The calls of private networks also take a colon for the equals sign, and do not mix or
// with and.
func checkFilter(filter string, network bool) error {
	if network && strings.Contains(filter, ",") && strings.Contains(filter, ";") {
		return fmt.Errorf("this list cannot mix or with and in %s", quote(filter))
	}
	for condition := range strings.SplitSeq(strings.ReplaceAll(filter, ";", ","), ",") {
		at := strings.IndexAny(condition, "=!<>")
		if colon := strings.IndexByte(condition, ':'); network && colon >= 0 && (at < 0 || colon < at) {
			condition, at = condition[:colon]+"="+condition[colon+1:], colon
		}
		operator := ""
		if at >= 0 {
			operator = operatorAt(condition[at:])
		}
		if operator == "" {
			return fmt.Errorf("%s has no operator", quote(condition))
		}
		field, value := condition[:at], condition[at+len(operator):]
		switch {
		case !isFieldName(field):
			return fmt.Errorf("%s is not a field name", quote(field))
		case value == "":
			return fmt.Errorf("%s has no value", quote(condition))
		case strings.ContainsAny(value[:1], "=!<> "):
			return fmt.Errorf("%s has an unknown operator or a space behind it", quote(condition))
		}
	}
	return nil
}

func operatorAt(s string) string {
	for _, operator := range filterOperators {
		if strings.HasPrefix(s, operator) {
			return operator
		}
	}
	return ""
}

func checkSort(text string) error {
	for field := range strings.SplitSeq(text, ",") {
		if !isFieldName(strings.TrimPrefix(field, "-")) {
			return fmt.Errorf("%s is not a field name", quote(field))
		}
	}
	return nil
}

func isFieldName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
}
