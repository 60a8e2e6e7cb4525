package platformsh_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		simulator.New(simulator.Options{})
	}
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) WriteHeader(int)             {}
func (d discard) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkRequest(b *testing.B) {
	sim := simulator.New(simulator.Options{TokenLifetime: 1000 * time.Hour, Speed: simulator.Instant})
	handler := sim.Handler()
	req := func(method, path, body string) *http.Request {
		r, err := http.NewRequestWithContext(b.Context(), method, "http://sim/platformsh"+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	token := req(http.MethodPost, "/oauth2/token", "grant_type=api_token&api_token="+platformsh.APIToken)
	token.SetBasicAuth("platform-api-user", "")
	token.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	handler.ServeHTTP(discard{http.Header{}}, token) // the first token has a known name
	for name, call := range map[string]string{
		"project": "GET " + shop, "environments": "GET " + shop + "/environments", "deployment": "GET " + shop + "/environments/main/deployments/current",
		"activities": "GET " + shop + "/activities", "backup": "POST " + shop + "/environments/main/backup",
	} {
		b.Run(name, func(b *testing.B) {
			method, path, _ := strings.Cut(call, " ")
			b.ReportAllocs()
			for b.Loop() {
				r := req(method, path, "")
				r.Header.Set("Authorization", "Bearer sim-access-000001")
				handler.ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}
