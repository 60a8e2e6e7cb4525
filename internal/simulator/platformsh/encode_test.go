package platformsh_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// The answers are written by an encoder of their own, which must not differ from encoding/json in one byte.
func TestAnswersAreCanonicalJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.accept("PATCH "+shop, `{"title":"<b>\"Größe\" & \\ \u2028\u0001 größer</b>","attributes":{"ü":"","a":"\n"}}`)
	for _, path := range []string{shop, shop + "/environments", shop + "/environments/main/deployments", shop + "/activities", shop + "/settings", shop + "/certificates", "/me", "/regions", "/plans"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sim/platformsh"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.Token)
		resp, err := s.HTTP.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(got, &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", path, got, want)
		}
	}
}
