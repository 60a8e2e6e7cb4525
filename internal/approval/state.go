package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Target is the state of a target when somebody looked at it, in a form that can be compared: a JSON list of names and
// values. It holds only what a person decides by (kind, name, status, what is deployed); a counter that ticks by itself would
// make every answer come too late.
type Target string

// NewTarget writes a state down. No details give the empty Target.
func NewTarget(details []Detail) Target {
	if len(details) == 0 {
		return ""
	}
	list := make([][2]string, len(details))
	for i, d := range details {
		value := inert(d.Value, maxState)
		if cut := inert(d.Value, len(d.Value)*len(`\u{10ffff}`)); cut != value { // what differs only behind the cut differs all the same
			sum := sha256.Sum256([]byte(d.Value))
			value += " " + hex.EncodeToString(sum[:4])
		}
		list[i] = [2]string{d.Name, value}
	}
	text, err := json.Marshal(list)
	if err != nil { // strings can always be written
		panic(fmt.Sprintf("state of a target: %v", err))
	}
	return Target(text)
}

// maxState bounds one value of a state, in characters: it travels through the client with the question.
const maxState = 100

// difference says in words how two looks differ, and whether what was seen at first changed: that more can be seen is no change.
func (t Target) difference(now Target) (words string, changed bool) {
	before, after := t.values(), now.values()
	var changes []string
	for _, pair := range before {
		switch value, ok := find(after, pair[0]); {
		case !ok:
			changes = append(changes, fmt.Sprintf("%s was %s and cannot be seen now", pair[0], pair[1]))
		case value != pair[1]:
			changes = append(changes, fmt.Sprintf("%s was %s and is %s now", pair[0], pair[1], value))
		}
	}
	changed = len(changes) > 0
	for _, pair := range after {
		if _, ok := find(before, pair[0]); !ok {
			changes = append(changes, fmt.Sprintf("%s is %s and was not on the card", pair[0], pair[1]))
		}
	}
	return strings.Join(changes, "; "), changed
}

func (t Target) values() [][2]string {
	var list [][2]string
	_ = json.Unmarshal([]byte(t), &list) // of our own making; what cannot be read has no values
	return list
}

func find(list [][2]string, name string) (string, bool) {
	for _, pair := range list {
		if pair[0] == name {
			return pair[1], true
		}
	}
	return "", false
}
