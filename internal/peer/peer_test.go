package peer_test

import (
	"net/http"
	"net/netip"
	"testing"

	"paasmcp/internal/peer"
)

func TestClient(t *testing.T) {
	t.Parallel()
	proxies, err := peer.ParseProxies([]string{"10.0.0.0/8", " 127.0.0.1", "2001:db8:1::/48"})
	if err != nil {
		t.Fatal(err)
	}
	const client, faked, proxy = "203.0.113.7", "198.51.100.9", "10.0.0.1"
	for name, c := range map[string]struct {
		remote string
		header http.Header
		want   string
	}{
		"no proxy":                     {client + ":4711", http.Header{"X-Forwarded-For": {faked}, "Forwarded": {"for=" + faked}}, client},
		"mapped address":               {"[::ffff:" + client + "]:4711", nil, client},
		"zone":                         {"[fe80::1%eth0]:4711", nil, "fe80::1"},
		"Unix socket":                  {"@", nil, ""},
		"nothing said":                 {proxy + ":1", nil, proxy},
		"usual header":                 {proxy + ":1", http.Header{"X-Forwarded-For": {client}}, client},
		"with port":                    {proxy + ":1", http.Header{"X-Forwarded-For": {client + ":99"}}, client},
		"two proxies":                  {proxy + ":1", http.Header{"X-Forwarded-For": {client + ", 10.2.3.4"}}, client},
		"what the client wrote before": {proxy + ":1", http.Header{"X-Forwarded-For": {faked + ", " + client}}, client},
		"in two lines":                 {proxy + ":1", http.Header{"X-Forwarded-For": {faked, client, "10.2.3.4"}}, client},
		"proxies all the way":          {proxy + ":1", http.Header{"X-Forwarded-For": {"10.9.9.9, 10.2.3.4"}}, "10.9.9.9"},
		"a hop that is not known":      {proxy + ":1", http.Header{"X-Forwarded-For": {faked + ", unknown, 10.2.3.4"}}, "10.2.3.4"},
		"nonsense":                     {proxy + ":1", http.Header{"X-Forwarded-For": {"<script>"}}, proxy},
		"empty":                        {proxy + ":1", http.Header{"X-Forwarded-For": {""}}, proxy},
		"standard header":              {proxy + ":1", http.Header{"Forwarded": {"for=" + client}}, client},
		"standard, all of it":          {proxy + ":1", http.Header{"Forwarded": {`for=` + faked + `, proto=https;For="` + client + `:99";by=10.0.0.1`}}, client},
		"standard, IPv6":               {"[2001:db8:1::5]:1", http.Header{"Forwarded": {`for="[2001:db8:2::1]:99"`}}, "2001:db8:2::1"},
		"standard, hidden":             {proxy + ":1", http.Header{"Forwarded": {"for=_hidden"}}, proxy},
		"both agree":                   {proxy + ":1", http.Header{"Forwarded": {"for=" + client}, "X-Forwarded-For": {client}}, client},
		"both differ":                  {proxy + ":1", http.Header{"Forwarded": {"for=" + faked}, "X-Forwarded-For": {client}}, proxy},
		"without for":                  {proxy + ":1", http.Header{"Forwarded": {"proto=https"}, "X-Forwarded-For": {client}}, client},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: c.header}
		var want netip.Addr
		if c.want != "" {
			want = netip.MustParseAddr(c.want)
		}
		if got := proxies.Client(r); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestProxiesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "proxy.example.com", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1:80", "10.0.0.*"} {
		if p, err := peer.ParseProxies([]string{text}); err == nil {
			t.Errorf("%q is taken: %v", text, p)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"203.0.113.7": "203.0.113.7", "2001:db8::1:2:3:4": "2001:db8::", "::1": "::"} {
		if got := peer.Network(netip.MustParseAddr(in)); got != netip.MustParseAddr(want) {
			t.Errorf("%s: %v, want %s", in, got, want)
		}
	}
	if got := peer.Network(netip.Addr{}); got.IsValid() {
		t.Errorf("no address: %v", got)
	}
}
