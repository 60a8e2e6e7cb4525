// Package cli is the command line: it parses flags, builds a service from them, and runs one command. Commands hold no
// logic of their own; what they do lives in the packages they call.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"paasmcp/internal/config"
	"paasmcp/tools"
)

// Process is the outside of the program. Tests give their own.
type Process struct {
	Args     []string
	In       io.Reader
	Out, Err io.Writer
	Env      config.Lookup
	// PollEvery is how often a wait looks at a job; the vendors' pace when zero. It is no flag: looking more often only
	// uses up the platform's patience.
	PollEvery time.Duration
}

// Exit codes. They are part of the documented interface.
const (
	ExitOK          = 0
	ExitFailed      = 1   // the platform or the program said no, or a comparison found differences
	ExitUsage       = 2   // the command line or the configuration is wrong; nothing was tried
	ExitRefused     = 3   // the gate did not let the call through
	ExitInterrupted = 130 // Ctrl-C, or told to stop, before the command was done
)

// Run is the whole program: [Main], until a signal ends it. A second Ctrl-C ends it at once, whatever is still being put in order.
func Run(p Process) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return Main(ctx, p)
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, p Process) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	root := newRoot(p, cancel)
	root.SetArgs(p.Args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	var silent exitError
	var refused *tools.RefusedError
	var usage usageError
	switch {
	case errors.As(err, &silent):
		return int(silent)
	case ctx.Err() != nil:
		fmt.Fprintln(p.Err, "paas-mcp:", err)
		return ExitInterrupted
	case errors.As(err, &refused):
		fmt.Fprintln(p.Err, "refused:", err)
		return ExitRefused
	case errors.As(err, &usage), !ran(root):
		fmt.Fprintln(p.Err, "paas-mcp:", err)
		return ExitUsage
	default:
		fmt.Fprintln(p.Err, "paas-mcp:", err)
		return ExitFailed
	}
}

// exitError ends the program with a code when everything has been said already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usageError is a command line or a configuration that cannot work.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// started marks that flags and arguments were fine and the command itself began; errors before that are usage errors.
const started = "started"

func ran(root *cobra.Command) bool { return root.Annotations[started] != "" }

// newRoot makes the command line. end is called when the terminal hangs up.
func newRoot(p Process, end func()) *cobra.Command {
	root := &cobra.Command{
		Use:   "paas-mcp",
		Short: "MCP server for Platform.sh / Upsun, Acquia Cloud and Virtuozzo Application Platform",
		Long: `paas-mcp lets AI assistants, editors and bots run hosting projects through the Model Context Protocol.
Every operation of the platforms' APIs is a tool; what destroys, costs or grants access waits for a person's yes.

Try it without any account:   paas-mcp demo
Serve an MCP client (stdio):  paas-mcp serve`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Annotations:   map[string]string{},
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			cmd.Root().Annotations[started] = "yes"
			if cmd.Name() != "serve" { // which may read its policy again
				onHangup(cmd.Context(), end)
			}
		},
	}
	root.AddCommand(
		serveCommand(p),
		approveCommand(p),
		demoCommand(p),
		simulateCommand(p),
		toolsCommand(p),
		callCommand(p),
		waitCommand(p),
		findCommand(p),
		catalogCommand(p),
		auditCommand(p),
		policyCommand(p),
		versionCommand(),
		jqWorkerCommand(p),
	)
	return root
}

// isTerminal reports whether a stream is a person's terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
