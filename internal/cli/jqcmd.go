package cli

import (
	"github.com/spf13/cobra"

	"paasmcp/internal/jq"
)

// jqWorkerCommand is this program as it starts itself to run a filter. People have no use for it.
func jqWorkerCommand(p Process) *cobra.Command {
	return &cobra.Command{
		Use:    jq.WorkerArgument,
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if code := jq.Work(p.In, p.Out); code != 0 {
				return exitError(code)
			}
			return nil
		},
	}
}
