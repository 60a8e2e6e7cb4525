package memory

// Scale weighs JSON: about how many bytes it takes once it is decoded into maps, slices and strings. Text of three bytes, {}, becomes a
// hundred, and {"a":1} becomes four hundred, so that the length of a text says nothing about what it costs. It weighs a text in pieces of
// any size; the zero Scale is at the beginning of one. What is not JSON weighs
// at least twice its length.
type Scale struct{ text, escaped bool }

// perByte is for the text itself, and for the copy of it that is on its way to the next step: masked, shaped, written.
const perByte = 2

// cost is what each mark outside of strings adds, in bytes: an object its map with the first group of slots, each further member its
// slot and key, each item the interface that holds it and the room that a slice leaves while it grows. Measured by TestScale.
var cost = [256]int64{'{': 320, '[': 64, ',': 64, ':': 32}

// Weigh weighs the next piece.
func (s *Scale) Weigh(piece []byte) int64 {
	weight := perByte * int64(len(piece))
	for _, c := range piece {
		switch {
		case s.escaped:
			s.escaped = false
		case s.text:
			s.escaped = c == '\\'
			s.text = c != '"'
		case c == '"':
			s.text = true
		default:
			weight += cost[c]
		}
	}
	return weight
}

// Weigh weighs a whole text.
func Weigh(text []byte) int64 {
	var s Scale
	return s.Weigh(text)
}
