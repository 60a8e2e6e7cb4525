package tools

import (
	"errors"
	"strings"

	"paasmcp/apiclient"
	"paasmcp/internal/lazy"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// teach makes the error of a platform say the next step in terms of operations: which list has the id that was not found, which
// role or permission is missing and what shows the present ones. The shared client cannot: it knows requests, not the catalogue.
func (s *Service) teach(op *schemas.Operation, err error) error {
	var platform *apiclient.Error
	if !errors.As(err, &platform) {
		return err
	}
	taught := *platform
	taught.Operation = op.Name
	taught.Hint = s.callsIn(op.Platform, platform.Hint)
	switch platform.Kind {
	case apiclient.KindNotFound:
		taught.Hint = strings.Replace(taught.Hint, "look it up with the list call", s.lookUp(op), 1)
		if op.Platform == schemas.Virtuozzo && platform.Code != "" && !strings.Contains(taught.Hint, "look up ") {
			taught.Hint = joinNotes(taught.Hint, s.lookUp(op)) // its codes have hints of their own
		}
		if gives := s.related.Gives(op.Name); gives != "" {
			taught.Hint = joinNotes(taught.Hint, "who has no access yet is given it with "+gives)
		}
	case apiclient.KindInvalid:
		taught.Hint = strings.Replace(taught.Hint, "correct the arguments", "correct the arguments (paas_describe shows them)", 1)
	case apiclient.KindForbidden:
		if need := s.needed(op, platform); need != "" {
			taught.Hint = joinNotes(taught.Hint, need)
		}
	}
	return &taught
}

// wireCall is a read as the shared client writes it in its hints.
var wireCall = lazy.MustCompile(`GET /[^\s,;)]+`)

// callsIn replaces calls of the wire by those that a caller can make.
func (s *Service) callsIn(platform schemas.Platform, hint string) string {
	return wireCall.ReplaceAllStringFunc(hint, func(call string) string {
		tool, args := s.related.Resolve(platform, call)
		text, err := compact(args)
		if tool == "" || err != nil {
			return call
		}
		return "paas_read " + tool + " " + text
	})
}

// mostLists is how many lists are named for an id that was not found: that of the thing itself, and that of what it is in.
const mostLists = 2

// lookUp names the lists of the ids of a call, the innermost first.
func (s *Service) lookUp(op *schemas.Operation) string {
	var parts []string
	required := op.RequiredArguments()
	for i := len(required) - 1; i >= 0 && len(parts) < mostLists; i-- {
		if source := s.related.Source(op.Name, required[i]); source != "" && source != op.Name {
			parts = append(parts, required[i]+" with "+source)
		}
	}
	if len(parts) == 0 {
		return "look it up with paas_find"
	}
	return "look up " + strings.Join(parts, ", ")
}

// needed says which role or permission an operation takes, as far as the vendors tell, and what shows the present ones.
func (s *Service) needed(op *schemas.Operation, e *apiclient.Error) string {
	switch op.Platform {
	case schemas.Platformsh:
		if need := platformshNeeds(op); need != "" {
			return "it takes " + need + s.shownBy("platformsh_user_extended_access_list")
		}
	case schemas.Acquia:
		if e.Code == "not_available" {
			return "" // to nobody
		}
		return "an administrator of the team or organization changes roles" + s.shownBy("acquia_role_list", "acquia_permission_list")
	case schemas.Virtuozzo:
		if e.Code == codeTokenRights {
			return strings.TrimPrefix(s.shownBy("virtuozzo_token_method_list"), "; ")
		}
		return "shared environments give rights by roles" + s.shownBy("virtuozzo_collaboration_list", "virtuozzo_role_list")
	}
	return ""
}

// codeTokenRights is Virtuozzo's result when a personal access token lacks the method; its hint names the method.
const codeTokenRights = "8202"

func (s *Service) shownBy(tools ...string) string {
	var known []string
	for _, tool := range tools {
		if _, ok := s.Catalog.Operation(tool); ok {
			known = append(known, tool)
		}
	}
	if len(known) == 0 {
		return ""
	}
	return "; see " + strings.Join(known, ", ")
}

// organizationNeeds are the permissions of an organization by the first word of the path below it, as the vendor's enumeration
// of them goes: admin, billing, members, plans, projects:create, projects:list. Admin has them all.
var organizationNeeds = map[string]string{
	"members": "members", "invitations": "members", "mfa": "members", "mfa-enforcement": "admin",
	"subscriptions": "plans", "projects": "projects:list", "estimate": "plans", "addons": "plans", "regions": "projects:list", "metrics": "billing",
	"invoices": "billing", "orders": "billing", "address": "billing", "profile": "billing", "records": "billing", "vouchers": "billing",
	"discounts":  "billing",
	"prepayment": "billing", "alerts": "billing", "payment-source": "billing",
}

// platformshNeeds goes by the path: organizations have permissions, projects the roles viewer and admin, and environments, by
// their type, viewer, contributor and admin.
func platformshNeeds(op *schemas.Operation) string {
	parts := strings.Split(strings.Trim(op.Path(), "/"), "/")
	switch {
	case parts[0] == "organizations" && len(parts) > 2:
		need := organizationNeeds[parts[2]]
		switch {
		case need == "":
			return "the organization permission admin"
		case need == "projects:list" && op.Method() == "POST":
			need = "projects:create"
		case need == "projects:list" && !op.IsRead():
			need = "plans"
		}
		return "the organization permission " + need + " or admin"
	case parts[0] == "organizations" && len(parts) == 2 && !op.IsRead():
		return "the organization permission admin; only the owner deletes one"
	case parts[0] == "teams":
		return "the organization permission members or admin"
	case parts[0] != "projects" || len(parts) < 2:
		return ""
	case op.IsRead():
		return "at least the role viewer on the project or the environment's type"
	case len(parts) > 3 && parts[2] == "environments":
		return "the role contributor or admin on the environment's type, or admin on the project"
	}
	return "the role admin on the project"
}

// liftReadOnly says who can let a read-only server change something.
const liftReadOnly = "The operator of the server can start it without --read-only."

// allowedBy says who can let a refused call through, and how. It continues the sentence of the verdict.
func allowedBy(v policy.Verdict, tool string) string {
	switch v.Rule {
	case "read-only":
		return " " + liftReadOnly
	case "unclassified":
		return " No rule can allow it; report it to the maintainers of paas-mcp."
	case "no rule":
		return " The operator of the server can allow it with a rule in the policy file; `paas-mcp policy explain " + tool + "` shows what decides."
	}
	return " Rule \"" + v.Rule + "\" decided; the operator of the server can change it in the policy file, and `paas-mcp policy explain " + tool +
		"` shows why."
}
