package preview

import (
	"cmp"
	"slices"
	"strings"
)

// acquiaNoPrices stands where a bill can rise: no operation of the platform tells or estimates one.
const acquiaNoPrices = "the platform's API tells no prices"

// acquiaSubscriptionReach shows the applications that a setting of their subscription is about.
func acquiaSubscriptionReach(l *look) {
	list, err := l.list("acquia_subscription_application_list", l.these("subscription_uuid"))
	if err != nil {
		l.doubt("applications of the subscription", err)
		return
	}
	l.along("applications of the subscription", counted(acquiaNamesOf(list), 5))
}

func acquiaShieldReset(l *look) {
	l.inOrder(func(l *look) {
		const most = 5
		list, err := l.list("acquia_shield_acl_list", l.these("subscription_uuid"))
		if err != nil {
			l.doubt("rules that go", err)
			return
		}
		for _, rule := range list[:min(most, len(list))] {
			l.along("rule", with(some(texts(rule["addresses"]), 5), first(rule, "description")))
		}
		if more := len(list) - most; more > 0 {
			l.along("other rules", count(more, "rule"))
		}
	}, acquiaSubscriptionReach)
}

// acquiaCodeStudioUser names the person: the platform takes a bare id.
func acquiaCodeStudioUser(l *look) {
	id := l.argument("user_id")
	subscription, err := l.object("acquia_subscription_get", l.these("subscription_uuid"))
	if err != nil {
		return // said already
	}
	person, err := l.acquiaMember(first(subscription, "organization.uuid"), id)
	if err != nil {
		l.doubt("user "+id, err)
		return
	}
	l.detail("user", acquiaPerson(person))
}

func acquiaCodeStudio(l *look) {
	project, err := l.object("acquia_application_code_studio_get", l.these("application_uuid"))
	if err != nil {
		l.doubt("the Code Studio project", err)
		return
	}
	l.detail("Code Studio project", first(project, "status"))
	l.along("its pipelines, settings and merge requests", "removed with the project")
}

func acquiaIDECreate(l *look) {
	list, err := l.list("acquia_application_ide_list", l.these("application_uuid"))
	if err != nil {
		l.doubt("IDEs that are there already", err)
		return
	}
	var names []string
	for _, ide := range list {
		names = append(names, first(ide, "label"))
	}
	l.detail("IDEs that are there already", cmp.Or(counted(names, 5), "none"))
}

// acquiaLinked is the id at the end of a link of an answer, for what the platform only links to.
func acquiaLinked(answer map[string]any, name string) string {
	href := first(answer, "_links."+name+".href")
	return href[strings.LastIndexByte(href, '/')+1:]
}

func acquiaIDEDelete(l *look) {
	ide, err := l.object("acquia_ide_get", l.these("ide_uuid"))
	if err != nil {
		return // said already
	}
	l.along("work in it that was not pushed", "lost")
	id := acquiaLinked(ide, "application")
	if id == "" {
		return
	}
	application, err := l.object("acquia_application_get", map[string]any{"application_uuid": id})
	if err != nil {
		l.doubt("application "+id, err)
		return
	}
	l.detail("application", first(application, "name"))
}

// acquiaIdentityProvider names the organization whose people sign in through it.
func acquiaIdentityProvider(l *look) {
	provider, err := l.object("acquia_identity_provider_get", l.these("identity_provider_uuid"))
	if err != nil {
		return // said already
	}
	switch l.Op.Name {
	case "acquia_identity_provider_enable":
		l.change("status", first(provider, "status"), "enabled")
		l.along("everybody of the organization", "must sign in through it from then on")
	case "acquia_identity_provider_disable":
		l.change("status", first(provider, "status"), "disabled")
		l.along("everybody of the organization", "cannot sign in through it any more")
	case "acquia_identity_provider_delete":
		l.along("everybody of the organization", "cannot sign in through it any more")
	}
	id := acquiaLinked(provider, "organization")
	if id == "" {
		return // the platform does not always say
	}
	organization, err := l.object("acquia_organization_get", map[string]any{"organization_uuid": id})
	if err != nil {
		l.doubt("organization "+id, err)
		return
	}
	l.detail("organization", with(first(organization, "name"), acquiaFact(organization, "members: users_total")))
}

// acquiaNetworkDelete shows the connections that end with a network.
func acquiaNetworkDelete(l *look) {
	part := func(tool, what string) func(*look) {
		return func(l *look) {
			list, err := l.list(tool, l.these("private_network_id"))
			if err != nil {
				l.doubt(what+" of the network", err)
				return
			}
			l.along(what, counted(acquiaNamesOf(list), 5))
		}
	}
	l.inOrder(part("acquia_private_network_vpn_list", "VPNs"), part("acquia_private_network_peer_list", "VPC peers"))
}

// acquiaSubscriptionNamed names a subscription that only the body of a call mentions.
func acquiaSubscriptionNamed(l *look) {
	id := l.argument("subscription_uuid")
	subscription, err := l.object("acquia_subscription_get", l.these("subscription_uuid"))
	if err != nil {
		l.doubt("subscription "+id, err)
		return
	}
	r, _ := acquia{}.resource("acquia_subscription_get", subscription)
	l.detail("subscription", describe(r, id))
}

// acquiaEmailDomain names a domain by the list of its application, for it cannot be read alone there.
func acquiaEmailDomain(l *look) {
	id := l.argument("domain_registration_uuid")
	list, err := l.list("acquia_application_email_domain_list", l.these("application_uuid"))
	if err != nil {
		l.doubt("email domain "+id, err)
		return
	}
	i := slices.IndexFunc(list, func(domain map[string]any) bool { return first(domain, "uuid") == id })
	if i < 0 {
		return // said where it is looked for
	}
	name := first(list[i], "domain_name")
	l.acquiaNamed("email domain", name, acquiaFact(list[i], "in use by this application: flags.associated"))
}
