package preview

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// access shows who is meant and what they may do then: people, teams, organizations, keys.
func (p platformsh) access(l *look) {
	l.inOrder(
		p.mentioned,
		p.entries,
		p.invitation,
		p.rights,
		p.reach,
	)
	if l.last() == "organization_id" { // its id says nothing, in whatever form it comes
		if organization, err := l.object("platformsh_org_get", l.these("organization_id")); err == nil {
			l.target.Name = first(organization, "label")
		}
	}
}

// reference is an argument that names something which the path of a call does not read.
type reference struct {
	param, tool, elsewhere string // elsewhere is how a path begins that reads it anyway
	to                     string // parameter of the read
}

func references() []reference {
	return []reference{
		{"user_id", "platformsh_user_get", "/users/{", "user_id"},
		{"user", "platformsh_user_get", "-", "user_id"},
		{"access_id", "platformsh_user_get", "-", "user_id"}, // entries of the old access lists carry the ids of their people
		{"team_id", "platformsh_team_get", "/teams/{", "team_id"},
		{"organization_id", "platformsh_org_get", "/organizations/{", "organization_id"},
	}
}

// mentioned looks up what arguments name by an id that says nothing.
func (p platformsh) mentioned(l *look) {
	for _, r := range references() {
		id := l.argument(r.param)
		if id == "" || strings.HasPrefix(l.Op.Path(), r.elsewhere) || strings.HasPrefix(l.Op.Path(), "/profiles/{") {
			continue
		}
		what := strings.ReplaceAll(label(r.to), "organization", "in organization")
		answer, err := l.object(r.tool, map[string]any{r.to: id})
		if err != nil {
			l.doubt(label(r.to)+" "+id, err)
			continue
		}
		found, _ := p.resource(r.tool, answer)
		l.detail(what, describe(found, id))
		l.state(what+" name", found.name)
		if r.param == l.last() && opaque(id) {
			l.target.Name = found.name
		}
	}
}

// manyEntries is how many entries of a list are looked up.
const manyEntries = 4

// entries looks up whom a list of grants names, and what each gets.
func (p platformsh) entries(l *look) {
	list, _ := l.Args["entries"].([]any)
	var steps []func(*look)
	for _, item := range list[:min(len(list), manyEntries)] {
		entry, ok := item.(map[string]any)
		if !ok {
			continue
		}
		steps = append(steps, func(l *look) { p.entry(l, entry) })
	}
	if more := len(list) - manyEntries; more > 0 {
		steps = append(steps, func(l *look) {
			l.doubt("the entries after the first "+text(manyEntries), errors.New("too many to look up"))
		})
	}
	if l.Op.Name == "platformsh_project_user_access_create" {
		steps = append(steps, func(l *look) { p.hasAlready(l, list) })
	}
	l.inOrder(steps...)
}

func (p platformsh) entry(l *look, entry map[string]any) {
	for _, r := range []reference{
		{"user_id", "platformsh_user_get", "", "user_id"},
		{"team_id", "platformsh_team_get", "", "team_id"},
		{"project_id", "platformsh_project_get", "", "project_id"},
	} {
		id := first(entry, r.param)
		if id == "" {
			continue
		}
		answer, err := l.object(r.tool, map[string]any{r.to: id})
		if err != nil {
			l.doubt(label(r.to)+" "+id, err)
			continue
		}
		found, _ := p.resource(r.tool, answer)
		l.detail(label(r.to), describe(found, id))
		l.state(label(r.to)+" "+id, found.name)
		if rights := texts(entry["permissions"]); len(rights) > 0 {
			l.detail(label(r.to)+" may then", meaning(rights))
		}
	}
}

// hasAlready tells who of the people has access already: the call replaces it.
func (platformsh) hasAlready(l *look, entries []any) {
	list, err := l.list("platformsh_project_user_access_list", l.these("project_id"))
	if err != nil {
		l.doubt("who has access already", err)
		return
	}
	for _, item := range entries[:min(len(entries), manyEntries)] {
		entry, _ := item.(map[string]any)
		for _, now := range list {
			if id := first(entry, "user_id"); id != "" && first(now, "user_id") == id {
				l.change("rights of "+id, may(now["permissions"]), may(entry["permissions"]))
			}
		}
	}
}

// rights says in words what is granted by the call itself.
func (platformsh) rights(l *look) {
	var list []string
	list = append(list, texts(l.Args["permissions"])...)
	list = append(list, texts(l.Args["project_permissions"])...)
	if role := l.argument("role"); role != "" {
		if kind := l.argument("environment_type_id"); kind != "" {
			role = kind + ":" + role
		}
		list = append(list, role)
	}
	if items, ok := l.Args["permissions"].([]any); ok { // of an invitation: a role for each type of environment
		for _, item := range items {
			if entry, ok := item.(map[string]any); ok {
				list = append(list, first(entry, "type")+":"+first(entry, "role"))
			}
		}
	}
	l.detail("may then", meaning(list))
}

// meaning writes rights as people would say them.
func meaning(rights []string) string {
	var words []string
	for _, right := range rights {
		if w, ok := meanings()[right]; ok {
			right += " = " + w
		}
		words = append(words, right)
	}
	return strings.Join(words, "; ")
}

func meanings() map[string]string {
	words := map[string]string{
		"admin":           "everything, also people and production",
		"viewer":          "see the project",
		"billing":         "see and pay bills",
		"plans":           "change plans",
		"members":         "invite and remove people, change their rights",
		"projects:create": "create projects, which cost money",
		"project:create":  "create projects, which cost money",
		"projects:list":   "see all projects",
	}
	for _, kind := range []string{"production", "staging", "development"} {
		words[kind+":admin"] = "change everything on " + kind
		words[kind+":contributor"] = "push code to " + kind + " and log in there"
		words[kind+":viewer"] = "see " + kind
	}
	return words
}

// invitation finds an invitation by its id, which only a list tells, or one that waits for the same address.
func (platformsh) invitation(l *look) {
	tool, args := "platformsh_project_invitation_list", l.these("project_id")
	if strings.HasPrefix(l.Op.Path(), "/organizations/") {
		tool, args = "platformsh_org_invitation_list", l.these("organization_id")
	}
	id, email := l.argument("invitation_id"), l.argument("email")
	if id == "" && !strings.HasSuffix(l.Op.Name, "_invitation_create") {
		return
	}
	list, err := l.list(tool, args)
	if err != nil {
		l.doubt("invitations", err)
		return
	}
	for _, i := range list {
		facts := present(first(i, "state"), prefixed("role ", first(i, "role")), may(i["permissions"]), prefixed("sent ", ago(first(i, "created_at"))),
			prefixed("by ", first(i, "owner.display_name")))
		switch {
		case id != "" && first(i, "id") == id:
			l.detail("invitation for", with(first(i, "email"), facts...))
			l.state("invitation for", first(i, "email"))
			if opaque(id) {
				l.target.Name = first(i, "email")
			}
		case id == "" && email != "" && strings.EqualFold(first(i, "email"), email) && first(i, "state") == "pending":
			l.detail("an invitation waits already", with(first(i, "email"), facts...))
		}
	}
}

// fingerprint is that of an SSH public key as ssh-keygen writes it; empty when the text is no key.
func fingerprint(key string) string {
	fields := strings.Fields(key)
	if len(fields) < 2 {
		return ""
	}
	data, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}
