package cli

import (
	"github.com/spf13/cobra"

	"paasmcp/internal/catalogdiff"
)

func catalogCommand(p Process) *cobra.Command {
	catalog := &cobra.Command{Use: "catalog", Short: "Look after the catalogue"}
	var platform string
	diff := &cobra.Command{
		Use:   "diff --platform P FILE",
		Short: "Compare the catalogue with the vendor's OpenAPI document (JSON or YAML)",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			code, err := catalogdiff.Run(p.Out, platform, files[0])
			if err != nil {
				return usageError{err}
			}
			if code != 0 {
				return exitError(code)
			}
			return nil
		},
	}
	diff.Flags().StringVar(&platform, "platform", "", "platformsh, acquia or virtuozzo")
	_ = diff.MarkFlagRequired("platform") // it exists, it was defined a line above
	complete(diff, "platform", "platformsh", "acquia", "virtuozzo")
	catalog.AddCommand(diff)
	return catalog
}
