package canary_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
	"paasmcp/schemas"
)

// call is one call of an operation, with canaries in every argument that holds a secret.
type call struct {
	op   *schemas.Operation
	args map[string]any
	sent int // canaries in it
}

// seeded are the ids of the demo data, by the platform's name of the path parameter. Virtuozzo's examples have them.
var seeded = map[schemas.Platform]map[string]string{
	schemas.Platformsh: {
		"projectId": platformsh.ProjectShop, "project_id": platformsh.ProjectShop, "environmentId": "main", "environmentTypeId": "development",
		"organization_id": platformsh.OrgAcme, "subscriptionId": platformsh.SubscriptionShop, "subscription_id": platformsh.SubscriptionShop,
		"user_id": platformsh.UserAda, "userId": platformsh.UserAda, "uuid": platformsh.UserAda, "team_id": platformsh.TeamDevelopers,
		"token_id": "aaaaaaaa-0002-4000-8000-000000000002", "activityId": platformsh.SeedFailedActivity, "certificateId": platformsh.SeedCertificate,
		"backupId": platformsh.SeedBackup, "domainId": "shop.example.com", "deploymentId": "current", "deploymentTargetConfigurationId": "local",
		"routeId": "https://{default}/", "integrationId": platformsh.SeedIntegration, "certificateProvisionerDocumentId": "letsencrypt",
		"versionId": "current", "variableId": "env:MAILER_DSN", "projectVariableId": "env:APP_ENV", "repositoryRefId": "heads/main",
		"email": "ben@acme.example", "username": "ben",
	},
	schemas.Acquia: {
		"applicationUuid": acquia.AppPortal, "applicationId": acquia.AppPortal, "organizationUuid": acquia.Organization,
		"subscriptionUuid": acquia.Subscription,
		"subscriptionId":   acquia.Subscription, "teamUuid": acquia.TeamDevelopers, "roleUuid": acquia.RoleDeveloper, "userUuid": acquia.UserCleo,
		"environmentId": acquia.EnvProd, "databaseName": acquia.DatabasePortal, "domain": acquia.PortalDomain, "cronId": acquia.SeedCron,
		"environmentVariableName": "APP_ENV", "logType": "apache-access", "logForwardingDestinationUuid": acquia.SeedDestination, "ideUuid": acquia.SeedIDE,
		"sshKeyUuid": acquia.SeedSSHKey, "tokenUuid": acquia.SeedToken, "notificationUuid": acquia.SeedFailedNotification, "apmType": "newrelic",
		"codebaseId": acquia.Codebase, "siteId": acquia.Site, "privateNetworkId": acquia.PrivateNetwork, "agreementUuid": acquia.SeedAgreement,
		"messageUuid": acquia.SeedMessage, "shieldAclUuid": acquia.SeedShieldRule, "identityProviderUuid": acquia.SeedIdentityProvider,
		"domainRegistrationUuid": acquia.SeedEmailDomain, "configurationSetId": acquia.SeedConfigSet,
	},
}

// calls are the ways to call an operation with a secret in every place: one, or one for each kind of object it takes.
func (f *flock) calls(op *schemas.Operation) []call {
	base := clone(op.Example.Args)
	if base == nil {
		base = map[string]any{}
	}
	for i := range op.Params {
		p := &op.Params[i]
		id, ok := seeded[op.Platform][p.WireName()]
		if p.WireName() == "environmentId" && op.Platform == schemas.Acquia && p.Format == "uuid" {
			id = acquia.MEOProd
		}
		if p.In == "path" && ok && p.Type == "string" {
			base[p.Name] = id
		}
	}
	sent := oracle[op.Name].sent
	if op.Variants == nil || len(sent) == 0 {
		return []call{f.plant(op, base, sent, "")}
	}
	var list []call
	for _, kind := range op.Variants.Kinds {
		args := maps.Clone(base)
		for _, other := range op.Variants.Kinds {
			for _, name := range append(slices.Clone(other.Required), other.Optional...) {
				delete(args, name)
			}
		}
		args[op.Variants.By] = kind.Kind
		var paths []string
		for _, name := range append(slices.Clone(kind.Required), kind.Optional...) {
			p, ok := op.Param(name)
			if !ok {
				continue
			}
			if fits(sent, []string{name}) {
				paths = append(paths, name)
			} else if slices.Contains(kind.Required, name) {
				args[name] = specimen(&p.Schema, "x")
			}
		}
		list = append(list, f.plant(op, args, paths, kind.Kind))
	}
	return list
}

// plant puts canaries into the arguments: at the secret paths, which are made where the example lacks them, and
// wherever else the example has something under a secret name.
func (f *flock) plant(op *schemas.Operation, args map[string]any, sent []string, kind string) call {
	c := call{op: op, args: args}
	for _, path := range sent {
		keys := strings.Split(strings.ReplaceAll(path, "[]", ""), ".")
		if p, ok := op.Param(keys[0]); ok {
			args[keys[0]] = grow(&p.Schema, args[keys[0]], keys[1:])
		}
	}
	for name, value := range args {
		args[name] = f.replace(op, value, sent, []string{name}, kind, &c.sent)
	}
	return c
}

// grow makes a value that has something at the path.
func grow(s *schemas.Schema, v any, path []string) any {
	if s.Type == "array" {
		list, _ := v.([]any)
		if len(list) == 0 {
			list = []any{specimen(s.Items, "x")}
		}
		for i := range list {
			list[i] = grow(s.Items, list[i], path)
		}
		return list
	}
	if len(path) == 0 {
		if v == nil || v == "" {
			v = specimen(s, "x")
		}
		return v
	}
	object, ok := v.(map[string]any)
	if !ok {
		object, _ = specimen(s, "x").(map[string]any)
	}
	if object == nil {
		object = map[string]any{}
	}
	for i := range s.Properties {
		if p := &s.Properties[i]; p.Name == path[0] {
			object[p.Name] = grow(&p.Schema, object[p.Name], path[1:])
			return object
		}
	}
	object[path[0]] = grow(&schemas.Schema{Type: "string"}, object[path[0]], nil)
	return object
}

// specimen is a value of a schema.
func specimen(s *schemas.Schema, text string) any {
	if s == nil {
		return text
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == "integer", s.Type == "number":
		return 1
	case s.Type == "boolean":
		return true
	case s.Type == "array":
		return []any{specimen(s.Items, text)}
	case s.Type == "object":
		object := map[string]any{}
		for i := range s.Properties {
			if p := &s.Properties[i]; slices.Contains(s.Required, p.Name) || len(s.Required) == 0 {
				object[p.Name] = specimen(&p.Schema, text)
			}
		}
		if len(object) == 0 {
			object["A_NAME"] = text
		}
		return object
	case s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(text): // inside of objects only blocks of addresses have one
		return "192.0.2.0/24"
	case s.Format == "uri":
		return "https://hooks.example.com/" + text
	case s.Format == "ipv4":
		return "192.0.2.7"
	case s.Format == "email":
		return text + "@example.com"
	default:
		return text
	}
}

// replace puts canaries in place of the secret texts of a value.
func (f *flock) replace(op *schemas.Operation, v any, sent, place []string, kind string, count *int) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = f.replace(op, value, sent, append(slices.Clone(place), key), kind, count)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = f.replace(op, v[i], sent, place, kind, count)
		}
		return out
	case string:
		if !fits(sent, place) && !secretName(place[len(place)-1]) {
			return v
		}
		if p, ok := op.Param(place[0]); ok && p.Type != "object" && p.Type != "array" && p.Type != "string" || ok && len(p.Enum) > 0 {
			return v
		}
		*count++
		bird := f.at("argument %s %s of %s", strings.Join(place, "."), kind, op.Name)
		switch {
		case strings.HasPrefix(v, "https://") && !strings.Contains(bird, v):
			return "https://hooks.example.com/" + bird
		case strings.HasPrefix(v, "-----BEGIN "):
			return "-----BEGIN PRIVATE KEY-----\n" + bird + "\n-----END PRIVATE KEY-----\n"
		}
		return bird
	}
	return v
}

func clone(v map[string]any) map[string]any {
	out, _ := copied(v).(map[string]any)
	return out
}

func copied(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = copied(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = copied(v[i])
		}
		return out
	}
	return v
}
