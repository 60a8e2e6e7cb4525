package spelling_test

import (
	"testing"

	"paasmcp/internal/spelling"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, same := range []string{"shop", "SHOP", " shop ", "shop\n", "s\u200bhop", "\ufeffshop", "sh\u00adop", "\u202eshop", "ｓｈｏｐ", "\u00a0Shop",
		"%73hop", "s\U000e0041hop", "𝓼hop", "https://shop/", "HTTPS://Shop/path?x"} {
		if got := spelling.Fold(same); got != "shop" {
			t.Errorf("Fold(%q) = %q", same, got)
		}
	}
	for _, other := range []string{"sh\u043ep", "shop2", "s hop", "", "sh*p", "%"} { // the first has a Cyrillic letter
		if got := spelling.Fold(other); got == "shop" {
			t.Errorf("Fold(%q) = %q", other, got)
		}
	}
	if a, b := spelling.Fold("feature%2Flogin"), spelling.Fold("Feature/Login"); a != b {
		t.Errorf("%q and %q differ", a, b)
	}
}
