// Package e2e_test plays the tasks of a working day from outside: a real MCP client talks over stdio to a process that
// runs the command line, which talks over loopback to a simulated platform whose state is looked at afterwards.
//
// A task is data ([workflow]): which operation is called with what, what exactly reaches the platform for it, whether a
// person is asked, how the job ends, what the answer says, and what is different on the platform when all is done.
package e2e_test

import (
	"context"
	"os"
	"testing"
	"time"

	"paasmcp/internal/cli"
)

// Variables of a test binary that plays the server.
const (
	serveVariable = "PAAS_MCP_E2E_SERVE" // set: be the server
	paceVariable  = "PAAS_MCP_E2E_PACE"  // how often a wait looks, in place of the vendors' pace
)

// TestMain lets the test binary run itself as paas-mcp.
func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) == "" {
		os.Exit(m.Run())
	}
	pace, err := time.ParseDuration(os.Getenv(paceVariable))
	if err != nil {
		pace = 0
	}
	os.Exit(cli.Main(context.Background(), cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, PollEvery: pace,
	}))
}
