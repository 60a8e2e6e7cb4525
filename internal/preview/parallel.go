package preview

import "cmp"

// inOrder runs steps side by side and adds what they found in the order of the steps: the same look gives the same card, and the
// same state, whichever answer comes first.
func (l *look) inOrder(steps ...func(*look)) {
	parts := make([]*look, len(steps))
	var run []func()
	for i, step := range steps {
		part := &look{Call: l.Call, ctx: l.ctx, previewer: l.previewer, reader: l.reader, dialect: l.dialect}
		part.target.Kind = l.target.Kind
		parts[i] = part
		run = append(run, func() { step(part) })
	}
	l.together(run...)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, part := range parts {
		t := &l.target
		t.Details = append(t.Details, part.target.Details...)
		t.Along = append(t.Along, part.target.Along...)
		t.Changes = append(t.Changes, part.target.Changes...)
		t.State = append(t.State, part.target.State...)
		t.First = append(t.First, part.target.First...)
		t.Doubts = append(t.Doubts, part.target.Doubts...)
		t.Impossible = append(t.Impossible, part.target.Impossible...)
		t.Name = cmp.Or(part.target.Name, t.Name)
		t.Cost = cmp.Or(part.target.Cost, t.Cost)
	}
}
