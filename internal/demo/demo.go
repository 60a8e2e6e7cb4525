// Package demo is the walkthrough behind `paas-mcp demo`: a real MCP client and a real server process, talking over
// stdio, with the embedded simulator in place of a platform.
package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
)

// Person answers the gate's questions: with the values of the form's fields, or ok=false to decline.
type Person interface {
	Answer(ctx context.Context, message string, form Form) (content map[string]any, ok bool)
}

// Form is the form of the gate: the field that says yes, and the one that asks for a backup first, where one can be taken.
type Form struct {
	Yes    Field
	Backup *Field
}

// Field is one field of a form.
type Field struct {
	Name, Type, Title, Description string
	Ticked                         bool // a boolean that is true before it is touched
}

// Options say how to run the walkthrough.
type Options struct {
	Command string    // the program to start as the server
	Args    []string  // its arguments
	Out     io.Writer // the story
	Errors  io.Writer // the server's log
	Person  Person
	Bar     func(percent int, text string) // draws progress
	BarEnd  func()
}

// Run plays the walkthrough. It ends with an error at the first step that does not go as told.
func Run(ctx context.Context, o Options) error {
	t := &tour{o: o}
	stdio := transport.NewStdioWithOptions(o.Command, nil, o.Args, transport.WithCommandStderrWriter(o.Errors))
	t.client = client.NewClient(stdio, client.WithElicitationHandler(t))
	if err := t.client.Start(ctx); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	defer t.client.Close()
	t.client.OnNotification(t.progress)
	info, err := t.client.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION,
		ClientInfo:      mcp.Implementation{Name: "paas-mcp-demo", Version: "1"},
	}})
	if err != nil {
		return fmt.Errorf("speak to the server: %w", err)
	}
	t.say("This is a conversation between an MCP client and `paas-mcp serve --demo`, two processes over stdio,")
	t.say("protocol revision %s. The platforms are embedded simulators: nothing leaves this machine.", info.ProtocolVersion)
	for _, step := range []func(context.Context) error{t.list, t.find, t.read, t.change, t.gate, t.branch, t.acquia, t.virtuozzo} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	t.say("\nThat is all. To connect your assistant, see README.md; to look around: paas-mcp serve --demo, paas-mcp find WORDS.")
	return nil
}

type tour struct {
	o       Options
	client  *client.Client
	chapter int
}

func (t *tour) say(format string, args ...any) { fmt.Fprintf(t.o.Out, format+"\n", args...) }

func (t *tour) title(format string, args ...any) {
	t.chapter++
	t.say("\n%d. "+format, append([]any{t.chapter}, args...)...)
}

func (t *tour) list(ctx context.Context) error {
	t.title("The client lists the tools")
	tools, err := t.client.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return err
	}
	var own, everyday []string
	for _, tool := range tools.Tools {
		if strings.HasPrefix(tool.Name, "paas_") {
			own = append(own, tool.Name)
		} else {
			everyday = append(everyday, tool.Name)
		}
	}
	t.say("   %d tools that reach every operation: %s", len(own), strings.Join(own, ", "))
	t.say("   %d everyday operations as tools of their own: %s …", len(everyday), strings.Join(everyday[:min(4, len(everyday))], ", "))
	return nil
}

func (t *tour) find(ctx context.Context) error {
	t.title("It finds what it needs by plain words")
	var found struct {
		Operations []struct {
			Tool, Summary string
			Risk          []string
		}
	}
	if err := t.call(ctx, "paas_find", map[string]any{"query": "detach a custom domain", "limit": 3}, &found); err != nil {
		return err
	}
	for _, op := range found.Operations {
		t.say("   %-36s [%s] %s", op.Tool, strings.Join(op.Risk, ", "), op.Summary)
	}
	return nil
}

func (t *tour) read(ctx context.Context) error {
	t.title("Reading needs no confirmation")
	var environments struct {
		Items []struct{ ID, Title, Status, Type string }
	}
	if err := t.call(ctx, "paas_read", operation("platformsh_environment_list", nil), &environments); err != nil {
		return err
	}
	for _, e := range environments.Items {
		t.say("   %-20s %-10s %-12s %s", e.ID, e.Status, e.Type, e.Title)
	}
	return nil
}

func (t *tour) change(ctx context.Context) error {
	t.title("An ordinary change goes through without a question, and the answer shows what it replaced")
	var answer struct {
		Changed []struct{ Field, Old, New string }
	}
	err := t.call(ctx, "paas_write", operation("platformsh_environment_update", map[string]any{
		"environment_id": "staging", "title": "Staging of the next release",
	}), &answer)
	if err != nil {
		return err
	}
	for _, c := range answer.Changed {
		t.say("   %s: %s → %s", c.Field, c.Old, c.New)
	}
	return nil
}

func (t *tour) gate(ctx context.Context) error {
	t.title("What can do harm waits for a person. First, decline it")
	args := operation("platformsh_environment_merge", map[string]any{"environment_id": "staging"})
	if err := t.call(ctx, "paas_write", args, nil); err == nil {
		t.say("   (approved at the first question: production is being deployed)")
		return nil
	} else {
		t.say("   the model reads: %v", err)
	}
	t.title("The same call again. This time, go ahead, with a backup first")
	var started struct {
		Jobs    []struct{ Job string }
		Backups []struct{ Job, Result string }
	}
	err := t.call(ctx, "paas_write", args, &started)
	t.o.BarEnd()
	if err != nil {
		t.say("   the model reads: %v", err)
		t.say("   (declined again: production stays as it is)")
		return nil
	}
	for _, backup := range started.Backups {
		t.say("   the backup that was asked for: %s (%s)", backup.Result, backup.Job)
	}
	return t.wait(ctx, started.Jobs)
}

func (t *tour) branch(ctx context.Context) error {
	t.title("A new environment takes a while: the answer is a job, and paas_wait follows it")
	var started struct {
		Jobs []struct{ Job string }
	}
	err := t.call(ctx, "platformsh_environment_branch", map[string]any{
		"project_id": platformsh.ProjectShop, "environment_id": "main", "name": "try-mcp", "title": "Try MCP",
	}, &started)
	if err != nil {
		t.say("   the model reads: %v", err)
		t.say("   (declined: no environment was made)")
		return nil
	}
	return t.wait(ctx, started.Jobs)
}

// acquia takes a backup of a database, which answers with a notification to wait for.
func (t *tour) acquia(ctx context.Context) error {
	t.title("Another platform, the same way: a database backup on Acquia Cloud")
	var environments struct {
		Items []struct{ ID, Label, Name string }
	}
	err := t.call(ctx, "paas_read", map[string]any{
		"tool": "acquia_environment_list", "arguments": map[string]any{"application_uuid": acquia.AppPortal},
	}, &environments)
	if err != nil {
		return err
	}
	for _, e := range environments.Items {
		t.say("   %-40s %s", e.ID, cmp.Or(e.Label, e.Name))
	}
	var started struct {
		Jobs []struct{ Job string }
	}
	err = t.call(ctx, "paas_write", map[string]any{
		"tool": "acquia_database_backup_create", "arguments": map[string]any{"environment_id": acquia.EnvProd, "database_name": "portal"},
	}, &started)
	if err != nil {
		t.say("   the model reads: %v", err)
		t.say("   (declined: no backup was taken)")
		return nil
	}
	return t.wait(ctx, started.Jobs)
}

// virtuozzo restarts a node, a call that blocks until it is done.
func (t *tour) virtuozzo(ctx context.Context) error {
	t.title("And on Virtuozzo, where a call blocks until the work is done")
	err := t.call(ctx, "paas_write", map[string]any{
		"tool": "virtuozzo_node_restart_by_id", "arguments": map[string]any{"env_name": "shop", "node_id": 101},
	}, nil)
	t.o.BarEnd()
	if err != nil {
		t.say("   the model reads: %v", err)
		t.say("   (declined: nothing was restarted)")
		return nil
	}
	t.say("   the node is up again")
	return nil
}

// wait follows the first job of an answer to its end.
func (t *tour) wait(ctx context.Context, jobs []struct{ Job string }) error {
	if len(jobs) == 0 {
		return errors.New("the answer has no job")
	}
	var end struct {
		State, Result, Text string
		Done, Failed        bool
		Log                 []string
	}
	err := t.call(ctx, "paas_wait", map[string]any{"job": jobs[0].Job, "timeout_seconds": 120}, &end)
	t.o.BarEnd()
	if err != nil {
		return err
	}
	t.say("   %s: %s", cmp.Or(end.Result, end.State), end.Text)
	if len(end.Log) > 0 {
		t.say("   last line of its log: %s", end.Log[len(end.Log)-1])
	}
	if !end.Done || end.Failed {
		return fmt.Errorf("the job did not succeed: %s", cmp.Or(end.Result, end.State))
	}
	return nil
}

func operation(name string, args map[string]any) map[string]any {
	all := map[string]any{"project_id": platformsh.ProjectShop}
	for k, v := range args {
		all[k] = v
	}
	return map[string]any{"tool": name, "arguments": all}
}

// call makes a call and reads its structured answer. A tool error is returned as the text a model would read.
func (t *tour) call(ctx context.Context, tool string, args map[string]any, into any) error {
	t.say("   → %s %s", tool, short(args))
	request := mcp.CallToolRequest{}
	request.Params.Name, request.Params.Arguments = tool, args
	request.Params.Meta = &mcp.Meta{ProgressToken: tool}
	r, err := t.client.CallTool(ctx, request)
	if err != nil {
		return err
	}
	if r.IsError {
		for _, c := range r.Content {
			if text, ok := c.(mcp.TextContent); ok {
				return fmt.Errorf("%s", text.Text)
			}
		}
		return fmt.Errorf("%s failed without a word", tool)
	}
	if into == nil {
		return nil
	}
	raw, err := json.Marshal(r.StructuredContent)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// Elicit passes the gate's question on to the person. It is the client's side of elicitation.
func (t *tour) Elicit(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	content, ok := t.o.Person.Answer(ctx, r.Params.Message, formOf(r.Params.RequestedSchema))
	answer := &mcp.ElicitationResult{}
	answer.Action = mcp.ElicitationResponseActionDecline
	if ok {
		answer.Action = mcp.ElicitationResponseActionAccept
		answer.Content = content
	}
	return answer, nil
}

// formOf reads the form from its schema: the required field says yes, the other is an offer.
func formOf(schema any) Form {
	var given struct {
		Properties map[string]struct {
			Type, Title, Description string
			Default                  any
		}
		Required []string
	}
	if raw, err := json.Marshal(schema); err == nil {
		_ = json.Unmarshal(raw, &given) // a form that cannot be read has no field, and is declined
	}
	var form Form
	for name, p := range given.Properties {
		field := Field{Name: name, Type: p.Type, Title: p.Title, Description: p.Description, Ticked: p.Default == true}
		if slices.Contains(given.Required, name) {
			form.Yes = field
		} else {
			form.Backup = &field
		}
	}
	return form
}

func (t *tour) progress(n mcp.JSONRPCNotification) {
	if n.Method != "notifications/progress" {
		return
	}
	percent, _ := n.Params.AdditionalFields["progress"].(float64)
	text, _ := n.Params.AdditionalFields["message"].(string)
	t.o.Bar(int(percent), text)
}

// short renders a value on one line that fits a terminal.
func short(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if text := []rune(string(raw)); len(text) > 160 {
		return string(text[:157]) + "…"
	}
	return string(raw)
}
