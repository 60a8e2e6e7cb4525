package router_test

import (
	"maps"
	"slices"
	"testing"

	"paasmcp/internal/simulator/router"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	var r router.Router[string]
	for _, call := range []string{
		"GET /users/me", "GET /users/{id}", "PATCH /users/{id}", "GET /users/email={email}", "GET /users/{id}/teams",
		"GET /p/{p}/git/refs/{ref}", "GET /s/estimate", "PATCH /s/{id}",
	} {
		r.Add(call, call)
	}
	for _, c := range []struct {
		method, path, want string
		params             map[string]string
		allow              []string
	}{
		{"GET", "/users/me", "GET /users/me", map[string]string{}, nil},
		{"GET", "/users/7", "GET /users/{id}", map[string]string{"id": "7"}, nil},
		{"GET", "/users/email=a%40b.c", "GET /users/email={email}", map[string]string{"email": "a@b.c"}, nil},
		{"GET", "/users/email=", "GET /users/{id}", map[string]string{"id": "email="}, nil},
		{"GET", "/users/me/teams", "GET /users/{id}/teams", map[string]string{"id": "me"}, nil},
		{"GET", "/p/1/git/refs/heads%2Fmain", "GET /p/{p}/git/refs/{ref}", map[string]string{"p": "1", "ref": "heads/main"}, nil},
		{"GET", "/p/1/git/refs/heads/main", "", nil, nil},
		{"PATCH", "/s/estimate", "PATCH /s/{id}", map[string]string{"id": "estimate"}, nil},
		{"DELETE", "/users/7", "", nil, []string{"GET", "PATCH"}},
		{"GET", "/users//teams", "", nil, nil},
		{"GET", "/users/7/", "", nil, nil},
		{"GET", "/", "", nil, nil},
		{"GET", "", "", nil, nil},
		{"GET", "/other", "", nil, nil},
	} {
		m := r.Match(c.method, c.path)
		if m.Found != (c.want != "") || m.Handler != c.want || !maps.Equal(m.Params, c.params) || !slices.Equal(m.Allow, c.allow) {
			t.Errorf("%s %s: %+v, want %q %v %v", c.method, c.path, m, c.want, c.params, c.allow)
		}
	}
}

func TestMistakesInATablePanic(t *testing.T) {
	t.Parallel()
	for _, calls := range [][]string{{"GET"}, {"GET users"}, {"GET /a/{x}", "GET /a/{y}"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v: no panic", calls)
				}
			}()
			var r router.Router[int]
			for _, c := range calls {
				r.Add(c, 1)
			}
		}()
	}
}
