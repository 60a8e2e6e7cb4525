package virtuozzo_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"paasmcp/internal/simulator/virtuozzo"
)

func BenchmarkGetEnvInfo(b *testing.B) {
	s := virtuozzo.New(virtuozzo.Options{})
	body := url.Values{"session": {virtuozzo.APIToken}, "envName": {virtuozzo.EnvShop}}.Encode()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/1.0/environment/control/rest/getenvinfo", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		virtuozzo.New(virtuozzo.Options{})
	}
}
