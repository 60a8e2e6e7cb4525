package e2e_test

import (
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/platformsh"
)

// Every revision's client lists, reads and completes resources over a real transport, and hears why one cannot be read.
func TestResourcesOverTheWire(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", modern} {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			s := connect(t, newUpstream(t, platformsh, simulator.Options{}), revision)
			list, err := s.client.ListResources(t.Context(), mcp.ListResourcesRequest{})
			if err != nil || len(list.Resources) < 5 {
				t.Fatalf("resources: %+v, %v", list, err)
			}
			templates, err := s.client.ListResourceTemplates(t.Context(), mcp.ListResourceTemplatesRequest{})
			if err != nil || len(templates.ResourceTemplates) < 4 {
				t.Fatalf("templates: %+v, %v", templates, err)
			}
			read := func(uri string) (string, error) {
				request := mcp.ReadResourceRequest{}
				request.Params.URI = uri
				got, err := s.client.ReadResource(t.Context(), request)
				if err != nil || len(got.Contents) != 1 {
					return "", err
				}
				text, _ := got.Contents[0].(mcp.TextResourceContents)
				return text.Text, nil
			}
			account := ""
			for _, r := range list.Resources {
				if text, err := read(r.URI); err != nil || !strings.HasPrefix(text, "{") {
					t.Errorf("%s: %.100s, %v", r.URI, text, err)
				}
				if rest, ok := strings.CutSuffix(r.URI, "/projects"); ok {
					account = strings.TrimPrefix(rest, "paas://accounts/")
				}
			}
			environments := "paas://accounts/" + account + "/projects/" + demo.ProjectShop + "/environments"
			if text, err := read(environments); err != nil || !strings.Contains(text, `"feature/search"`) {
				t.Errorf("%s: %.200s, %v", environments, text, err)
			}
			if _, err := read("paas://accounts/" + account + "/projects/nope/environments"); err == nil || !strings.Contains(err.Error(),
				"platformsh_org_project_list") {
				t.Errorf("a project that does not exist: %v", err)
			}
			request := mcp.CompleteRequest{}
			request.Params.Ref = mcp.ResourceReference{Type: "ref/resource", URI: "paas://accounts/{account}/projects/{project}/environments"}
			request.Params.Argument = mcp.CompleteArgument{Name: "project", Value: demo.ProjectShop[:3]}
			if got, err := s.client.Complete(t.Context(), request); err != nil || len(got.Completion.Values) == 0 ||
				got.Completion.Values[0] != demo.ProjectShop {
				t.Errorf("completion: %+v, %v", got, err)
			}
			s.end()
		})
	}
}
