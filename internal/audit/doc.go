// Package audit keeps the record of every call: who asked for what, what the gate said, and how it ended.
//
// # The file
//
// One JSON object per line, only ever appended to, by one process at a time. A call writes two lines: its intent before
// anything is sent and its outcome afterwards. An intent without an outcome is a call whose end nobody saw: the process died, or
// the call is still running.
//
//	{"seq":7,"prev":"…","time":"…","event":"intent","entry":{…},"hash":"…"}
//	{"seq":8,"prev":"…","time":"…","event":"outcome","intent":7,"outcome":{…},"hash":"…"}
//
// seq counts from 1. hash is the SHA-256, or with a [Key] the HMAC-SHA-256, of the line's own bytes without `,"hash":"…"`, and prev is the hash of the line before,
// 64 zeros for the first. Changing, removing or reordering lines therefore shows ([Verify]). Without a key it does not stop a person
// who can rewrite the whole file; with or without one it does not show that lines are missing at its end: for that, keep
// [Report.Head] in another place and compare.
//
// # Files
//
// A file that would grow beyond [MaxSize] is renamed after its last entry (audit.jsonl.000000000008), and a new one continues the
// chain with a line of its own, event "rotated". The new file is written and flushed as audit.jsonl.next before either is
// renamed, so that whenever a crash happens [Open] finds the old file under its name, or the new one ready to take it. The
// check and the reader take all files as one chain; the oldest may have been archived.
//
// # After a crash
//
// A crash can leave half a line at the end. [Open] keeps it, ends it, and continues the chain from the last whole line with a line
// of its own, event "recovered", which holds the size and SHA-256 of what it left in place. An unreadable line without
// such a successor is tampering, but for the beginning of the very next line at the very end ([Report.Torn]).
//
// # What the caller must do
//
// Refuse a call when its intent returns an error: what cannot be recorded must not happen. Mask secrets in the
// arguments before they come here.
package audit
