package preview

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// acquiaDomainCreate looks whether another environment of the application answers for the name: then it is a move.
func acquiaDomainCreate(l *look) {
	here, name := l.argument("environment_id"), l.argument("hostname")
	list, err := l.list("acquia_environment_list", map[string]any{"application_uuid": acquiaApplication(here)})
	if err != nil {
		l.doubt("where the domain is now", err)
		return
	}
	for _, environment := range list {
		if id := first(environment, "id"); id != here && slices.Contains(texts(environment["domains"]), name) {
			r, _ := acquia{}.resource("acquia_environment_get", environment)
			l.detail("the domain is now on", describe(r, id))
		}
	}
}

// acquiaDomainDelete looks whether visitors come by this name today.
func acquiaDomainDelete(l *look) {
	status, err := l.object("acquia_domain_status_get", l.these("environment_id", "domain"))
	if err != nil {
		l.doubt("whether visitors come by this name", err)
		return
	}
	if hosted, known := field(status, "flags.acquia_hosted").(bool); known {
		l.detail("DNS points here", map[bool]string{true: "yes: visitors come by this name", false: "no"}[hosted])
	}
}

// acquiaCertificates reads the certificates of an environment and names the one in use.
func (l *look) acquiaCertificates() (active map[string]any, err error) {
	list, err := l.list("acquia_certificate_list", l.these("environment_id"))
	if err != nil {
		l.doubt("the certificate in use", err)
		return nil, err
	}
	for _, certificate := range list {
		if on, _ := field(certificate, "flags.active").(bool); on {
			return certificate, nil
		}
	}
	return nil, nil
}

// acquiaCertificateName has the date of the end and not its distance: what changes by itself must not look like a change.
func acquiaCertificateName(certificate map[string]any) string {
	if len(certificate) == 0 {
		return ""
	}
	until := ""
	if end, ok := moment(first(certificate, "expires_at")); ok {
		until = "until " + end.UTC().Format(time.DateOnly)
	}
	return with(cmp.Or(first(certificate, "label"), first(certificate, "id")), some(texts(certificate["domains"]), 3), until)
}

func (l *look) acquiaCertificate() map[string]any {
	certificate, err := l.object("acquia_certificate_get",
		l.these("environment_id", "certificate_id"))
	if err != nil {
		return nil // said already
	}
	return certificate
}

func acquiaCertificateActivate(l *look) {
	before, err := l.acquiaCertificates()
	after := l.acquiaCertificate()
	if err != nil || after == nil {
		return
	}
	l.change("certificate in use", acquiaCertificateName(before), acquiaCertificateName(after))
	covered := texts(after["domains"])
	lost := slices.DeleteFunc(texts(before["domains"]), func(name string) bool { return slices.Contains(covered, name) })
	l.along("domains without a certificate afterwards", some(lost, 5))
}

func acquiaCertificateDeactivate(l *look) {
	if now := l.acquiaCertificate(); now != nil {
		l.change("certificate in use", acquiaCertificateName(now), "")
		l.along("HTTPS for", some(texts(now["domains"]), 5))
	}
}

func acquiaCertificateDelete(l *look) {
	if now := l.acquiaCertificate(); now != nil {
		l.along("its private key, for", some(texts(now["domains"]), 5))
	}
}

func acquiaCertificateCreate(l *look) {
	if active, err := l.acquiaCertificates(); err == nil {
		l.detail("certificate in use", cmp.Or(acquiaCertificateName(active), "none"))
	}
	if id := l.argument("csr_id"); id != "" {
		request, err := l.object("acquia_csr_get", l.these("environment_id", "csr_id"))
		if err != nil {
			l.doubt("certificate request "+id, err)
			return
		}
		r, _ := acquia{}.resource("acquia_csr_get", request)
		l.detail("certificate request", describe(r, id))
	}
}

// acquiaVariableCreate looks whether the variable is there already.
func acquiaVariableCreate(l *look) {
	list, err := l.list("acquia_variable_list", l.these("environment_id"))
	if err != nil {
		l.doubt("variables that are there already", err)
		return
	}
	var names []string
	for _, variable := range list {
		names = append(names, first(variable, "name"))
	}
	name := l.argument("name")
	switch {
	case slices.Contains(names, name):
		l.change(name, hiddenOld, hiddenNew)
	case len(names) >= fullList:
		l.detail("variable", with(name, "not among the first "+count(len(names), "variable")))
	default:
		l.detail("variable", with(name, "new in this environment"))
	}
}

// acquiaCaches names the domains, for readers of a card do not read the request.
func acquiaCaches(l *look) {
	names := texts(l.Args["domains"])
	if len(names) == 0 {
		names = present(l.argument("domain"))
	}
	l.detail("caches of", some(names, 5))
}

func acquiaLogForwarding(l *look) {
	l.along("what is sent", "lines of "+cmp.Or(some(texts(l.Args["sources"]), 5), "the logs")+", which can hold personal data")
	l.detail("sent to", strings.Join(present(l.argument("consumer"), l.argument("address")), " at "))
}
