// Package canary_test plants a unique secret wherever a platform or a client can have one, makes every call of the catalogue
// through a real server process, and then reads every byte that the process wrote: no secret may be in it.
//
// Five rounds, each with a process of its own per platform:
//
//   - simulated: the calls reach the simulators; the requests carry canaries, which the simulators keep and give back, and
//     everything secret in their answers is a canary as well;
//   - answered: a platform that answers every call with all secrets that its documents name, with secrets in texts and
//     under names that no document has, and with the request it got. The policy asks about every change, so that what cards
//     show of a target is read as well, and in one more round about every read;
//   - refused: a platform that refuses every call and repeats the request in its refusal; and arguments of a wrong form;
//   - revealed: the answers of the second round again, shown on request. They must be in the result, or the other rounds
//     would prove nothing, and nowhere else.
//
// More tests do part of it over HTTP; let calls wait at the approval console, and read its pages; and put hostile texts in place
// of the secrets.
//
// Some places are left out on purpose. The commands of virtuozzo_command_run and the body of a file that is written stand on the
// card as they are, because a person has to see what they allow; in them, and in logs, only secrets of a known shape are
// hidden. Keys of objects are names and stay. A file that was asked for is given as it is. Values of less than six bytes
// are not looked for in what a platform repeats, and neither are pieces of a value.
package canary_test

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"paasmcp/internal/cli"
)

const serveVariable = "PAAS_MCP_CANARY_SERVE" // set: be the server

// TestMain lets the test binary run itself as paas-mcp.
func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	code := cli.Main(ctx, cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, PollEvery: time.Millisecond,
	})
	stop()
	os.Exit(code)
}
