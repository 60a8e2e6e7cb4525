package platformsh

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// logLine is one message of an activity log.
type logLine struct {
	at   time.Time
	text string
}

// lines returns what has been logged by now: the messages are spread evenly over the run time.
func (a *activity) lines(now time.Time) []logLine {
	if a.started.IsZero() || len(a.log) == 0 {
		return nil
	}
	step := a.dur / time.Duration(len(a.log))
	out := make([]logLine, 0, len(a.log))
	for i, text := range a.log {
		at := a.started.Add(time.Duration(i) * step)
		if at.After(now) || a.state == "cancelled" && at.After(a.finished) {
			break
		}
		out = append(out, logLine{at, text})
	}
	return out
}

func joinLog(lines []logLine) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
		b.WriteByte('\n')
	}
	return b.String()
}

// getActivityLog streams the log as newline-delimited JSON. start_at skips lines, max_items bounds them (0 is no bound).
// max_delay, the seconds to wait for more, is accepted and not waited for: a client has to reconnect until it sees the
// seal, as it has to when the real stream breaks.
func (s *Server) getActivityLog(r *Request) (Response, error) {
	a, err := s.oneActivity(r)
	if err != nil {
		return Response{}, err
	}
	from, err := intQuery(r.Query, "start_at", 0, 0, 1<<30)
	if err != nil {
		return Response{}, err
	}
	most, err := intQuery(r.Query, "max_items", 0, 0, 1<<30)
	if err != nil {
		return Response{}, err
	}
	if _, err := intQuery(r.Query, "max_delay", 0, -1, 1<<30); err != nil {
		return Response{}, err
	}
	lines := a.lines(r.Now)
	total := len(lines)
	lines = lines[min(from, total):]
	cut := most > 0 && len(lines) > most
	if cut {
		lines = lines[:most]
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	for i, l := range lines {
		id := fmt.Sprintf("%s-%05d", a.id, min(from, total)+i)
		if err := enc.Encode(Doc{"_id": id, "data": Doc{"timestamp": stamp(l.at), "message": l.text + "\n"}, "seal": false}); err != nil {
			return Response{}, err
		}
	}
	if a.over() && !cut {
		end := Doc{"_id": a.id + "-seal", "data": Doc{"timestamp": stamp(a.finished), "message": ""}, "seal": true}
		if err := enc.Encode(end); err != nil {
			return Response{}, err
		}
	}
	return Response{Raw: []byte(out.String()), ContentType: "application/x-ndjson"}, nil
}
