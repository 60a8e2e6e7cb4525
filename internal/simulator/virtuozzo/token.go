package virtuozzo

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

func tokenHandlers() handlers {
	return handlers{
		"users/authentication.gettokens":         (*Server).getTokens,
		"users/authentication.createtoken":       (*Server).createToken,
		"users/authentication.edittoken":         (*Server).editToken,
		"users/authentication.regeneratetoken":   (*Server).regenerateToken,
		"users/authentication.deletetokens":      (*Server).deleteTokens,
		"users/authentication.gettokenapilist":   (*Server).getTokenAPIList,
		"users/authentication.gettokentemplates": (*Server).getTokenTemplates,
		"users/authentication.getpolicymethods":  (*Server).getBuiltinPolicy,
	}
}

// Tokens are documents {id, uid, key, description, expiresAt, apiList, lastUsed}; apiList holds the methods, all when empty.

// useToken checks expiry and rights of the token that a call carries.
func (s *Server) useToken(r *Request, t Doc) error {
	if end, ok := t["expires"].(time.Time); ok && !r.Now.Before(end) {
		return fail(CodeLogin, "authentication failed: the token has expired")
	}
	if list := t["apiList"].([]string); len(list) > 0 && !allows(list, r.call.method()) {
		return fail(CodeTokenRight, "permission denied for method [%s]", r.call.method())
	}
	t["lastUsed"] = stamp(r.Now)
	r.user = &identity{uid: t["uid"].(int), token: t}
	return nil
}

// allows tells whether a list of rights covers a method. Rights may end in * and are compared without regard to case,
// because the vendor writes method names in mixed case and paths in lower case.
func allows(rights []string, method string) bool {
	return slices.ContainsFunc(rights, func(right string) bool {
		right = strings.ToLower(right)
		if prefix, ok := strings.CutSuffix(right, "*"); ok {
			return strings.HasPrefix(method, prefix)
		}
		return right == method
	})
}

// rights reads a list of rights, each of which must cover a method.
func (r *Request) rights(name string) ([]string, error) {
	rights := r.list(name)
	for _, right := range rights {
		if !slices.ContainsFunc(calls().sorted, func(c *call) bool { return allows([]string{right}, c.method()) }) {
			return nil, invalid(name, "names no method with "+right)
		}
	}
	return rights, nil
}

// methodItems describes the methods that keep says yes to, the way rights are listed.
func methodItems(keep func(*call) bool) []any {
	items := []any{}
	for i, c := range calls().sorted {
		if keep(c) {
			items = append(items, Doc{
				"id": i + 1, "method": c.method(), "isSafe": c.reads(), "isCollaborationAccessible": strings.HasPrefix(c.name, "environment/"),
			})
		}
	}
	return items
}

// rightItems are the methods that a list of rights covers.
func rightItems(rights []string) []any {
	return methodItems(func(c *call) bool { return allows(rights, c.method()) })
}

// tokenView shows a token; its value only right after it was made.
func (s *Server) tokenView(t Doc, withKey bool) Doc {
	d := Doc{"id": t["id"], "description": t["description"], "isSystem": false, "apiListItems": rightItems(t["apiList"].([]string))}
	for _, k := range []string{"lastUsed", "expiresAt"} {
		if v, ok := t[k]; ok {
			d[k] = v
		}
	}
	if withKey {
		d["key"] = t["key"]
	}
	return d
}

func (s *Server) getTokens(r *Request) (Doc, error) {
	want, err := r.ids("ids")
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, t := range s.auth.tokens.items {
		if t["uid"] == r.user.uid && (len(want) == 0 || slices.Contains(want, t["id"].(int))) {
			list = append(list, s.tokenView(t, false))
		}
	}
	return Doc{"apiTokens": list}, nil
}

// passwordAgain checks the account password where a call carries one, as token calls of sessions without it do.
func (s *Server) passwordAgain(r *Request) error {
	if r.has("password") && r.text("password") != s.auth.user(r.user.uid).password {
		return fail(CodeLogin, "authentication failed: wrong password")
	}
	return nil
}

// setToken applies the parameters of createtoken and edittoken.
func (s *Server) setToken(r *Request, t Doc) error {
	if err := s.passwordAgain(r); err != nil {
		return err
	}
	change := Doc{}
	if r.has("description") {
		change["description"] = r.text("description")
	}
	if r.has("expiresAt") {
		end, err := r.when("expiresAt", r.Now)
		if err != nil {
			return err
		}
		change["expires"], change["expiresAt"] = end, stamp(end)
	}
	if r.has("tokenTemplate") {
		rights, ok := tokenTemplates[r.text("tokenTemplate")]
		if !ok {
			return invalid("tokenTemplate", "is none of those that gettokentemplates lists")
		}
		change["apiList"] = rights
	}
	if r.has("apiList") {
		rights, err := r.rights("apiList")
		if err != nil {
			return err
		}
		change["apiList"] = rights
	}
	maps.Copy(t, change)
	return nil
}

func (s *Server) createToken(r *Request) (Doc, error) {
	t := Doc{"uid": r.user.uid, "apiList": []string{}}
	if err := s.setToken(r, t); err != nil {
		return nil, err
	}
	t["key"] = s.hex(40)
	return Doc{"token": s.tokenView(s.auth.tokens.add(t), true)}, nil
}

// ownToken finds a token of the caller.
func (s *Server) ownToken(r *Request, id int) (Doc, error) {
	t, ok := s.auth.tokens.get(id)
	if !ok || t["uid"] != r.user.uid {
		return nil, notFound("token", id)
	}
	return t, nil
}

func (s *Server) editToken(r *Request) (Doc, error) {
	t, err := s.ownToken(r, r.number("id"))
	if err != nil {
		return nil, err
	}
	if err := s.setToken(r, t); err != nil {
		return nil, err
	}
	return Doc{"token": s.tokenView(t, false)}, nil
}

func (s *Server) regenerateToken(r *Request) (Doc, error) {
	t, err := s.ownToken(r, r.number("id"))
	if err == nil {
		err = s.passwordAgain(r)
	}
	if err != nil {
		return nil, err
	}
	t["key"] = s.hex(40)
	return Doc{"token": s.tokenView(t, true)}, nil
}

func (s *Server) deleteTokens(r *Request) (Doc, error) {
	if err := s.passwordAgain(r); err != nil {
		return nil, err
	}
	if r.text("ids") == "*" {
		s.auth.tokens.removeWhere(func(t Doc) bool { return t["uid"] == r.user.uid })
		return nil, nil
	}
	ids, err := r.owned(s.ownToken)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		s.auth.tokens.remove(id)
	}
	return nil, nil
}

func (s *Server) getTokenAPIList(r *Request) (Doc, error) {
	search := strings.ToLower(r.text("search"))
	items := methodItems(func(c *call) bool { return strings.Contains(c.method(), search) })
	return Doc{"behavior": "ALLOW", "tokenPermissions": items}, nil
}

// tokenTemplates are the ready-made sets of rights.
var tokenTemplates = map[string][]string{
	"Monitoring": {"environment.control.get*", "environment.control.readlog", "environment.tracking.*"},
	"Deployment": {"environment.deployment.*", "environment.control.getenvinfo", "environment.control.restartnodes"},
}

func (s *Server) getTokenTemplates(*Request) (Doc, error) {
	list := []any{}
	for i, name := range slices.Sorted(maps.Keys(tokenTemplates)) {
		list = append(list, Doc{"id": i + 1, "name": name, "apiListItems": rightItems(tokenTemplates[name])})
	}
	return Doc{"templates": list}, nil
}

// builtinPolicies are the policies of the platform by unique name.
var builtinPolicies = map[string][]string{
	"viewer": {"environment.control.get*", "environment.control.readlog"},
	"admin":  {"environment.*"},
}

func (s *Server) getBuiltinPolicy(r *Request) (Doc, error) {
	name := cmp.Or(r.text("uniqueName"), "viewer")
	rights, ok := builtinPolicies[name]
	if !ok {
		return nil, notFound("policy", name)
	}
	return Doc{"behavior": "ALLOW", "tokenPermissions": rightItems(rights)}, nil
}
