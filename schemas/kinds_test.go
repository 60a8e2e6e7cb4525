package schemas_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"paasmcp/schemas"
)

// kind is a way in which a call can be graver than it looks. A change that shows a sign of one is asked about: its risk holds one of
// the asked classes, or, where only an argument is the sign, a `when` on that argument adds one. docs/risk.md lists the kinds.
type kind struct {
	does string       // finishes "it may …"
	add  schemas.Risk // what such a call usually lacks
	// The signs, as patterns: the HTTP method, the last words of a row's name, the first ones of its summary, the name of an argument or
	// of something inside one, its description.
	method, verb, summary, arg, says string
}

// asked are the classes that the default policy asks about.
var asked = []schemas.Risk{schemas.Destructive, schemas.Irreversible, schemas.CostsMoney, schemas.GrantsAccess}

var kinds = []kind{
	{
		does: "let a person in, or decide who is told", add: schemas.GrantsAccess,
		verb:    `invite|invitation|accept|share|grant|approve|notify|remind`,
		summary: `invite|give|share|let|accept|allow|send|e?mail|remind|notify`,
		arg: `(owner|collaborator|recipient|requester|contact|assignee|member|admin(istrator)?|user|invitee|watcher|subscriber|follower|reviewer|` +
			`approver|operator|delegate|grantee|principal)s?(_(ids?|uids?|uuids?|e?mails?|names?))?|cc|bcc|e?mails?|e?mail_address(es)?|.*_(contact|e?mails?)|` +
			`(role|team|policy|permission|group)_(ids?|uuids?)|roles?|(.*_)?permissions|policies|methods|api_list|token_template|scopes?|` +
			`(.*_)?acls?|(allowed|trusted|denied|blocked)_.*|.*(allow|white)_?list|(ip_)?addresses|ips?|cidrs?|src|gateway_ip|aws_account|` +
			`public_key|ssh_keys?|authorized_keys|http_access|basic_auth|(is_)?public|visibility|.*notif(y|ication|ications)`,
		says: `(?i)\buser ids?\b|\b(users|members|people) (to|who)\b|\bIP addresses or\b|\bmail address\b`,
	},
	{
		does: "decide who pays, or how much", add: schemas.CostsMoney,
		verb: `clone|branch|buy|order|purchase|subscribe|scale|resize|upgrade|renew|(environment|site|site_instance|codebase|ide|project|studio|subscription|` +
			`network|node|ip)_(create|attach|count_set)|options_set`,
		summary: `buy|order|redeem|pay|subscribe|.*\b(billing|invoices?|tax)\b`,
		arg: `plan|storage|vat_number|(billing_)?country|postal_code|company_type|voucher|(fixed|flexible)_?cloudlets|cloudlets|ext_?ip|disk_?(limit|size)|` +
			`size|memory|cpu|replicas|instances|instance_count|seats|tier|flavor|sku|big_dev(_service)?|.*_suite|dedicated_.*|autoscaling|environments|` +
			`backups|blackfire|.*_profiling|.*_support_level|user_licenses|.*_resources`,
		says: `(?i)\bbilled\b|\bpaid\b|\bprice\b`,
	},
	{
		does: "run code that is stored or given", add: schemas.Destructive,
		verb: `run|exec|execute|build|deploy|redeploy|pull|switch|install|import|restore|initialize|merge|schedule|restart|reboot|relaunch|` +
			`(run|deploy|build|install|restart|switch|execute)_[a-z_]+`,
		summary: `run|execute|schedule|deploy|build|pull|let .* run`,
		arg: `scripts?|commands?|(run_)?cmd|entry_?point|hooks?|(pre|post)_?(build|deploy|install)|operation|jps|manifest|cloud_actions|cron|frequency|trigger|` +
			`user_data|cloud_init|(.*_)?catalog|.*options_url|update_mode|deploy_(now|at)|auto_?update|update_now`,
		says: `(?i)\bscripts?\b|\bshell\b|\btemplates?\b`,
	},
	{
		does: "send data out of the platform, or open a way in", add: schemas.GrantsAccess,
		verb: `(log_forwarding|export|endpoint|integration|webhook|drain|mount|backup_target|peer|vpn)_(create|update|enable|add|set)[a-z_]*|` +
			`publish|expose|opt_in|(forward|upload|send|export)_[a-z_]+`,
		summary: `forward|resume a log|export|publish|expose|connect|open a public|mount`,
		arg:     `webhook(_ur[il])?|callback(_ur[il])?|redirect_ur[il]s?|endpoint(_ur[il])?|consumers?|sinks?|drains?|source_host|private_port`,
	},
	{
		does: "fetch what an address holds", add: schemas.Destructive,
		arg:  `(.*_)?ur[il]s?|repository|image|registry`,
		says: `\bURLs?\b|\blink to\b`,
	},
	{
		does: "change how a person signs in or is recovered", add: schemas.GrantsAccess,
		verb: `(totp|otp|mfa|2fa|phone|phonenumber|recovery|recovery_codes|codes|passkey|session|sign_in|sign_out|token|password|emailaddress|email_change|` +
			`ssh_key|identity_provider|sso|saml|connection)(_[a-z_]+)?`,
		summary: `.*\b(second factor|recovery codes?|passwords?|sign-in|sessions?|verification code|phone|MFA|TOTP|API tokens?|access tokens?)\b`,
		arg:     `(.*_)?passwd|(.*_)?password|passcode|otp|pin|sid|username|login_name|recovery_.*|(tfa|mfa|totp|two_factor)(_.*)?|sso_url|entity_id`,
	},
	{
		does: "start, repeat or confirm what was asked about when it was made", add: schemas.GrantsAccess,
		verb:    `enable|activate|resume|start|resend|retry|repeat|recreate|regenerate|rotate|verify|confirm|authorize|unlock|unblock`,
		summary: `enable|activate|resume|start|resend|turn on|switch on|verify|confirm|complete|.* again\.$`,
	},
	{
		does: "overwrite what is there, or change what is served", add: schemas.Destructive,
		verb: `copy|write|append|unpack|unpack_[a-z]+|file_(create|rename)|data_apply(_old)?|property_set|env_vars_[a-z_]+|variable_update|(deployment|app)_rename|` +
			`redirect_create|(attach|set)_(env|group)|egress_update|index_update|server_update|environment_(update|version_[a-z]+)|certificate_(create|update)|ssl_bind`,
		summary: `overwrite|replace|restore|decline|unpack|append|write text`,
		arg:     `parent|region|enable_.*|restrict_.*|cert|certificate|intermediate`,
	},
	{
		does: "take something away", add: schemas.Destructive,
		method: "DELETE",
		verb: `delete|remove|purge|wipe|reset|clear|erase|drop|revoke|cancel|withdraw|detach|unbind|disassociate|disable|deactivate|suspend|stop|` +
			`pause|sleep|close|leave|uninstall|swap|move|migrate|replace|(delete|remove|reset|replace|clear|disable|stop)_[a-z_]+`,
		summary: `delete|remove|withdraw|cancel|revoke|take|drop|erase|empty|clear|reset|detach|throw|stop|keep|replace|turn off|unlink|unbind|leave`,
		arg: `force|overwrite|prune(_.*)?|delete(_.*)?|remove(_.*)?|discard|replace|.*_replace|recursive|cascade|permanent(ly)?|is_default|default_(branch|domain)|` +
			`primary|active|(is_)?enabled|synchronize_data|rebase|wipe(_.*)?|purge(_.*)?|reset(_.*)?`,
		says: `(?i)\bcomplete (list|set)\b|\bthrows\b|\bdrops?\b`,
	},
}

// spared are the rows and arguments that show a sign and do no harm, and why. A row is named alone, an argument after a space; * stands
// for any text. What is spared without need fails.
var spared = []struct{ what, why string }{
	{"*_caches_clear", "nothing is lost; the site is slower until the cache is full again"},
	{"acquia_*varnish_clear", "nothing is lost; the site is slower until the cache is full again"},
	{"platformsh_project_build_cache_clear", "nothing is lost, and nothing is built before the next deployment"},
	{"platformsh_org_create country", "an organization without projects has no bills"},
	{"platformsh_org_create name", "the URL is that of the organization's own page"},
	{"platformsh_team_create project_permissions", "the team is empty; adding a member asks"},
	{"platformsh_user_update country", "bills go by the address of the organization"},
	{"platformsh_profile_address_update *", "bills go by the address of the organization"},
	{"platformsh_profile_update picture", "an image that the browsers of others fetch, not the platform"},
	{"acquia_certificate_create*", "nothing serves it until it is activated, which asks"},
	{"virtuozzo_console_log_write", "one more line in a log of the caller's own"},
	{"acquia_application_unstar", "a mark that only the caller sees"},
	{"acquia_csr_create country", "a part of the certificate's text"},
	{"acquia_cloud_actions_disable", "nothing is lost; enabling again asks"},
	{"acquia_cron_disable", "nothing is lost; enabling again asks"},
	{"acquia_database_backup_create", "a backup takes nothing and stays where the data are"},
	{"acquia_email_domain_verify", "DNS records are read once more"},
	{"acquia_production_mode_enable", "it adds a protection; taking it off asks"},
	{"acquia_site_instance_backup_download", "the link to the data is masked until a person reveals it"},
	{"acquia_team_rename", "what the team is given is a name"},
	{"acquia_role_create permissions", "no person has the role yet; giving it asks"},
	{"virtuozzo_member_rename *", "the name in the caller's own list changes, of the member and owner that the arguments point at"},
	{"virtuozzo_env_group_* owner_uid", "it says in whose account the group is; no person gains anything"},
	{"virtuozzo_env_group_* data.visibility", "whether the dashboard shows an empty group"},
	{"virtuozzo_repo_create *", "address and login lie unused until a deployment, which asks"},
	{"virtuozzo_file_favorite_remove", "a shortcut of the file manager; the next call puts it back"},
	{"virtuozzo_role_create *", "no person has the role yet; giving it asks"},
	{"virtuozzo_policy_create methods", "no role has the policy yet; putting it into one asks"},
	{"virtuozzo_load_alert_create data.*", "a new alert warns people of the account about their own load"},
}

type sparing struct {
	used []bool
}

func (s *sparing) spares(what string) bool {
	hit := false
	for i, e := range spared {
		if ok, _ := matchGlob(e.what, what); ok {
			s.used[i], hit = true, true
		}
	}
	return hit
}

func matchGlob(pattern, text string) (bool, error) {
	return regexp.MatchString("^"+strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")+"$", text)
}

// signs lists what of a row shows a kind: "" is the row itself, everything else the path of an argument.
func (k *kind) signs(o *schemas.Operation) []string {
	full := func(pattern, text string) bool {
		return pattern != "" && regexp.MustCompile(`^(`+pattern+`)$`).MatchString(text)
	}
	var found []string
	if o.Method() == k.method || k.verb != "" && regexp.MustCompile(`_(`+k.verb+`)$`).MatchString(o.Name) ||
		k.summary != "" && regexp.MustCompile(`(?i)^(`+k.summary+`)\b`).MatchString(o.Summary) {
		found = append(found, "")
	}
	var walk func(at, name string, s *schemas.Schema)
	walk = func(at, name string, s *schemas.Schema) {
		if full(k.arg, snakeCase(name)) || k.says != "" && regexp.MustCompile(k.says).MatchString(s.Description) {
			found = append(found, at)
		}
		for i := range s.Properties {
			p := &s.Properties[i]
			walk(at+"."+p.Name, p.Name, &p.Schema)
		}
		if s.Items != nil {
			walk(at+"[]", "", s.Items)
		}
		if s.Values != nil {
			walk(at+".*", "", s.Values)
		}
	}
	for i := range o.Params {
		if p := &o.Params[i]; p.In != "path" { // which say what is changed, not what into
			walk(p.Name, p.Name, &p.Schema)
		}
	}
	return found
}

var humps = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func snakeCase(name string) string {
	return strings.ToLower(humps.ReplaceAllString(name, "${1}_${2}"))
}

// isAsked reports whether a person is asked about a call with this sign.
func isAsked(o *schemas.Operation, sign string) bool {
	has := func(list []schemas.Risk) bool {
		return slices.ContainsFunc(list, func(r schemas.Risk) bool { return slices.Contains(asked, r) })
	}
	if has(o.Risk) || sign == "" && has(o.WorstRisk()) { // what arguments of a row decide, they show signs of themselves
		return true
	}
	return sign != "" && slices.ContainsFunc(o.When, func(w schemas.When) bool {
		for at := range w.Args {
			if (within(sign, at) || within(at, sign)) && has(w.Adds) {
				return true
			}
		}
		return false
	})
}

// written is a row without the conditions that the loader adds for members which nobody named: they are no sign that somebody thought
// about the row.
func written(o schemas.Operation) *schemas.Operation {
	o.When = slices.DeleteFunc(slices.Clone(o.When), func(w schemas.When) bool {
		for _, condition := range w.Args {
			if form, ok := condition.(map[string]any); ok && form["beyond"] != nil {
				return true
			}
		}
		return false
	})
	return &o
}

// within reports whether a path is the other one or leads further.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// TestKinds holds every change to the kinds.
func TestKinds(t *testing.T) {
	t.Parallel()
	s := &sparing{used: make([]bool, len(spared))}
	ops := load(t)
	for i := range ops {
		o := written(ops[i])
		if o.IsRead() {
			continue
		}
		for _, k := range kinds {
			for _, sign := range k.signs(o) {
				if isAsked(o, sign) {
					continue
				}
				what := strings.TrimSpace(o.Name + " " + sign)
				if s.spares(what) {
					continue
				}
				t.Errorf("%s:%d: %s may %s, and no person is asked: add %s or whatever else it can do to risk, or to a when of the argument if only that "+
					"does it; if it does no harm, say why in the table spared of this test", o.File, o.Line, what, k.does, k.add)
			}
		}
	}
	for i, e := range spared {
		if !s.used[i] {
			t.Errorf("spared: %s needs no reason any more", e.what)
		}
	}
}

// unseen are the changes, and the conditions of some, that are asked about though they show no sign of a kind: one has to know what
// they do.
var unseen = []string{"platformsh_autoscaling_alert_send", "acquia_environment_apm_update", "platformsh_environment_update when type is given"}

// TestKindsSeeWhatIsAsked is the test of the signs: what a row loses of its classes and conditions has to be found by them.
func TestKindsSeeWhatIsAsked(t *testing.T) {
	t.Parallel()
	ops := load(t)
	total, missed := 0, []string{}
	sees := func(o schemas.Operation) bool {
		s := &sparing{used: make([]bool, len(spared))}
		return slices.ContainsFunc(kinds, func(k kind) bool {
			return slices.ContainsFunc(k.signs(&o), func(sign string) bool {
				return !isAsked(&o, sign) && !s.spares(strings.TrimSpace(o.Name+" "+sign))
			})
		})
	}
	lose := func(o schemas.Operation, what string) {
		if total++; !sees(o) {
			missed = append(missed, what)
		}
	}
	for i := range ops {
		o := written(ops[i])
		if o.IsRead() {
			continue
		}
		if isAsked(o, "") {
			without := *o
			without.Risk, without.When = []schemas.Risk{schemas.Write}, nil
			lose(without, o.Name)
		}
		if slices.ContainsFunc(asked, o.Has) {
			continue // whatever its arguments
		}
		for at, w := range o.When {
			without := *o
			without.When = slices.Delete(slices.Clone(o.When), at, at+1)
			lose(without, o.Name+" when "+w.String())
		}
	}
	t.Logf("%d of %d would be found", total-len(missed), total)
	for _, what := range missed {
		if !slices.Contains(unseen, what) {
			t.Errorf("%s: no kind sees it: widen the signs of one, or add it to the list unseen of this test", what)
		}
	}
	for _, what := range unseen {
		if !slices.Contains(missed, what) {
			t.Errorf("unseen: a kind sees %s", what)
		}
	}
}

// readings are the first words of what only reads.
var readings = []string{"Show", "List", "Read", "Report", "Tell", "Check", "Find", "Price", "Estimate", "Resolve", "Describe", "Search", "Download", "Fetch", "Get"}

var changing = regexp.MustCompile(`_(resend|verify|confirm|rotate|regenerate|reset|enable|disable|cancel|send|start|run|execute|delete|remove|set)$`)

// posted are the reads that are no GET, on platforms where the method means something, and why they are reads all the same.
var posted = map[string]string{
	"platformsh_me_phone_check":        "it answers whether a verification is needed and starts none",
	"platformsh_me_verification_check": "it answers whether a verification is needed and starts none",
	"acquia_account_password_check":    "it compares a password and changes nothing",
}

// TestReadsOnlyRead: a read is never asked about, so it neither starts nor sends nor changes anything.
func TestReadsOnlyRead(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{}
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		if !o.IsRead() {
			continue
		}
		first, rest, _ := strings.Cut(o.Summary, " ")
		if second, _, _ := strings.Cut(rest, " "); !slices.Contains(readings, first) || second == "or" || second == "and" {
			t.Errorf("%s:%d: %s: what %q does is no reading: make it a write, or begin its summary with one of %v", o.File, o.Line, o.Name, first, readings)
		}
		if changing.MatchString(o.Name) {
			t.Errorf("%s:%d: %s: a read is not named like a change", o.File, o.Line, o.Name)
		}
		if o.Platform != schemas.Virtuozzo && o.Method() != "GET" {
			if needed[o.Name] = true; posted[o.Name] == "" {
				t.Errorf("%s:%d: %s: a %s that only reads needs a reason in the table posted of this test", o.File, o.Line, o.Name, o.Method())
			}
		}
	}
	for name := range posted {
		if !needed[name] {
			t.Errorf("posted: %s needs no reason any more", name)
		}
	}
}

// secretWords are what a text about an answer says when there is something to mask in it.
var secretWords = regexp.MustCompile(`(?i)\b(passwords?|secrets?|private keys?|credentials?|seeds?|license keys?|access keys?|shared keys?)\b`)

// open are the reads that speak of secrets and answer with none.
var open = map[string]string{
	"platformsh_certificate_get":     "the private key is not in the answer",
	"platformsh_git_blob_get":        "code that every developer of the project has",
	"acquia_account_password_check":  "whether the password is right",
	"acquia_token_list":              "labels and ages of tokens",
	"acquia_token_get":               "label and age of a token",
	"acquia_database_php_config_get": "the name of a file that holds the password",
	"virtuozzo_ssl_cert_list":        "the private keys are not in the answer",
	"virtuozzo_image_tag_list":       "tags; the password is in the request",
	"virtuozzo_image_manifest_get":   "what the image declares; the password is in the request",
	"virtuozzo_registry_get":         "the login without its password",
}

// TestReadsOfSecrets: what answers with a secret says so, or it is not masked and revealed without a question.
func TestReadsOfSecrets(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{}
	ops := load(t)
	for i := range ops {
		o := &ops[i]
		if !o.IsRead() || slices.Contains(o.WorstRisk(), schemas.RevealsSecrets) {
			continue
		}
		if len(o.Secrets) > 0 && !o.Has(schemas.AcceptsSecrets) || secretWords.MatchString(o.Summary+" "+o.About) {
			if needed[o.Name] = true; open[o.Name] == "" {
				t.Errorf("%s:%d: %s: it speaks of secrets: add reveals_secrets and name the fields, or say in the table open of this test what it answers",
					o.File, o.Line, o.Name)
			}
		}
	}
	for name := range open {
		if !needed[name] {
			t.Errorf("open: %s needs no reason any more", name)
		}
	}
}
