// Package tools decides who may call what, and turns rows of the catalogue into MCP tools.
//
// One call, end to end ([Service.Call] is the only way to a platform):
//
//	find row → coerce and validate arguments → policy: allow | confirm | deny
//	→ (confirm) card → a person answers → the answer is checked against this very request
//	→ audit: intent, on disk → apiclient sends → audit: outcome → mask secrets → trim → result
//
// Direct tools, paas_read, paas_write and the command line all go through it. Registration is a loop over rows with one
// generic handler; only the tools about the catalogue and the jobs themselves (find, describe, read, write, wait,
// accounts) are written by hand.
package tools
