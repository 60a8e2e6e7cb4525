package tools

// MaxAnswerBytes is the longest answer of a call that a client gets, as bytes of JSON; a longer one is cut and says how to get
// the rest.
const MaxAnswerBytes = 25_000
