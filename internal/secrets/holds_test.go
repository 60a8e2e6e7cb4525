package secrets_test

import (
	"strings"
	"testing"

	"paasmcp/internal/secrets"
)

// TestHoldsMask: every mask that can come with an answer is recognized wherever it goes back, and ordinary text with bullets is not.
func TestHoldsMask(t *testing.T) {
	t.Parallel()
	var masks []string
	m := new(secrets.Masker)
	for n := range 60 {
		masks = append(masks, m.Mask(map[string]any{"password": strings.Repeat("x", n+1)}).(map[string]any)["password"].(string))
	}
	masks = append(masks, secrets.MaskText("DB_PASSWORD=hunter2hunter2 and more"), secrets.MaskText("https://user:hunter2hunter2@example.com/"))
	for _, disguised := range []string{
		`\u2022\u2022\u2022\u2022 (12 characters)`, "%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2", "&bull;&bull;&bull;&bull;", "•• (12 characters)", "token=[redacted]", "**** (12 characters)", "●●●● (12 characters)", "* * * * (3 Characters)",
	} {
		if _, ok := secrets.HoldsMask(disguised); !ok {
			t.Errorf("%q goes through", disguised)
		}
	}
	for _, mask := range masks {
		for _, spelled := range []string{
			mask, " " + mask + "\n", strings.ToUpper(mask), "before " + mask + " after", strings.ReplaceAll(mask, "•", "•\u200b"), strings.ReplaceAll(mask, "•", "• "),
			mask[strings.Index(mask, "•"):][:len("•••")], "\"" + mask + "\"",
		} {
			for _, v := range []any{
				spelled, []any{"a", spelled}, map[string]any{"a": map[string]any{"b": []any{map[string]any{"c": spelled}}}}, map[string]any{spelled: true},
			} {
				if _, ok := secrets.HoldsMask(v); !ok {
					t.Errorf("%q goes through in %#v", spelled, v)
				}
			}
		}
	}
	if path, _ := secrets.HoldsMask(map[string]any{"http_access": map[string]any{"basic_auth": map[string]any{"ada": "••••"}}}); path != "http_access.basic_auth.ada" {
		t.Errorf("the path is %q", path)
	}
	for _, v := range []any{
		"", "plain", "• one\n• two\n• three\n• four", "a • b • c", "••", "one ••two", "…", "****", "(12 characters)", 5, nil, true, map[string]any{"a": []any{"• x"}},
	} {
		if path, ok := secrets.HoldsMask(v); ok {
			t.Errorf("%#v holds a mask at %q", v, path)
		}
	}
}
