package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"paasmcp/internal/caller"
	"paasmcp/tools"
)

func callCommand(p Process) *cobra.Command {
	var s setup
	var jsonArgs, account, cursor string
	var fields []string
	var limit int
	var reveal, wait bool
	var save string
	cmd := &cobra.Command{
		Use:   "call TOOL [key=value…]",
		Short: "Call one operation, through the same gate as any client",
		Args:  cobra.MinimumNArgs(1),
		Example: `  paas-mcp call platformsh_environment_list project_id=abc123
  paas-mcp call platformsh_environment_branch --wait project_id=abc123 environment_id=main name=try title=Try
  paas-mcp call platformsh_team_create --args '{"organization_id":"01H…","label":"Web"}'`,
		RunE: func(cmd *cobra.Command, words []string) error {
			args, err := parseArguments(words[1:], jsonArgs)
			if err != nil {
				return usageError{err}
			}
			if save != "" { // the person at the terminal may write where they please
				s.saveDir, save = filepath.Split(save)
				s.saveDir = cmp.Or(s.saveDir, ".")
			}
			s.followsCursors = true
			service, _, end, err := s.service(cmd.Context(), p)
			if err != nil {
				return err
			}
			defer end()
			ctx := caller.With(cmd.Context(), caller.Caller{Principal: "local", Transport: "cli", ClientName: "paas-mcp call"})
			call := tools.Call{
				Tool: words[0], Account: account, Args: args, SaveTo: save,
				View: tools.View{Fields: fields, Limit: limit, Cursor: cursor, Reveal: reveal},
			}
			show := bar{out: p.Err, live: isTerminal(p.Err)}
			call.Progress = show.draw
			outcome, err := service.Call(ctx, call, terminal{in: p.In, out: p.Err})
			show.end()
			if err != nil {
				return err
			}
			if err := writeJSON(p.Out, service.Present(outcome, call.View)); err != nil {
				return err
			}
			if wait && len(outcome.Jobs) > 0 {
				return waitFor(ctx, p, service, outcome.Jobs[0].Job, s.followed(outcome.Jobs[0].Job))
			}
			return nil
		},
	}
	s.flags(cmd.Flags())
	cmd.Flags().StringVar(&jsonArgs, "args", "", "arguments as a `JSON` object, in place of key=value")
	cmd.Flags().StringVar(&account, "account", "", "`name` of the account, when the platform has several")
	cmd.Flags().StringSliceVar(&fields, "fields", nil, "fields of the answer to keep; * for all")
	cmd.Flags().IntVar(&limit, "limit", 0, "items of a list")
	cmd.Flags().StringVar(&cursor, "cursor", "", "continue a list: the next value from the previous result")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show secrets in plain text; asks first")
	cmd.Flags().StringVar(&save, "save", "", "`file` for an answer that is one")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait for the job that the call starts")
	return cmd
}

// parseArguments reads key=value words or a JSON object. Values are texts here; the row's schema makes numbers, booleans,
// lists and objects of them where it asks for those.
func parseArguments(words []string, object string) (map[string]any, error) {
	if object != "" && len(words) > 0 {
		return nil, fmt.Errorf("give either --args or key=value, not both")
	}
	if object != "" {
		dec := json.NewDecoder(strings.NewReader(object))
		dec.UseNumber()
		var args map[string]any
		if err := dec.Decode(&args); err != nil {
			return nil, fmt.Errorf("--args: not a JSON object: %w", err)
		}
		return args, nil
	}
	args := map[string]any{}
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%q is not key=value", word)
		}
		if _, twice := args[key]; twice {
			return nil, fmt.Errorf("%s is given twice; write a list as %s=[\"a\",\"b\"]", key, key)
		}
		args[key] = value
	}
	return args, nil
}
