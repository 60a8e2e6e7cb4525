package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"paasmcp/tools"
)

func toolsCommand(p Process) *cobra.Command {
	var s setup
	var toolsets []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tools",
		Short: "List the tools a client would see",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, _, end, err := s.service(cmd.Context(), p)
			if err != nil {
				return err
			}
			defer end()
			list, err := tools.List(service, tools.Selection{Toolsets: toolsets})
			if err != nil {
				return usageError{err}
			}
			if asJSON {
				return writeJSON(p.Out, map[string]any{"tools": list})
			}
			table := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
			for _, t := range list {
				fmt.Fprintf(table, "%s\t%s\n", t.Name, t.Description)
			}
			return table.Flush()
		},
	}
	s.flags(cmd.Flags())
	cmd.Flags().StringSliceVar(&toolsets, "toolsets", nil, "default, none, all or toolset `names`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the tools as a client gets them")
	return cmd
}
