package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"paasmcp/internal/audit"
	"paasmcp/internal/legible"
)

func auditCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read and check an audit trail"}
	cmd.AddCommand(auditShow(p), auditVerify(p))
	return cmd
}

func auditShow(p Process) *cobra.Command {
	var f audit.Filter
	var since, until, outcome, keyFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "List recorded calls, oldest first, from FILE and the former files beside it",
		Args:  cobra.ExactArgs(1),
		Example: `  paas-mcp audit show audit.jsonl --tool 'platformsh_*_delete' --since 2026-11-01
  paas-mcp audit show audit.jsonl --outcome none --json`,
		RunE: func(_ *cobra.Command, files []string) error {
			var err error
			if f.Since, err = parseTime("since", since); err != nil {
				return usageError{err}
			}
			if f.Until, err = parseTime("until", until); err != nil {
				return usageError{err}
			}
			f.Status = audit.Status(outcome)
			if outcome != "" && !slices.Contains(outcomes, outcome) {
				return usageError{fmt.Errorf("--outcome %s is not known: use %s", outcome, strings.Join(outcomes, ", "))}
			}
			if _, err := path.Match(f.Tool, ""); err != nil {
				return usageError{fmt.Errorf("--tool %s: %w; * matches any characters, ? one character, [ab] one of those listed", f.Tool, err)}
			}
			if f.Key, err = readAuditKey(keyFile); err != nil {
				return err
			}
			calls, untrusted, err := audit.ReadFile(files[0], f)
			if errors.Is(err, fs.ErrNotExist) {
				return usageError{err}
			} else if err != nil {
				return err
			}
			if len(untrusted) > 0 {
				fmt.Fprintf(p.Err, "%s cannot be trusted and left out, the first at %s; see: paas-mcp audit verify %s\n",
					plural(len(untrusted), "line"), untrusted[0].Where(), files[0])
			}
			if asJSON {
				return writeJSON(p.Out, append([]audit.Call{}, calls...)) // an empty list, not null
			}
			return listCalls(p.Out, calls)
		},
	}
	cmd.Flags().StringVar(&keyFile, "audit-key-file", "", "`file` with the key of the log; leaves out lines that were changed since they were written with it")
	cmd.Flags().StringVar(&since, "since", "", "from this `time` on: 2026-11-01 or 2026-11-01T08:00:00Z")
	cmd.Flags().StringVar(&until, "until", "", "before this `time`")
	cmd.Flags().StringVar(&f.Principal, "principal", "", "of this `caller`")
	cmd.Flags().StringVar(&f.Account, "account", "", "of this `account`")
	cmd.Flags().StringVar(&f.Tool, "tool", "", "of tools that match this `glob`")
	cmd.Flags().StringVar(&outcome, "outcome", "", strings.Join(outcomes, ", ")+"; none: calls without an outcome")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with everything that is recorded")
	complete(cmd, "outcome", outcomes...)
	return cmd
}

var outcomes = []string{string(audit.OK), string(audit.Failed), string(audit.Refused), string(audit.Lost), string(audit.Unanswered)}

// shortCard is how much of a card's digest a table shows, in characters.
const shortCard = 12

func listCalls(w io.Writer, calls []audit.Call) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tPRINCIPAL\tACCOUNT\tTOOL\tOUTCOME\tANSWERED\tCARD")
	for _, c := range calls {
		status := audit.Unanswered
		if c.Outcome != nil {
			status = c.Outcome.Status
		}
		answered := "-"
		if c.AnsweredBy != "" {
			answered = c.AnsweredBy
			if c.AnsweredVia != "" {
				answered += " via " + c.AnsweredVia
			}
		}
		card := cmp.Or(c.Card[:min(len(c.Card), shortCard)], "-")
		row := []string{c.Time.Format(time.RFC3339), c.Principal, c.Account, c.Tool, string(status), answered, card}
		for i := range row {
			row[i] = plain(row[i])
		}
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	return table.Flush()
}

// plain keeps what others wrote from moving the cursor of a terminal or adding lines and columns to a table.
func plain(s string) string { return legible.Spelled(s, 1000) }

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
	var keyFile string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that nothing was edited, removed or reordered, and find calls without an outcome",
		Long: `Check FILE and the former files beside it as one chain. Exit code 0: the chain is whole, though calls may have no
outcome and a crash may have left half a line; 1: something was edited, removed or reordered, or cannot be read.

A chain without a key can be rewritten as a whole by a person who can write the files; with --audit-key-file, the one that the server had, a rewritten
line shows. Lines missing at the very end do not show, with or without a key: keep the head that this command prints in another place and compare.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			key, err := readAuditKey(keyFile)
			if err != nil {
				return err
			}
			report, err := audit.VerifyFile(files[0], key)
			if errors.Is(err, fs.ErrNotExist) {
				return usageError{err}
			} else if err != nil {
				return err
			}
			for _, problem := range report.Problems {
				fmt.Fprintf(p.Out, "%s: tampering: %s\n", problem.Where(), plain(problem.Text))
			}
			if report.Begins > 1 {
				fmt.Fprintf(p.Out, "begins at entry %d; earlier files are not here\n", report.Begins)
			}
			for _, call := range report.Open {
				fmt.Fprintf(p.Out, "%s: %s of %s (%s, %s) has no outcome: it still runs, or the process ended before it was known\n",
					call.Where(), plain(call.Tool), plain(cmp.Or(call.Account, "no account")), plain(call.Principal), call.Time.Format(time.RFC3339))
			}
			for _, place := range report.Recovered {
				fmt.Fprintf(p.Out, "%s: a line was torn by a crash and the log went on behind it\n", place.Where())
			}
			if report.Torn != nil {
				const why = "it is being written, or it was cut off by a crash or by hand; the next server to start repairs it"
				fmt.Fprintf(p.Out, "%s: the last line is not complete: %s\n", report.Torn.Where(), why)
			}
			if first := report.FirstKey; first != nil && report.Unkeyed > 0 && report.Begins < first.ID {
				fmt.Fprintf(p.Out, "entries %d to %d carry no key: what was changed in them before %s, when entry %d was written with one, does not show\n",
					report.Begins, first.ID-1, first.Time.Format(time.RFC3339), first.ID)
			}
			if report.Unchecked > 0 {
				fmt.Fprintf(p.Out, "%s written with a key and cannot be checked without it; give --audit-key-file\n", plural(report.Unchecked, "line"))
			}
			fmt.Fprintf(p.Out, "%s in %s of %s", plural(report.Calls, "call"), plural(report.Lines, "line"), plural(report.Files, "file"))
			switch {
			case len(report.Problems) > 0:
				fmt.Fprintf(p.Out, "; %s of tampering\n", plural(len(report.Problems), "sign"))
				return exitError(ExitFailed)
			case !report.OK():
				fmt.Fprintln(p.Out, ", not checked")
				return exitError(ExitFailed)
			}
			fmt.Fprintf(p.Out, ", untouched; %d without an outcome. Head %s\n", len(report.Open), report.Head)
			if report.Keyed == 0 {
				fmt.Fprintln(p.Out, "The chain has no key: whether all of it was replaced shows only by the head, kept in another place.")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&keyFile, "audit-key-file", "", "`file` with the key that the server was started with")
	return cmd
}

// readAuditKey reads the key of an audit trail; without a file there is none.
func readAuditKey(file string) (audit.Key, error) {
	if file == "" {
		return audit.Key{}, nil
	}
	key, err := audit.ReadKey(file)
	if err != nil {
		return key, usageError{fmt.Errorf("--audit-key-file: %w", err)}
	}
	return key, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
