package tools

import (
	"context"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/apiclient"
)

type waitInput struct {
	Job     string `json:"job" jsonschema_description:"from the answer that started it"`
	Timeout int    `json:"timeout_seconds,omitempty" jsonschema_description:"default 50; then call again"`
}

// waitAnswer is the answer of paas_wait.
type waitAnswer struct {
	JobRef
	Done   bool   `json:"done"`
	Failed bool   `json:"failed"`
	Note   string `json:"note,omitempty"`
}

const waitName = "paas_wait"

// defaultWait stays below the 60 seconds after which common clients give up on a call.
const (
	defaultWait = 50 * time.Second
	maxWait     = time.Hour
)

func (s *Service) waitTool() server.ServerTool {
	return own(s, waitName, "Wait for a job",
		"Wait until a job of a hosting platform is done.",
		hints(true, false, true), outputOf[waitAnswer]("done", "failed", "log"),
		func(ctx context.Context, in waitInput, params mcp.CallToolParams) (*mcp.CallToolResult, error) {
			atMost := defaultWait
			if in.Timeout != 0 {
				atMost = min(time.Duration(in.Timeout)*time.Second, maxWait)
			}
			job, done, failedJob, err := s.Wait(ctx, in.Job, atMost, progressOf(ctx, params))
			if err != nil {
				return failed(err), nil
			}
			answer := waitAnswer{JobRef: job, Done: done, Failed: failedJob}
			switch {
			case !done:
				answer.Note = "still running; call paas_wait again"
			case strings.HasPrefix(job.State, "cancel"):
				answer.Note = "it was cancelled"
			case failedJob:
				answer.Note = "it failed; paas_logs with this job shows where"
			case job.Result != apiclient.Success:
				answer.Note = "it is over, and the platform does not say whether it succeeded: read what it was about"
			}
			return result(answer)
		})
}

// progressOf sends progress notifications when the client asked for them, and is nil otherwise. Each carries a larger number than the one
// before, as the specification demands; platforms report the same percentage for a long while.
func progressOf(ctx context.Context, params mcp.CallToolParams) Progress {
	if params.Meta == nil || params.Meta.ProgressToken == nil {
		return nil
	}
	token, last := params.Meta.ProgressToken, -1.0
	s := server.ServerFromContext(ctx)
	return func(percent int, text string) {
		progress := max(float64(percent), last+0.01)
		last = progress
		// A client that went away notices nothing, and the wait ends with its context.
		_ = s.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
			"progressToken": token, "progress": progress, "total": 100, "message": text,
		})
	}
}
