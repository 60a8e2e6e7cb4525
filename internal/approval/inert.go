package approval

import "paasmcp/internal/legible"

// maxTyped is the longest name that a person is asked to type, in characters.
const maxTyped = 200

// inert makes a text safe to show beside words of this program.
func inert(s string, limit int) string { return legible.Spelled(s, limit) }

// Typable reports whether a person can read the name on the card and type it.
func Typable(name string) bool {
	return name != "" && inert(name, maxTyped) == name && legible.Folded(name) == name
}
