package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"paasmcp/schemas"
	"paasmcp/tools"
)

// offline builds a service for commands that only look things up: every platform, no account, nothing sent.
func offline(s *setup) (*tools.Service, error) {
	catalog, err := s.catalog(schemas.Catalogued())
	if err != nil {
		return nil, err
	}
	return tools.NewService(tools.Config{Catalog: catalog, Accounts: &tools.Accounts{}, ReadOnly: s.readOnly}), nil
}

func findCommand(p Process) *cobra.Command {
	var s setup
	var platform string
	var limit int
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "find WORDS…",
		Short:   "Find operations for a need in plain words",
		Args:    cobra.MinimumNArgs(1),
		Example: "  paas-mcp find restore last night\\'s backup",
		RunE: func(_ *cobra.Command, words []string) error {
			service, err := offline(&s)
			if err != nil {
				return err
			}
			found, err := service.Find(strings.Join(words, " "), schemas.Platform(platform), limit)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(p.Out, map[string]any{"operations": found})
			}
			if len(found) == 0 {
				fmt.Fprintln(p.Err, "nothing fits these words")
				return exitError(ExitFailed)
			}
			table := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
			for _, f := range found {
				fmt.Fprintf(table, "%s\t%s\t%s\n", f.Tool, joinRisk(f.Risk), f.Summary)
			}
			return table.Flush()
		},
	}
	cmd.Flags().StringVar(&platform, "platform", "", "only this platform: platformsh, acquia or virtuozzo")
	cmd.Flags().IntVar(&limit, "limit", 8, "maximum number of results")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringSliceVar(&s.include, "include", nil, "also operations that are `deprecated,privileged`")
	complete(cmd, "platform", "platformsh", "acquia", "virtuozzo")
	return cmd
}

func joinRisk(risk []schemas.Risk) string {
	parts := make([]string, len(risk))
	for i, r := range risk {
		parts[i] = string(r)
	}
	return strings.Join(parts, ",")
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
