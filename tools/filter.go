package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"paasmcp/internal/caller"
	"paasmcp/internal/jq"
	"paasmcp/internal/legible"
)

var errNoJQ = errors.New("jq: this process runs no jq programs; use fields")

// checkJQ refuses a program that cannot run before anything is sent. Only reads are filtered: after a change, an error
// about a filter would hide that the change was made.
func (s *Service) checkJQ(call Call) error {
	if call.View.JQ == "" {
		return nil
	}
	if s.JQ == nil {
		return errNoJQ
	}
	if op, ok := s.Catalog.Operation(call.Tool); ok && !op.IsRead() {
		return errors.New("jq: only answers of reads can be filtered; leave jq out, nothing was sent")
	}
	if err := jq.Check(call.View.JQ); err != nil {
		return fmt.Errorf("jq: %w; nothing was sent", err)
	}
	return nil
}

// filtered is what a program makes of the whole of an answer: of the items when it is a list. When the program fails, the
// answer is kept, so that the next try needs no call of the platform.
func (s *Service) filtered(ctx context.Context, call Call, o *Outcome, a Answer) (Answer, error) {
	body := wholeOf(o, call.View)
	raw, err := json.Marshal(body)
	if err != nil {
		return Answer{}, err
	}
	err = s.filter(ctx, &a, call.View.JQ, raw, body)
	if a.Next != "" {
		a.Note = joinNotes(partial(body, o.Result.Total)+"; pass a larger limit, or the cursor in next", a.Note)
	}
	if o.Result.IsList && !onlyHAL(o.Result.Value) {
		a.Note = joinNotes(a.Note, "jq sees the items alone; beside the list is "+shorten(shapeOf(o.Result.Value), maxErrorText)+", which fields [\"*\"] shows")
	}
	if err != nil {
		if k, ok := s.kept.put(caller.From(ctx), keptAnswer{Tool: o.Operation.Name, JSON: raw, Shows: o.Operation.Shows, Next: a.Next}); ok {
			err = fmt.Errorf("%w. The answer is kept: try again with paas_result, result %s", err, k.ID)
		}
	}
	return a, err
}

// filter puts what the program makes of the input into the answer: one value as it is, several as items.
func (s *Service) filter(ctx context.Context, a *Answer, program string, raw []byte, body any) error {
	if s.JQ == nil {
		return errNoJQ
	}
	out, err := s.JQ.Run(ctx, program, raw)
	if err != nil {
		return fmt.Errorf("jq: %s; the input is %s", shorten(legible.Block(err.Error()), maxErrorText), shorten(shapeOf(body), maxErrorText))
	}
	a.Items, a.Value, a.Total, a.cut = nil, nil, nil, 0
	switch len(out.Values) {
	case 0:
		a.Note = joinNotes("jq gave nothing; its input was "+shorten(shapeOf(body), maxErrorText), a.Note)
	case 1:
		if a.Value = cleaned(out.Values[0]); a.Value == nil {
			a.Note = joinNotes("jq gave null; its input was "+shorten(shapeOf(body), maxErrorText), a.Note)
		}
	default:
		a.Items = make([]any, len(out.Values))
		for i, value := range out.Values {
			a.Items[i] = cleaned(value)
		}
	}
	if items, isList := a.Value.([]any); isList {
		a.Items, a.Value = items, nil
	}
	if out.More {
		a.Note = joinNotes("jq gave more values than can be kept; select fewer", a.Note)
	}
	return nil
}

// partial says that a program saw the first items of a list only: who counts them would be wrong.
func partial(body any, total int) string {
	items, _ := body.([]any)
	of := "the platform has more"
	if total > len(items) {
		of = fmt.Sprintf("there are %d", total)
	}
	return fmt.Sprintf("jq saw %s of the list; %s", plural(len(items), "item", "items"), of)
}

// cleaned removes what a text can hide, which a program could have made. Nulls stay: they were asked for.
func cleaned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, child := range v {
			out[legible.Block(name)] = cleaned(child)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = cleaned(v[i])
		}
		return out
	case string:
		return legible.Block(v)
	default:
		return value
	}
}
