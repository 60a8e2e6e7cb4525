package tools_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/schemas"
	"paasmcp/tools"
)

const (
	invoice = "platformsh_invoice_download"
	pdf     = "%PDF-1.7 pretend"
)

// fileWire answers with a file, and after breakAfter bytes with a broken connection when that is set.
type fileWire struct {
	wire
	breakAfter int
}

func (w *fileWire) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.wire.RoundTrip(r)
	if err != nil || strings.HasSuffix(r.URL.Path, "/oauth2/token") {
		return response, err
	}
	response.Header = http.Header{"Content-Type": {"application/pdf"}, "Content-Disposition": {`attachment; filename="../../invoice.pdf"`}}
	response.Body = io.NopCloser(strings.NewReader(pdf))
	response.ContentLength = int64(len(pdf))
	if w.breakAfter > 0 {
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(pdf[:w.breakAfter]), broken{}))
	}
	return response, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func fileRig(t *testing.T, w *fileWire, saveDir string) *rig {
	t.Helper()
	return newRig(t, func(c *tools.Config) {
		accounts, err := tools.NewAccounts([]apiclient.Account{{
			Name: "work", Platform: schemas.Platformsh, Token: "t",
			APIURL: "https://api.example.com", TokenURL: "https://api.example.com/oauth2/token",
		}}, apiclient.Options{Transport: w})
		if err != nil {
			t.Fatal(err)
		}
		c.Accounts, c.SaveDir = accounts, saveDir
	})
}

func TestSaveTo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, saveTo string
		noDir        bool
		breakAfter   int
		want         string // part of the error; empty: saved
		sent         int
	}{
		{name: "saved", saveTo: "invoice.pdf", sent: 1},
		{name: "no name", want: "set save_to"},
		{name: "no folder", saveTo: "invoice.pdf", noDir: true, want: "--save-dir"},
		{name: "overwrites", saveTo: "there.pdf", want: "exists already"},
		{name: "leaves the folder", saveTo: "../invoice.pdf", want: "cannot be created"},
		{name: "absolute", saveTo: "/tmp/invoice.pdf", want: "cannot be created"},
		{name: "through a link", saveTo: "link/invoice.pdf", want: "cannot be created"},
		{name: "breaks off", saveTo: "half.pdf", breakAfter: 4, want: "invoice_download", sent: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir, outside := t.TempDir(), t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "there.pdf"), []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			w := &fileWire{breakAfter: tc.breakAfter}
			saveDir := dir
			if tc.noDir {
				saveDir = ""
			}
			r := fileRig(t, w, saveDir)
			args := map[string]any{"token": "signed"}
			if tc.saveTo != "" {
				args["save_to"] = tc.saveTo
			}
			got := r.call(request{tool: invoice, args: args})
			if sent := len(w.take()); tc.sent == 0 && sent > 0 {
				t.Errorf("%d requests were sent for a file that cannot be kept", sent)
			}
			saved, err := os.ReadFile(filepath.Join(dir, tc.saveTo))
			switch {
			case tc.want == "" && (got.IsError || err != nil || string(saved) != pdf || strings.Contains(got.text(), pdf)):
				t.Errorf("answer %s, file %q, error %v", got.text(), saved, err)
			case tc.want != "" && (!got.IsError || !strings.Contains(got.text(), tc.want)):
				t.Errorf("answer %s, want an error with %q", got.text(), tc.want)
			}
			if mine, _ := os.ReadFile(filepath.Join(dir, "there.pdf")); string(mine) != "mine" {
				t.Error("a file was overwritten")
			}
			if _, err := os.Stat(filepath.Join(dir, "half.pdf")); err == nil {
				t.Error("half a file was left behind")
			}
			if left, _ := os.ReadDir(outside); len(left) > 0 {
				t.Error("a file was written outside the folder")
			}
		})
	}
}

// TestFileAsResource: over HTTP a file is a resource that only its principal reads, and never part of the result.
func TestFileAsResource(t *testing.T) {
	t.Parallel()
	r := fileRig(t, &fileWire{}, "")
	t.Cleanup(func() { r.Service.Close(context.Background()) })
	alice := caller.With(context.Background(), caller.Caller{Principal: "bearer:alice", Transport: "http"})
	outcome, err := r.Service.Call(alice, tools.Call{Tool: invoice, Args: map[string]any{"token": "signed"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	uri := outcome.Saved.URI
	if uri == "" {
		t.Fatal("the outcome has no resource")
	}
	read := func(ctx context.Context) string {
		message := `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"` + uri + `"}}`
		switch m := r.MCP.HandleMessage(ctx, []byte(message)).(type) {
		case mcp.JSONRPCResponse:
			result, ok := m.Result.(mcp.ReadResourceResult)
			if !ok || len(result.Contents) != 1 {
				t.Fatalf("%T", m.Result)
			}
			return result.Contents[0].(mcp.BlobResourceContents).Blob
		default:
			return ""
		}
	}
	if read(alice) == "" {
		t.Error("the principal who asked cannot read the file")
	}
	mallory := caller.With(context.Background(), caller.Caller{Principal: "bearer:mallory", Transport: "http"})
	if read(mallory) != "" {
		t.Error("another principal can read the file")
	}
	if _, err := r.Service.Call(alice, tools.Call{Tool: invoice, Args: map[string]any{"token": "signed"}, SaveTo: "x"}, nil); err == nil {
		t.Error("a remote client could choose a file name")
	}
}
