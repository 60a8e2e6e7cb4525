// Package console is the approval console: a web page, and the interface behind `paas-mcp approve`, on which a person looks at
// the calls that wait and lets them go or declines them. It shows the audit trail, the catalogue and the accounts too.
//
// # Who may come in
//
// The console listens on an address of its own, never on the endpoint of MCP clients, and whoever comes in proves more than a
// client can. Without operators that is the user of this machine: by a link that works once, for ten minutes, or by a file
// that only they can read ([Console.Start] writes it, [Servers] finds it). With operators ([ReadOperators]) it is a name and a
// token, and nothing else opens the console. The address of a request, which models see in tool results, opens nothing.
//
// A program that runs as the same user can read that user's files and the server's standard error. Where assistants run
// commands, operators are what separates them from the console.
//
// # What a page on the web can do
//
// Nothing. Requests under another name than the console's are refused (DNS rebinding); changes need the token of the session
// in the form and must come from a page of the console (CSRF); no page can be framed (clickjacking); a session gets its
// name when somebody signs in and not before (fixation); a decision counts once (replay).
package console
