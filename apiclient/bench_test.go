package apiclient_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paasmcp/apiclient"
)

// BenchmarkSend shows what the client adds to a bare GET of the same answer with the same transport.
func BenchmarkSend(b *testing.B) {
	for _, items := range []int{1, 50} {
		entry := `{"id":"main","title":"Main","type":"production","status":"active","created_at":"2026-05-01T00:00:00Z","deployed":true,"disk":2048}`
		body := `{"items":[` + strings.TrimSuffix(strings.Repeat(entry+",", items), ",") + `]}`
		f := &fake{answer: always(200, body)}
		server := httptest.NewServer(f)
		defer server.Close()
		transport := apiclient.NewTransport()
		defer transport.CloseIdleConnections()
		c := newClient(b, server.URL, apiclient.Options{Transport: transport})
		b.Run(fmt.Sprintf("client/%d", items), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := send(b, c, readRow, project); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("bare/%d", items), func(b *testing.B) {
			b.ReportAllocs()
			client := &http.Client{Transport: transport}
			for b.Loop() {
				response, err := client.Get(server.URL + "/projects/p1")
				if err != nil {
					b.Fatal(err)
				}
				var value any
				text, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err == nil {
					err = json.Unmarshal(text, &value)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
