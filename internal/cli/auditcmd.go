package cli

import (
	"cmp"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"paasmcp/internal/audit"
)

func auditCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read and check an audit trail"}
	cmd.AddCommand(auditShow(p), auditVerify(p))
	return cmd
}

func auditShow(p Process) *cobra.Command {
	var f audit.Filter
	var since, until, outcome string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show FILE",
		Short:   "List recorded calls, oldest first",
		Args:    cobra.ExactArgs(1),
		Example: "  paas-mcp audit show audit.jsonl --tool 'platformsh_*_delete' --since 2026-11-01",
		RunE: func(_ *cobra.Command, files []string) error {
			var err error
			if f.Since, err = parseTime("since", since); err != nil {
				return usageError{err}
			}
			if f.Until, err = parseTime("until", until); err != nil {
				return usageError{err}
			}
			f.Status = audit.Status(outcome)
			file, err := os.Open(files[0])
			if err != nil {
				return usageError{err}
			}
			defer file.Close()
			calls, untrusted, err := audit.Read(file, f)
			if err != nil {
				return err
			}
			if len(untrusted) > 0 {
				fmt.Fprintf(p.Err, "%d lines cannot be trusted and are left out; see: paas-mcp audit verify %s\n", len(untrusted), files[0])
			}
			if asJSON {
				return writeJSON(p.Out, calls)
			}
			table := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
			for _, c := range calls {
				status := audit.Unanswered
				if c.Outcome != nil {
					status = c.Outcome.Status
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Time.Format(time.RFC3339), c.Principal, c.Account, c.Tool, status, cmp.Or(c.AnsweredBy, "-"))
			}
			return table.Flush()
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "from this `time` on: 2026-11-01 or 2026-11-01T08:00:00Z")
	cmd.Flags().StringVar(&until, "until", "", "before this `time`")
	cmd.Flags().StringVar(&f.Account, "account", "", "of this account")
	cmd.Flags().StringVar(&f.Tool, "tool", "", "of tools that match this `glob`")
	cmd.Flags().StringVar(&outcome, "outcome", "", "ok, failed, refused, lost, or none for calls without an outcome")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	complete(cmd, "outcome", "ok", "failed", "refused", "lost", "none")
	return cmd
}

func parseTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--%s %q is not a time such as 2026-11-01 or 2026-11-01T08:00:00Z", flag, text)
}

func auditVerify(p Process) *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that nothing was edited, removed or reordered, and find calls without an outcome",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			file, err := os.Open(files[0])
			if err != nil {
				return usageError{err}
			}
			defer file.Close()
			report, err := audit.Verify(file)
			if err != nil {
				return err
			}
			for _, problem := range report.Problems {
				fmt.Fprintf(p.Out, "%s:%d: tampering: %s\n", files[0], problem.Line, problem.Text)
			}
			for _, pending := range report.Open {
				fmt.Fprintf(p.Out, "%s:%d: %s has no outcome: it still runs, or the process ended before it was known\n", files[0], pending.Line, pending.Tool)
			}
			for _, line := range report.Recovered {
				fmt.Fprintf(p.Out, "%s:%d: a line was torn by a crash and the log went on behind it\n", files[0], line)
			}
			if !report.OK() {
				fmt.Fprintf(p.Out, "%d calls in %d lines; %d signs of tampering\n", report.Calls, report.Lines, len(report.Problems))
				return exitError(ExitFailed)
			}
			fmt.Fprintf(p.Out, "%d calls in %d lines, untouched; %d without an outcome. Head %s\n", report.Calls, report.Lines, len(report.Open), report.Head)
			return nil
		},
	}
}
