// Command paas-mcp is an MCP server through which AI assistants, editor plugins and chat-ops bots run hosting projects
// on Platform.sh / Upsun, Acquia Cloud and the Virtuozzo Application Platform.
package main

import (
	"os"

	"paasmcp/internal/cli"
)

func main() {
	os.Exit(cli.Run(cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
	}))
}
