package schemas

import (
	"fmt"
	"slices"
	"strings"
)

// CheckVariant tells whether the arguments fit the kind they name, before anything is sent. The error lists what
// that kind needs and takes, because the vendor's own answer would name only the first missing field.
func (o *Operation) CheckVariant(args map[string]any) error {
	v := o.Variants
	if v == nil {
		return nil
	}
	kind := v.kindOf(args)
	at := slices.IndexFunc(v.Kinds, func(k Variant) bool { return k.Kind == kind })
	if at < 0 {
		return nil // the schema's enum reports it
	}
	var missing, foreign []string
	for _, name := range v.Kinds[at].Required {
		if _, given := args[name]; !given {
			missing = append(missing, name)
		}
	}
	for name := range args {
		if !v.admits(kind, name) {
			foreign = append(foreign, name)
		}
	}
	if len(missing)+len(foreign) == 0 {
		return nil
	}
	slices.Sort(foreign)
	var parts []string
	if len(missing) > 0 {
		parts = append(parts, "missing "+strings.Join(missing, ", "))
	}
	if len(foreign) > 0 {
		parts = append(parts, "not for this kind: "+strings.Join(foreign, ", "))
	}
	needs := "nothing more"
	if len(v.Kinds[at].Required) > 0 {
		needs = strings.Join(v.Kinds[at].Required, ", ")
	}
	text := fmt.Sprintf("%s %s: %s. It needs %s", v.By, kind, strings.Join(parts, "; "), needs)
	if len(v.Kinds[at].Optional) > 0 {
		text += " and takes " + strings.Join(v.Kinds[at].Optional, ", ")
	}
	return fmt.Errorf("%s", text)
}

// Takes reports whether the argument belongs to the kind that the arguments name; always where there are no kinds.
func (o *Operation) Takes(args map[string]any, name string) bool {
	return o.Variants == nil || o.Variants.admits(o.Variants.kindOf(args), name)
}

func (v *Variants) kindOf(args map[string]any) string {
	if kind, _ := args[v.By].(string); kind != "" {
		return kind
	}
	return v.Default
}

// admits reports whether the argument belongs to the kind: named by it, or by no kind at all.
func (v *Variants) admits(kind, arg string) bool {
	elsewhere := false
	for _, k := range v.Kinds {
		if slices.Contains(k.Required, arg) || slices.Contains(k.Optional, arg) {
			if k.Kind == kind {
				return true
			}
			elsewhere = true
		}
	}
	return !elsewhere
}
