package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"paasmcp/internal/config"
	"paasmcp/internal/policy"
	"paasmcp/tools"
)

func policyCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "Check a policy file, or see what a policy makes of a call"}
	cmd.AddCommand(policyCheck(p), policyExplain(p))
	return cmd
}

func policyCheck(p Process) *cobra.Command {
	var accountsFile string
	var who people
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a policy file, and warn of rules that can never match",
		Args:  cobra.ExactArgs(1),
		Example: `  paas-mcp policy check policy.yaml
  paas-mcp policy check policy.yaml --transport http --auth-token-file tokens --operators operators.yaml   # as serve would`,
		RunE: func(cmd *cobra.Command, files []string) error {
			rules, err := readPolicy(files[0])
			if err != nil {
				return usageError{err}
			}
			asServed := slices.ContainsFunc([]string{"transport", "auth-token-file", "operators"}, cmd.Flags().Changed)
			if asServed {
				if err := cmp.Or(who.read(), who.check(files[0], rules)); err != nil {
					return usageError{err}
				}
			}
			var names []string
			if accountsFile != "" {
				accounts, err := config.Accounts(accountsFile, p.Env)
				if err != nil {
					return usageError{err}
				}
				for _, a := range accounts {
					names = append(names, a.Name)
				}
			}
			catalog, err := wholeCatalogue()
			if err != nil {
				return err
			}
			warnings := policy.Lint(rules, catalog.Rows(), names)
			for _, w := range warnings {
				fmt.Fprintf(p.Out, "%s:%d: warning: %s\n", files[0], w.Line, w.Text)
			}
			own := 0
			for _, r := range rules {
				if r.Line > 0 {
					own++
				}
				if r.Level == policy.TwoPerson && !asServed {
					fmt.Fprintf(p.Out, "%s:%d: note: %s asks for two people, which a server must be able to tell apart: check again with its --transport, --auth-token-file and --operators\n",
						files[0], r.Line, r.Name)
				}
			}
			fmt.Fprintf(p.Out, "%s: %d rules, %d built-in ones after them; %d warnings\n", files[0], own, len(rules)-own, len(warnings))
			return nil
		},
	}
	cmd.Flags().StringVar(&accountsFile, "accounts", "", "YAML `file` with accounts, to find rules about accounts that it does not have")
	who.flags(cmd.Flags())
	return cmd
}

func policyExplain(p Process) *cobra.Command {
	var f policy.Facts
	var policyFile, jsonArgs, kind, at string
	cmd := &cobra.Command{
		Use:   "explain TOOL [key=value…]",
		Short: "Say which rule decides about a call, and why; nothing is called",
		Args:  cobra.MinimumNArgs(1),
		Example: `  paas-mcp policy explain platformsh_environment_delete
  paas-mcp policy explain platformsh_environment_synchronize project_id=abc123 environment_id=staging synchronize_data=true
  paas-mcp policy explain --policy policy.yaml --account shop --at 2026-11-21T18:00:00Z acquia_database_copy`,
		RunE: func(_ *cobra.Command, words []string) error {
			rules, err := readPolicy(policyFile)
			if err != nil {
				return usageError{err}
			}
			args, err := parseArguments(words[1:], jsonArgs)
			if err != nil {
				return usageError{err}
			}
			catalog, err := wholeCatalogue()
			if err != nil {
				return err
			}
			service := tools.NewService(tools.Config{Catalog: catalog, Accounts: &tools.Accounts{}})
			op, err := service.Operation(words[0])
			if err != nil {
				return usageError{err}
			}
			f.Operation = op
			// Without arguments the question is what the operation can do at worst.
			if len(args) > 0 {
				if args, err = service.Validate(op, args); err != nil {
					return usageError{err}
				}
				known := policy.FactsOf(op, args)
				f.Risk, f.EnvironmentName = known.Risk, known.EnvironmentName
			}
			f.Environment = policy.Environment(kind)
			if err := cmp.Or(oneOf("environment-kind", kind, "production", "other"), oneOf("transport", f.Transport, "stdio", "http", "sse", "cli")); err != nil {
				return usageError{err}
			}
			if f.Time, err = parseTime("at", at); err != nil {
				return usageError{err}
			}
			if f.Time.IsZero() {
				f.Time = time.Now()
			}
			return explain(p.Out, rules, f, args)
		},
	}
	cmd.Flags().StringVar(&policyFile, "policy", "", "policy `file`; the built-in rules without one")
	cmd.Flags().StringVar(&jsonArgs, "args", "", "arguments as a `JSON` object, in place of key=value")
	cmd.Flags().StringVar(&f.Account, "account", "", "`name` of the account")
	cmd.Flags().StringVar(&f.Principal, "principal", "local", "`who` calls")
	cmd.Flags().StringVar(&f.Transport, "transport", "stdio", "stdio, http, sse or cli")
	cmd.Flags().StringVar(&kind, "environment-kind", "", "production or other; unknown without it")
	cmd.Flags().StringVar(&at, "at", "", "`time` of the call: 2026-11-01T08:00:00Z; now without it")
	cmd.Flags().BoolVar(&f.Reveal, "reveal", false, "secrets are asked for in plain text")
	cmd.Flags().BoolVar(&f.ReadOnly, "read-only", false, "the server runs with --read-only")
	complete(cmd, "transport", "stdio", "http", "sse", "cli")
	complete(cmd, "environment-kind", "production", "other")
	return cmd
}

func oneOf(flag, value string, known ...string) error {
	if value != "" && !slices.Contains(known, value) {
		return fmt.Errorf("--%s %s is not known: use %s", flag, value, strings.Join(known, ", "))
	}
	return nil
}

// explain prints the verdict, what it rests on, and the rules that were passed over.
func explain(out io.Writer, rules policy.Policy, f policy.Facts, args map[string]any) error {
	v, steps := rules.Explain(f)
	verdict := strings.TrimSpace(string(v.Action) + " " + string(v.Level))
	fmt.Fprintf(out, "%s: %s, by %s\n%s\n\n", f.Operation.Name, verdict, decider(v, steps), v.Reason)

	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	risk := f.Risk
	if risk == nil {
		risk = f.Operation.WorstRisk()
	}
	fmt.Fprintf(table, "risk\t%s\n", joinRisk(risk))
	for _, w := range f.Operation.When {
		switch {
		case f.Risk == nil:
			fmt.Fprintf(table, "\t%s only when %s\n", joinRisk(w.Adds), w)
		case w.Holds(args):
			fmt.Fprintf(table, "\t%s because %s\n", joinRisk(w.Adds), w)
		}
	}
	for _, fact := range [][2]string{
		{"account", f.Account}, {"environment_name", f.EnvironmentName}, {"environment_kind", string(f.Environment)},
		{"principal", f.Principal}, {"transport", f.Transport}, {"time", f.Time.UTC().Format("Mon 2006-01-02 15:04 MST")},
	} {
		if fact[1] != "" {
			fmt.Fprintf(table, "%s\t%s\n", fact[0], fact[1])
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}

	fmt.Fprintln(out)
	for _, step := range steps {
		result := "decides"
		if step.Misfit != "" {
			result = "passed over: its " + step.Misfit + " does not fit"
		}
		fmt.Fprintf(out, "%s: %s\n", place(step.Rule), result)
	}
	return nil
}

// decider names what decided: a rule, or what stands before and behind all rules.
func decider(v policy.Verdict, steps []policy.Step) string {
	last := len(steps) - 1
	switch {
	case last >= 0 && steps[last].Misfit == "":
		return place(steps[last].Rule)
	case v.Rule == "read-only":
		return "--read-only, which no rule lifts"
	default:
		return "the end of the rules: none matches"
	}
}

func place(r policy.Rule) string {
	if r.Line == 0 {
		return fmt.Sprintf("the built-in rule %q", r.Name)
	}
	return fmt.Sprintf("rule %q (line %d)", r.Name, r.Line)
}
