package tools

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// mostNearest is how many operations are named in place of one that does not exist.
const mostNearest = 3

// everything are the rows of all platforms with all flags, to say of a name that it exists elsewhere or is switched off. It is
// read when somebody first gets a name wrong.
var everything = sync.OnceValue(func() *schemas.Catalog {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Catalogued()...)
	if err != nil { // the same index that the server's own rows come from
		return &schemas.Catalog{}
	}
	return catalog
})

// unknown explains a name that no operation has: what it may have meant, on its own platform first, and where it does exist.
func (s *Service) unknown(name string) error {
	name = strings.Trim(name, " \t\n\"'`")
	if name == writeName && s.ReadOnly {
		return &RefusedError{Tool: writeName, Reason: "this server runs read-only. " + liftReadOnly}
	}
	if s.isOwn(name) {
		return fmt.Errorf("%s is a tool of its own: call it directly", name)
	}
	shown := shorten(legible.Line(name), 80)
	if op, ok := s.Catalog.Operation(strings.ToLower(name)); ok { // in quotes, with spaces around it or in capitals
		return fmt.Errorf("operation names are exact: call %s", op.Name)
	}
	if op, ok := everything().Operation(name); ok {
		return s.switchedOff(op)
	}
	if tool, _ := s.resolve(name); tool != "" {
		return fmt.Errorf("operation %q does not exist by that name: it is %s", shown, tool)
	}
	platform, rest := platformOf(name)
	hints := s.near(name, platform)
	if platform != "" {
		if others := elsewhere(platform, rest); len(others) > 0 {
			hints = append(hints, "the same elsewhere: "+strings.Join(others, ", "))
		}
	}
	if len(hints) == 0 {
		hints = append(hints, "use paas_find to look for one")
	}
	where := "does not exist"
	if platform != "" {
		where += " on " + string(platform)
	}
	return fmt.Errorf("operation %q %s; %s", shown, where, strings.Join(hints, "; "))
}

// isOwn reports whether a name is that of a hand-written tool.
func (s *Service) isOwn(name string) bool {
	return strings.HasPrefix(name, "paas_") && slices.ContainsFunc(s.ownTools(), func(t server.ServerTool) bool { return t.Tool.Name == name })
}

// switchedOff explains a name that exists and cannot be called here.
func (s *Service) switchedOff(op *schemas.Operation) error {
	if len(s.Accounts.clients) == 0 {
		return fmt.Errorf("operation %s cannot be called: %s", op.Name, NoAccounts)
	}
	if !slices.Contains(s.Accounts.Platforms(), op.Platform) {
		others := elsewhere(op.Platform, strings.TrimPrefix(op.Name, string(op.Platform)+"_"))
		others = slices.DeleteFunc(others, func(n string) bool { _, ok := s.Catalog.Operation(n); return !ok })
		if len(others) == 0 {
			others = s.finder().Nearest(op.Name, "", mostNearest)
		}
		return fmt.Errorf("operation %s is of %s, for which no account is configured (paas_accounts lists them); %s", op.Name, op.Platform,
			orFind("here", others))
	}
	flags := make([]string, len(op.Flags))
	for i, f := range op.Flags {
		flags[i] = string(f)
	}
	return fmt.Errorf("operation %s is %s and not switched on: the operator of this server can start it with --include %s; %s", op.Name,
		strings.Join(flags, " and "), strings.Join(flags, ","), orFind("in its place", s.finder().Nearest(op.Name, op.Platform, mostNearest)))
}

func orFind(what string, names []string) string {
	if len(names) == 0 {
		return "use paas_find to look for another"
	}
	return what + ": " + strings.Join(names, ", ")
}

// near names the nearest operations that can be called.
func (s *Service) near(name string, platform schemas.Platform) []string {
	if platform != "" && !slices.Contains(s.Accounts.Platforms(), platform) && len(s.Accounts.Platforms()) > 0 {
		platform = ""
	}
	if names := s.finder().Nearest(name, platform, mostNearest); len(names) > 0 {
		return []string{"nearest: " + strings.Join(names, ", ")}
	}
	return nil
}

// resolve takes a call of the wire for the operation that makes it.
func (s *Service) resolve(call string) (string, map[string]string) {
	method, _, ok := strings.Cut(call, " ")
	if !ok || !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, strings.ToUpper(method)) {
		return "", nil
	}
	for _, p := range s.Accounts.Platforms() {
		if tool, args := s.related.Resolve(p, call); tool != "" {
			return tool, args
		}
	}
	return "", nil
}

// spellings are what people call the platforms in front of a name.
var spellings = []struct {
	prefix   string
	platform schemas.Platform
}{
	{"platformsh", schemas.Platformsh}, {"platform.sh", schemas.Platformsh}, {"platform_sh", schemas.Platformsh}, {"platform-sh", schemas.Platformsh},
	{"upsun", schemas.Platformsh}, {"psh", schemas.Platformsh}, {"acquia", schemas.Acquia}, {"virtuozzo", schemas.Virtuozzo},
	{"jelastic", schemas.Virtuozzo},
}

// platformOf takes the platform off the front of a name.
func platformOf(name string) (platform schemas.Platform, rest string) {
	lower := strings.ToLower(name)
	for _, s := range spellings {
		if rest, ok := strings.CutPrefix(lower, s.prefix); ok {
			return s.platform, strings.Trim(rest, "_-.: ")
		}
	}
	return "", lower
}

// elsewhere names the operations of the same name on the other platforms, also those without an account.
func elsewhere(platform schemas.Platform, rest string) []string {
	rest = strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(rest)
	var names []string
	for _, p := range schemas.Platforms() {
		if _, ok := everything().Operation(string(p) + "_" + rest); ok && p != platform {
			names = append(names, string(p)+"_"+rest)
		}
	}
	return names
}
