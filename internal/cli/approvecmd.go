package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/config"
	"paasmcp/internal/console"
)

// watchEvery is how often `approve --watch` looks for something new.
const watchEvery = 500 * time.Millisecond

func approveCommand(p Process) *cobra.Command {
	var a approver
	var list, asJSON, open, watch bool
	cmd := &cobra.Command{
		Use:   "approve [REQUEST]",
		Short: "Approve or decline calls that are waiting for a person",
		Long: `approve shows the calls that wait at the approval consoles of this user's running servers, one card after the other, and
asks about each. Where operators approve, it signs in as one of them.`,
		Args: cobra.MaximumNArgs(1),
		Example: `  paas-mcp approve                # ask about what waits
  paas-mcp approve --watch        # and go on asking as more comes
  paas-mcp approve --open         # sign a browser in to the console's page
  paas-mcp approve --url https://approve.example.com --operator ana --token-file ~/.paas-mcp-token`,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.only = strings.Join(args, "")
			servers, err := a.servers(cmd.Context(), p)
			if err != nil {
				return usageError{err}
			}
			switch {
			case open:
				return openPage(cmd.Context(), p, servers)
			case list || asJSON:
				return a.list(cmd.Context(), p.Out, servers, asJSON)
			case !isTerminal(p.In):
				return usageError{errors.New("there is no terminal to ask on; run it in a terminal, or with --list to look only")}
			}
			a.in, a.out, a.shown = bufio.NewReader(p.In), p.Out, map[string]bool{}
			if watch {
				return a.watch(cmd.Context(), p)
			}
			return a.askAll(cmd.Context(), servers, true)
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list what waits and ask nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "list what waits and what was settled, as JSON")
	cmd.Flags().BoolVar(&open, "open", false, "open the console's page in a browser that is signed in by a link")
	cmd.Flags().BoolVar(&watch, "watch", false, "wait for more until interrupted")
	cmd.Flags().StringVar(&a.url, "url", "", "`address` of a console elsewhere, in place of those of this user's servers")
	cmd.Flags().StringVar(&a.operator, "operator", "", "sign in as this operator")
	cmd.Flags().StringVar(&a.tokenFile, "token-file", "", "`file` with the operator's token")
	cmd.MarkFlagsMutuallyExclusive("list", "json", "open", "watch")
	return cmd
}

// approver is a person at a terminal who decides.
type approver struct {
	url, operator, tokenFile string
	only                     string          // the one request it is about; empty for all
	shown                    map[string]bool // what they were shown and cannot approve
	in                       *bufio.Reader
	out                      io.Writer
}

// servers are the consoles to ask at.
func (a *approver) servers(ctx context.Context, p Process) ([]*console.Client, error) {
	if (a.operator == "") != (a.tokenFile == "") {
		return nil, errors.New("--operator and --token-file belong together")
	}
	token, err := readToken("--token-file", a.tokenFile)
	if err != nil {
		return nil, err
	}
	if a.url != "" {
		if a.operator == "" {
			return nil, errors.New("--url needs --operator and --token-file: a console elsewhere has to know who approves")
		}
		u, err := url.Parse(a.url)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !console.IsLoopback(u.Hostname())) {
			return nil, fmt.Errorf("--url %s: want an https address; plain http is for this machine only", a.url)
		}
		return []*console.Client{console.NewClient(a.url, a.operator, string(token))}, nil
	}
	dir, err := config.RuntimeDir(p.Env)
	if err != nil {
		return nil, err
	}
	all, err := console.Servers(ctx, dir)
	if err != nil {
		return nil, err
	}
	var servers []*console.Client
	for _, s := range all {
		switch {
		case a.operator != "":
			servers = append(servers, s.As(a.operator, string(token)))
		case s.NeedsOperator:
			fmt.Fprintf(p.Err, "operators approve at %s; add --operator NAME and --token-file FILE to see what waits there\n", s.URL)
		default:
			servers = append(servers, s)
		}
	}
	return servers, nil
}

// requests are what the approver asked for, over all servers. A server that does not answer does not hide the others.
func (a *approver) requests(ctx context.Context, server *console.Client, waiting bool) ([]console.Request, error) {
	all, err := server.List(ctx)
	var list []console.Request
	for _, r := range all {
		if a.shown[r.ID] {
			continue
		}
		if (!waiting || r.State == string(approval.Waiting)) && (a.only == "" || a.only == r.ID) {
			list = append(list, r)
		}
	}
	return list, err
}

func (a *approver) list(ctx context.Context, out io.Writer, servers []*console.Client, asJSON bool) error {
	found := []console.Request{}
	var errs []error
	for _, s := range servers {
		list, err := a.requests(ctx, s, !asJSON)
		found, errs = append(found, list...), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if asJSON {
		return writeJSON(out, found)
	}
	if len(found) == 0 {
		fmt.Fprintln(out, "nothing waits")
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range found {
		until := r.Expires.Local().Format(time.TimeOnly)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\tuntil %s\n", r.ID, harmless(r.Tool), harmless(r.Account), harmless(r.Principal), until)
	}
	return table.Flush()
}

// watch goes on asking as requests come, also of servers that start meanwhile.
func (a *approver) watch(ctx context.Context, p Process) error {
	fmt.Fprintln(a.out, "Waiting for calls to approve; Ctrl-C ends.")
	last := "" // problem, which is told once and not twice a second
	for {
		servers, err := a.servers(ctx, p)
		if err != nil {
			return err
		}
		problem := ""
		switch err := a.askAll(ctx, servers, false); {
		case errors.Is(err, errClosed):
			return nil
		case err != nil:
			problem = err.Error()
		}
		if problem != "" && problem != last {
			fmt.Fprintln(p.Err, "paas-mcp:", problem)
		}
		last = problem
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchEvery):
		}
	}
}

// errClosed is the end of a terminal.
var errClosed = errors.New("the terminal was closed; what is not answered still waits")

// askAll asks about everything that waits.
func (a *approver) askAll(ctx context.Context, servers []*console.Client, once bool) error {
	n := 0
	var errs []error
	for _, s := range servers {
		list, err := a.requests(ctx, s, true)
		errs = append(errs, err)
		for _, r := range list {
			n++
			err := a.ask(ctx, s, r)
			if ended := caller.Ended(ctx); ended != nil {
				return fmt.Errorf("%w; what is not answered still waits", ended)
			}
			if errors.Is(err, errClosed) {
				return err
			} else if err != nil {
				errs = append(errs, err)
			}
		}
	}
	if n == 0 && once && errors.Join(errs...) == nil {
		fmt.Fprintln(a.out, "nothing waits")
	}
	return errors.Join(errs...)
}

// ask shows one card and takes the answer to its server.
func (a *approver) ask(ctx context.Context, s *console.Client, r console.Request) error {
	asks := "the call waits for your answer"
	if r.Waiters == 0 {
		asks = "the caller gave up waiting and can repeat the call"
	}
	fmt.Fprintf(a.out, "\n%s %s; until %s\n", harmless(cmp.Or(r.Client, r.Principal)), asks, r.Expires.Local().Format(time.TimeOnly))
	if r.Refused != "" {
		a.shown[r.ID] = true
		fmt.Fprintf(a.out, "\n%s\n\n%s\n", harmless(r.Card), harmless(r.Refused))
		return nil
	}
	field := approval.Field{Name: approval.FieldApprove, Title: "Go ahead"}
	if r.Typed {
		field = approval.Field{Name: approval.FieldName, Title: "Name of the target"}
	}
	answer, err := askOn(ctx, a.in, a.out, harmless(r.Card), field, r.Expect)
	if err != nil {
		return err
	}
	if answer.Action == approval.Cancel {
		return errClosed
	}
	v := console.Verdict{Approve: answer.Action == approval.Accept}
	v.Name, _ = answer.Content[approval.FieldName].(string)
	if v.Approve && r.Backup != "" {
		backup, err := yesOrNo(ctx, a.in, a.out, harmless(r.Backup), r.Ticked)
		if errors.Is(err, io.EOF) {
			return errClosed
		} else if err != nil {
			return err
		}
		v.Backup = &backup
	}
	if _, err := s.Decide(ctx, r.ID, v); err != nil {
		return err
	}
	fmt.Fprintln(a.out, map[bool]string{true: "Approved.", false: "Declined; nothing is sent."}[v.Approve])
	return nil
}

// harmless keeps a console elsewhere from moving the cursor of this terminal.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// openPage signs a browser in to the page of each console. The link is printed as well: there may be no browser here.
func openPage(ctx context.Context, p Process, servers []*console.Client) error {
	if len(servers) == 0 {
		return errors.New("no console of yours is open: a server opens it when the first call waits, or at its start with --console 127.0.0.1:8086")
	}
	dir, err := config.RuntimeDir(p.Env)
	if err != nil {
		return err
	}
	for _, s := range servers {
		link, err := s.Link(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.Out, link)
		if isTerminal(p.Out) { // a script wants the link, not a browser
			if err := browse(ctx, dir, link); err != nil {
				fmt.Fprintln(p.Err, "open the link in a browser of this machine; it works once, for ten minutes")
			}
		}
	}
	return nil
}

// browse opens a link in the user's browser, by way of a page that only they can read: everybody on the machine can see the
// arguments of a program.
func browse(ctx context.Context, dir, link string) error {
	page := filepath.Join(dir, "open.html")
	text := `<!doctype html><meta http-equiv="refresh" content="0;url=` + html.EscapeString(link) + `">`
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		return err
	}
	name, args := "xdg-open", []string{page}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", page}
	}
	return exec.CommandContext(ctx, name, args...).Run()
}
