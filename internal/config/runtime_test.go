package config_test

import (
	"testing"

	"paasmcp/internal/config"
)

func TestRuntimeDir(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"XDG_RUNTIME_DIR": "/run/user/1", "HOME": "/home/a"}, "/run/user/1/paas-mcp"},
		{map[string]string{"XDG_RUNTIME_DIR": "relative", "XDG_CACHE_HOME": "/c", "HOME": "/home/a"}, "/c/paas-mcp/run"},
		{map[string]string{"HOME": "/home/a"}, "/home/a/.cache/paas-mcp/run"},
	} {
		got, err := config.RuntimeDir(func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
		if err != nil || got != c.want {
			t.Errorf("%v: %q, %v, want %q", c.env, got, err, c.want)
		}
	}
}
