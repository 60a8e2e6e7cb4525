// Package jq runs jq programs that a model wrote over answers that a platform gave, where neither can do harm.
//
// The interpreter is [github.com/itchyny/gojq]. It can be stopped between two instructions, but it bounds no memory, and one
// instruction can ask for all of it: `"x" * 1e10`, `.[500000000] = 1`, thirty doublings of a list and then tojson. So a program
// runs in a process of its own: this same binary, started again as a worker with an empty environment, which ends itself when it takes
// too long or too much, whatever the interpreter is doing, and which is killed when it does not. What goes in are the program and
// one value; what comes out are values. See docs/adr/0006-jq-in-a-process.md.
package jq
