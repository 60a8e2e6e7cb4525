package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/caller"
)

// questions are the elicitation/create requests waiting for an answer. The zero value is ready.
type questions struct {
	mu   sync.Mutex
	open map[string]question // by request id
}

type question struct {
	owner  string
	answer chan<- *message
}

// ask registers a question under a random id: with a guessable one a page that the user visits, or another client,
// could say yes in the user's name.
func (q *questions) ask(owner string) (id string, answer <-chan *message, done func()) {
	id = rand.Text()
	ch := make(chan *message, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == nil {
		q.open = make(map[string]question)
	}
	q.open[id] = question{owner, ch}
	return id, ch, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.open, id)
	}
}

// deliver hands a reply to the call that asked. A reply nobody waits for, a second one, or one of another client is
// dropped: JSON-RPC knows no answer to an answer.
func (q *questions) deliver(owner string, m *message) {
	var id string
	if json.Unmarshal(m.ID, &id) != nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if asked, ok := q.open[id]; ok && asked.owner == owner {
		delete(q.open, id)
		asked.answer <- m
	}
}

// unanswered is a question that ended without an answer; why is one of the constants of package caller.
func unanswered(why string) *mcp.ElicitationResult {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionCancel, Content: why}}
}

// RequestElicitation implements server.SessionWithElicitation: it asks the user of a legacy client and waits. It never
// returns an error, because mcp-go would show that to the client as -32603 in place of the handler's own words.
func (c *call) RequestElicitation(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	if !c.canAnswer(r.Params.Mode) {
		return unanswered(""), nil
	}
	id, answer, done := c.eng.asks.ask(c.owner)
	defer done()
	defer c.slot.lend()(ctx)
	if err := c.request(id, mcp.MethodElicitationCreate, r.Params); err != nil {
		c.eng.log.Debug("question not delivered", "error", err)
		return unanswered(caller.ClientGone), nil
	}
	timeout := time.NewTimer(c.eng.cfg.AnswerTimeout)
	defer timeout.Stop()
	select {
	case m := <-answer:
		return &mcp.ElicitationResult{ElicitationResponse: readAnswer(m)}, nil
	case <-c.gone:
		return unanswered(caller.ClientGone), nil
	case <-c.eng.closing:
		return unanswered(caller.ServerStopping), nil
	case <-timeout.C:
		c.withdraw(id, "no answer in time")
		return unanswered(caller.NoAnswerInTime), nil
	case <-ctx.Done():
		c.withdraw(id, "the call has ended")
		return unanswered(caller.CallEnded), nil
	}
}

// canAnswer reports whether the client declared this kind of question, and has a session to reply through. mcp-go does
// not check; a client that never expects the question would leave the call hanging until the time-out.
func (c *call) canAnswer(mode string) bool {
	if mode == mcp.ElicitationModeURL {
		return c.owner != "" && c.Asking().URL
	}
	return c.owner != "" && c.Asking().Form
}

// readAnswer accepts nothing but the three actions of the specification.
func readAnswer(m *message) mcp.ElicitationResponse {
	var r mcp.ElicitationResponse
	if m.Error != nil || json.Unmarshal(m.Result, &r) != nil {
		return mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionCancel}
	}
	switch r.Action {
	case mcp.ElicitationResponseActionAccept, mcp.ElicitationResponseActionDecline:
		return r
	}
	return mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionCancel} // without its content, which would be taken for ours
}

// withdraw tells the client that the question is pointless now, so that it can close the dialog.
func (c *call) withdraw(id, reason string) {
	b := newBuffer()
	defer freeBuffer(b)
	err := appendJSON(b, map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION, "method": mcp.MethodNotificationCancelled,
		"params": map[string]string{"requestId": id, "reason": reason},
	})
	if err == nil {
		err = c.out.send(b.Bytes())
	}
	if err != nil {
		c.eng.log.Debug("question not withdrawn", "error", err)
	}
}

// request sends a request of ours.
func (c *call) request(id string, method mcp.MCPMethod, params any) error {
	b := newBuffer()
	defer freeBuffer(b)
	err := appendJSON(b, struct {
		JSONRPC string        `json:"jsonrpc"`
		ID      string        `json:"id"`
		Method  mcp.MCPMethod `json:"method"`
		Params  any           `json:"params"`
	}{mcp.JSONRPC_VERSION, id, method, params})
	if err != nil {
		return err
	}
	return c.out.send(b.Bytes())
}
