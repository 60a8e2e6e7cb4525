package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tiktoken-go/tokenizer"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/demo"
	"paasmcp/internal/policy"
	"paasmcp/internal/simulator"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// revision of the protocol that the session speaks.
const revision = "2026-07-28"

// upstream stands for the host of the platforms. Nothing listens there: requests go to the simulator within the process.
const upstream = "http://127.0.0.1:1"

// started is when every session begins. A fixed time keeps answers, and with them the counts, the same on every run.
var started = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// Shop is what all sessions share: the catalogue and the tokenizer.
type Shop struct {
	catalog *schemas.Catalog
	codec   tokenizer.Codec
	hello   int // tokens of the instructions and the tools list, which a model reads once per session
}

// Session is one conversation with a whole server in this process, in front of a platform that nobody has touched yet.
type Session struct {
	shop   *Shop
	server handler
	sim    *simulator.Simulator
	person *Person
	Calls  []Exchange
	In     int // tokens that the model reads: instructions and tools list once, and every answer
	Out    int // tokens that the model writes: name and arguments of every call
}

type handler func(ctx context.Context, message json.RawMessage) any

// Exchange is one call of a tool and what came back.
type Exchange struct {
	Step      int // counted from 0
	Tool      string
	Arguments map[string]any
	Card      string // what the person was shown, if anybody was asked
	Said      string // what the person answered
	Answer    string
	Failed    bool
	In, Out   int // tokens
}

// Answer is what the model gets to see of a call.
type Answer struct {
	Text   string
	Value  map[string]any // the same as data
	Failed bool
	Remark string // what the person said when they declined
}

// newShop prepares what sessions share.
func newShop() (*Shop, error) {
	catalog, err := schemas.Open(nil, schemas.Platforms()...)
	if err != nil {
		return nil, err
	}
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		return nil, err
	}
	shop := &Shop{catalog: catalog, codec: codec}
	s, err := shop.open(nil)
	if err != nil {
		return nil, err
	}
	shop.hello, err = s.greet()
	return shop, err
}

// open starts a session in front of fresh demo data, on a clock that stands still; work of the platforms is done at once.
func (shop *Shop) open(person *Person) (*Session, error) {
	sim := simulator.New(simulator.Options{
		Clock: simulator.NewFakeClock(started), Speed: simulator.Instant, KeepRequests: -1, AcquiaRate: -1,
	})
	accounts, err := tools.NewAccounts([]apiclient.Account{
		demo.Account("platformsh", schemas.Platformsh, upstream),
		demo.Account("acquia", schemas.Acquia, upstream),
		demo.Account("virtuozzo", schemas.Virtuozzo, upstream),
	}, apiclient.Options{Transport: sim.Transport()})
	if err != nil {
		return nil, err
	}
	sealer, err := approval.NewRandomSealer()
	if err != nil {
		return nil, err
	}
	log, err := audit.Open("")
	if err != nil {
		return nil, err
	}
	service := tools.NewService(tools.Config{
		Catalog: shop.catalog, Accounts: accounts, Policy: policy.Default(), Audit: log,
		Gate: approval.NewGate(sealer, new(approval.Once)), PollEvery: time.Millisecond,
	})
	mcp, err := tools.NewServer(service, tools.Selection{}, "eval")
	if err != nil {
		return nil, err
	}
	handle := func(ctx context.Context, message json.RawMessage) any { return mcp.HandleMessage(ctx, message) }
	return &Session{shop: shop, server: handle, sim: sim, person: person, In: shop.hello}, nil
}

// greet counts what a client hands to its model before the first word: the instructions, and name, description and input
// schema of each tool.
func (s *Session) greet() (int, error) {
	var hello struct{ Instructions string }
	params := map[string]any{"protocolVersion": "2025-11-25", "clientInfo": clientInfo, "capabilities": map[string]any{}}
	if err := s.send("initialize", params, &hello); err != nil {
		return 0, err
	}
	var list struct {
		Tools []struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			InputSchema json.RawMessage `json:"inputSchema"`
		}
	}
	if err := s.send("tools/list", map[string]any{"_meta": meta}, &list); err != nil {
		return 0, err
	}
	tokens := s.tokens(hello.Instructions)
	for _, tool := range list.Tools {
		tokens += s.tokens(compact(tool))
	}
	return tokens, nil
}

var (
	clientInfo = map[string]any{"name": "eval", "version": "1"}
	meta       = map[string]any{
		"io.modelcontextprotocol/protocolVersion":    revision,
		"io.modelcontextprotocol/clientInfo":         clientInfo,
		"io.modelcontextprotocol/clientCapabilities": map[string]any{"elicitation": map[string]any{"form": map[string]any{}}},
	}
)

// Call calls a tool as a client does for its model: a question of the gate goes to the person and comes back with the
// same call, and the model sees neither. The error is about the protocol; a tool that failed is an answer.
func (s *Session) Call(ctx context.Context, step int, tool string, args map[string]any) (Answer, error) {
	x := Exchange{Step: step, Tool: tool, Arguments: args, Out: s.tokens(compact(map[string]any{"name": tool, "arguments": args}))}
	params := map[string]any{"name": tool, "arguments": args, "_meta": meta}
	r, err := s.call(ctx, params)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", tool, err)
	}
	if r.ResultType == "input_required" {
		question := r.InputRequests["confirm"].Params
		x.Card = question.Message
		answer := s.person.Answer(question.Message, question.RequestedSchema)
		x.Said = answer.Said
		params["requestState"], params["inputResponses"] = r.RequestState, map[string]any{"confirm": answer.Response}
		if r, err = s.call(ctx, params); err != nil {
			return Answer{}, fmt.Errorf("%s: %w", tool, err)
		}
	}
	if len(r.Content) == 0 {
		return Answer{}, fmt.Errorf("%s: an answer without content", tool)
	}
	a := Answer{Text: r.Content[0].Text, Failed: r.IsError}
	if len(r.StructuredContent) > 0 {
		if err := decode(r.StructuredContent, &a.Value); err != nil {
			return Answer{}, fmt.Errorf("%s: structured content: %w", tool, err)
		}
	}
	if a.Failed {
		a.Remark = x.Said
	}
	x.Answer, x.Failed, x.In = a.Text, a.Failed, s.tokens(a.Text)
	s.Calls, s.In, s.Out = append(s.Calls, x), s.In+x.In, s.Out+x.Out
	return a, nil
}

// reply is the part of a result that a client acts on.
type reply struct {
	ResultType    string `json:"resultType"`
	RequestState  string `json:"requestState"`
	InputRequests map[string]struct {
		Params struct {
			Message         string
			RequestedSchema form
		}
	} `json:"inputRequests"`
	IsError           bool            `json:"isError"`
	StructuredContent json.RawMessage `json:"structuredContent"`
	Content           []struct{ Text string }
}

func (s *Session) call(ctx context.Context, params map[string]any) (r reply, err error) {
	ctx = caller.With(ctx, caller.Caller{Principal: "local", Transport: "stdio", ClientName: "eval"}, caller.Asking{Form: true})
	return r, s.sendIn(ctx, "tools/call", params, &r)
}

func (s *Session) send(method string, params, into any) error {
	return s.sendIn(context.Background(), method, params, into)
}

func (s *Session) sendIn(ctx context.Context, method string, params, into any) error {
	message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return err
	}
	raw, err := json.Marshal(s.server(ctx, message))
	if err != nil {
		return err
	}
	var answer struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return errors.New(answer.Error.Message)
	}
	return decode(answer.Result, into)
}

func (s *Session) tokens(text string) int {
	n, err := s.shop.codec.Count(text)
	if err != nil {
		return len(text) // never happens with valid text, and would not go unnoticed
	}
	return n
}

// decode reads JSON with exact numbers: ids must come back as they were.
func decode(raw []byte, into any) error {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	return dec.Decode(into)
}

func compact(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // of values that came from JSON
	return strings.TrimSuffix(b.String(), "\n")
}

// http is a client of its own for the checks, which must not go through what they check.
func (s *Session) http() *http.Client { return &http.Client{Transport: s.sim.Transport()} }
