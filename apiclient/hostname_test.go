package apiclient_test

import (
	"strings"
	"testing"

	"paasmcp/apiclient"
)

func TestHostName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"shop.example.com":                                     "shop.example.com",
		" Shop.Example.COM.\n":                                 "shop.example.com",
		"shop.example.com:8443":                                "shop.example.com",
		"https://shop.example.com/cart?id=1#top":               "shop.example.com",
		"https://me:secret@shop.example.com:443/":              "shop.example.com",
		"//shop.example.com/x":                                 "shop.example.com",
		"shop.example.com/a b":                                 "shop.example.com",
		`https://shop.example.com\@evil.example/`:              "shop.example.com", // as browsers read it
		"*.example.com":                                        "*.example.com",
		"my_site.example.com":                                  "my_site.example.com",
		"bücher.example":                                       "xn--bcher-kva.example",
		"BÜCHER。example":                                       "xn--bcher-kva.example",
		"xn--bcher-kva.example":                                "xn--bcher-kva.example",
		"*.bücher.example":                                     "*.xn--bcher-kva.example",
		"sh\u200bop.exämple.com":                               "shop.xn--exmple-cua.com",
		strings.Repeat("a.", 120) + "example.com":              strings.Repeat("a.", 120) + "example.com",
		"1.2.3.4.nip.example":                                  "1.2.3.4.nip.example",
		"main-bvxea6i-abc123.eu-5.platformsh.site":             "main-bvxea6i-abc123.eu-5.platformsh.site",
		"https://" + "example.com" + strings.Repeat("/x", 500): "example.com",
	} {
		if got, err := apiclient.HostName(text); err != nil || got != want {
			t.Errorf("%q gives %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestNoHostName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   "empty",
		" \t":                                "empty",
		"shop":                               "no dot",
		"localhost:8080":                     "no dot",
		"shop example.com":                   "only letters",
		"shop.exa\x00mple.com":               "only letters",
		"shop.example.com\nx.example.com":    "only letters",
		"shop..example.com":                  "two dots",
		".example.com":                       "two dots",
		"shop.*.example.com":                 "only letters",
		"shop.example.com:http":              "port",
		"me@example.com":                     "mail address",
		"192.0.2.1":                          "IP address",
		"192.0.2.1:80":                       "IP address",
		"127.1":                              "IP address",
		"2001:db8::1":                        "IP address",
		"https://[2001:db8::1]:8443/x":       "IP address",
		"１９２.0.2.1":                          "IP address",
		"\u202eshop.example.com":             "characters",
		"shop.exa\xffmple.com":               "not a host name",
		strings.Repeat("a", 300):             "longer than 253",
		strings.Repeat("a", 64) + ".com":     "longer than 63",
		strings.Repeat("a.", 130) + "com":    "longer than 253",
		strings.Repeat("x", 10_000):          "not a host name",
		"https://me:topsecret@sh op.example": "only letters",
		"https://":                           "no dot",
	} {
		got, err := apiclient.HostName(text)
		switch {
		case err == nil:
			t.Errorf("%q gives %q, want an error with %q", text, got, want)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, want %q", text, err, want)
		case strings.Contains(err.Error(), "topsecret") || len(err.Error()) > 300 || strings.ContainsAny(err.Error(), "\x00\n"):
			t.Errorf("%q: the error repeats too much: %q", text, err)
		}
	}
}

func FuzzHostName(f *testing.F) {
	for _, seed := range []string{"shop.example.com", "https://u:p@bücher.example:1/", "*.a.b", "[::1]:80", "xn--a.b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := apiclient.HostName(text)
		if err != nil {
			return
		}
		if again, err := apiclient.HostName(name); err != nil || again != name {
			t.Errorf("%q gives %q, which gives %q, %v", text, name, again, err)
		}
		if strings.Trim(name, "*.abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%q gives %q", text, name)
		}
	})
}
