package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"paasmcp/internal/caller"
)

func waitCommand(p Process) *cobra.Command {
	var s setup
	cmd := &cobra.Command{
		Use:     "wait JOB",
		Short:   "Wait for a job that a call started",
		Args:    cobra.ExactArgs(1),
		Example: `  paas-mcp wait platformsh/activity:abc123:qcefvrvwzx6pm`,
		RunE: func(cmd *cobra.Command, jobs []string) error {
			service, _, end, err := s.service(cmd.Context(), p)
			if err != nil {
				return err
			}
			defer end()
			ctx := caller.With(cmd.Context(), caller.Caller{Principal: caller.Local, Transport: "cli", ClientName: "paas-mcp wait"})
			return waitFor(ctx, p, service, jobs[0], s.followed(jobs[0]))
		},
	}
	s.flags(cmd.Flags())
	return cmd
}

// followed says what becomes of a job when its wait is interrupted, and the command that waits for it again.
func (s *setup) followed(job string) string {
	if s.demo {
		return "the simulated platform ends with this command, and the job with it"
	}
	words := []string{"paas-mcp", "wait"}
	if s.accountsFile != "" {
		words = append(words, "--accounts", quoted(s.accountsFile))
	}
	return "the job continues on the platform; follow it with: " + strings.Join(append(words, quoted(job)), " ")
}

// quoted writes a word so that a shell takes it as one.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !strings.ContainsRune(plainInShells, r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

const plainInShells = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,"
