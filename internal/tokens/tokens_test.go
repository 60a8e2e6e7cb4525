package tokens_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/tiktoken-go/tokenizer"

	"paasmcp/internal/tokens"
)

// repeat makes a text of many lines that differ.
func repeat(line func(i int, hash [32]byte) string) string {
	var b strings.Builder
	for i := range 200 {
		b.WriteString(line(i, sha256.Sum256(fmt.Append(nil, i))))
		b.WriteByte('\n')
	}
	return b.String()
}

// TestEstimate holds the estimate against the tokenizer on texts of every kind that platforms answer with. Being below lets
// an answer through that is over the cap; being far above cuts answers that are not.
func TestEstimate(t *testing.T) {
	t.Parallel()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, text  string
		least, most float64
	}{
		{"rows", repeat(func(i int, h [32]byte) string {
			return fmt.Sprintf(`{"id":"%x-%x-%x","status":"active","type":"environment.push","created_at":"2026-11-%02dT10:%02d:21+00:00"},`, h[:4], h[4:6], h[6:12], i%30, i%60)
		}), 0.98, 1.25},
		{"numbers", repeat(func(i int, h [32]byte) string { return fmt.Sprintf(`[%d,%d.%d,true,null],`, i*7919, h[0], h[1]) }), 0.95, 1.35},
		{"hashes", repeat(func(_ int, h [32]byte) string { return fmt.Sprintf(`"%x"`, h) }), 0.95, 1.4},
		{"base64", repeat(func(_ int, h [32]byte) string { return base64.StdEncoding.EncodeToString(h[:]) }), 0.85, 1.3},
		{"log", repeat(func(i int, h [32]byte) string {
			return fmt.Sprintf(`[2026-11-22 01:%02d:%02d] php.CRITICAL: Uncaught PHP Exception Acme\Checkout\CartException: "No cart %d" at /app/src/Controller/CartController.php line %d`, i%60, h[0]%60, i, h[1])
		}), 0.95, 1.3},
		{"access log", repeat(func(i int, h [32]byte) string {
			return fmt.Sprintf(`198.51.100.%d - - [22/Nov/2026:01:%02d:00 +0000] "GET /node/%d?page=%d HTTP/1.1" 502 %d "-" "Mozilla/5.0 (X11; Linux x86_64)"`, h[0], i%60, i, h[1], 4000+i)
		}), 0.95, 1.3},
		{"prose", repeat(func(i int, _ [32]byte) string {
			return fmt.Sprintf("Environment %d keeps running its previous version, because the configuration of the application could not be read.", i)
		}), 0.95, 1.3},
		{"indented", repeat(func(i int, _ [32]byte) string { return strings.Repeat(" ", i%12) + `"maintenance_window": {` }), 0.95, 1.6},
		{"Chinese", strings.Repeat("部署失败了。", 200), 0.95, 3},
		{"Russian", strings.Repeat("Развёртывание не удалось. ", 100), 0.95, 5},
		{"emoji", strings.Repeat("🚀🔥 done ", 200), 0.85, 3},
		{"empty", "", 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			exact, err := codec.Count(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			got := tokens.Estimate(tc.text)
			if float64(got) < tc.least*float64(exact) || float64(got) > tc.most*float64(exact) {
				t.Errorf("%d, exactly %d: %.3f of it, should be %.2f to %.2f", got, exact, float64(got)/float64(exact), tc.least, tc.most)
			}
		})
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("word ", 100)
	if !tokens.Fits(text, 500) || !tokens.Fits(text, 120) || tokens.Fits(text, 99) || tokens.Fits("a b", 0) || !tokens.Fits("", 0) {
		t.Error("a hundred words are some hundred tokens")
	}
}

func BenchmarkEstimate(b *testing.B) {
	text := repeat(func(i int, h [32]byte) string { return fmt.Sprintf(`{"id":"%x","status":"active","n":%d},`, h[:8], i) })
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		tokens.Estimate(text)
	}
}
