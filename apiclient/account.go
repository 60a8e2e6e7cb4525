package apiclient

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"paasmcp/internal/spelling"
	"paasmcp/schemas"
)

// The vendors' addresses. Platform.sh answers under both of its names; an API token belongs to the account, not to the
// name, but each API host accepts only the tokens of its own authentication host.
const (
	PlatformshAPIURL   = "https://api.platform.sh"
	PlatformshTokenURL = "https://auth.api.platform.sh/oauth2/token"
	UpsunAPIURL        = "https://api.upsun.com"
	UpsunTokenURL      = "https://auth.upsun.com/oauth2/token"
	AcquiaAPIURL       = "https://cloud.acquia.com/api"
	AcquiaTokenURL     = "https://accounts.acquia.com/api/auth/oauth/token"
)

// VirtuozzoAppID is the platform itself: the application id of calls that are about no environment. It is the same on
// every host, see the vendor's API pages.
const VirtuozzoAppID = "1dd8d191d38fff45e62564fcf67fdcd6"

// Upsun is the Account.Vendor that selects the Upsun addresses.
const Upsun = "upsun"

// maxCallsPerMinute bounds Account.CallsPerMinute: beyond it a limit holds nothing back.
const maxCallsPerMinute = 10_000

// Account is one set of credentials for one platform.
type Account struct {
	Name     string           // how people and policies call it
	Platform schemas.Platform // decides which of the credentials below count

	// APIURL and TokenURL are https addresses, or http on a loopback address. Empty means the vendor's own;
	// Virtuozzo has none, since every hosting provider runs its own host, and no TokenURL either.
	APIURL, TokenURL string

	Token    Secret // platformsh: API token; virtuozzo: personal access token
	Key      string // acquia: API key
	Secret   Secret // acquia: API secret
	Login    string // virtuozzo, together with Password, in place of Token
	Password Secret
	AppID    string // virtuozzo: empty for the platform's own
	Scope    string // acquia: organization:UUID where the organization signs on with its own identity provider
	Vendor   string // platformsh: Upsun, or empty

	CallsPerMinute int // how many calls the platform admits; 0 for the platform's own number, where it has one

	// Production are patterns (* and ?) of names, addresses or ids of environments that count as production, however they are
	// spelled, besides those that the platform itself knows to be. Virtuozzo knows none, so there every environment counts as
	// production while this is empty.
	Production []string
}

// Validate reports everything that is wrong with the account, one line each, naming the account and never a value.
func (a Account) Validate() error {
	a = a.withDefaults()
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("account %q (%s): %s", a.Name, a.Platform, fmt.Sprintf(format, args...)))
	}
	if a.Name == "" {
		bad("it needs a name")
	}
	checkURL := func(what, address string) {
		if err := checkAddress(address); err != nil {
			bad("%s: %v", what, err)
		}
	}
	secret := func(what string, s Secret) {
		if strings.ContainsFunc(s.Reveal(), func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			bad("the %s holds a space or a line break: copy it again", what)
		}
	}
	if a.CallsPerMinute < 0 || a.CallsPerMinute > maxCallsPerMinute {
		bad("calls_per_minute: %d is not a number from 1 to %d", a.CallsPerMinute, maxCallsPerMinute)
	}
	for _, pattern := range a.Production {
		if _, err := path.Match(pattern, ""); err != nil || spelling.Fold(pattern) == "" {
			bad("production: %q is not a name or a pattern with * and ?", pattern)
		} else if strings.ContainsAny(pattern, ",;") { // read as one name, a list would match nothing and guard nothing
			bad("production: %q looks like several names: give each an entry of its own", pattern)
		}
	}
	switch a.Platform {
	case schemas.Platformsh:
		checkURL("API address", a.APIURL)
		checkURL("token address", a.TokenURL)
		if a.Token == "" {
			bad("the API token is missing: create one in the console under the user's profile")
		}
		if a.Vendor != "" && a.Vendor != Upsun {
			bad("vendor %q is not known: leave it out or set it to %q", a.Vendor, Upsun)
		}
		secret("API token", a.Token)
	case schemas.Acquia:
		checkURL("API address", a.APIURL)
		checkURL("token address", a.TokenURL)
		if a.Key == "" || a.Secret == "" {
			bad("API key and API secret are both needed: create them on the profile page")
		}
		secret("API secret", a.Secret)
		if id, ok := strings.CutPrefix(a.Scope, "organization:"); a.Scope != "" && !(ok && isUUID(id)) {
			bad("the scope does not read organization:UUID")
		}
	case schemas.Virtuozzo:
		if a.APIURL == "" {
			bad("the API address is missing: every hosting provider has its own, usually https://app.PROVIDER/1.0")
		} else {
			checkURL("API address", a.APIURL)
		}
		if a.Token == "" && (a.Login == "" || a.Password == "") {
			bad("a personal access token is missing (or login and password)")
		}
		secret("token", a.Token)
	default:
		bad("the platform is not known: use platformsh, acquia or virtuozzo")
	}
	return errors.Join(errs...)
}

func (a Account) withDefaults() Account {
	switch {
	case a.Platform == schemas.Platformsh && a.Vendor == Upsun:
		a.APIURL = cmp.Or(a.APIURL, UpsunAPIURL)
		a.TokenURL = cmp.Or(a.TokenURL, UpsunTokenURL)
	case a.Platform == schemas.Platformsh:
		a.APIURL = cmp.Or(a.APIURL, PlatformshAPIURL)
		a.TokenURL = cmp.Or(a.TokenURL, PlatformshTokenURL)
	case a.Platform == schemas.Acquia:
		a.APIURL = cmp.Or(a.APIURL, AcquiaAPIURL)
		a.TokenURL = cmp.Or(a.TokenURL, AcquiaTokenURL)
		a.CallsPerMinute = cmp.Or(a.CallsPerMinute, acquiaCalls)
	case a.Platform == schemas.Virtuozzo:
		a.AppID = cmp.Or(a.AppID, VirtuozzoAppID)
		// Providers name the address with and without the version; 1.0 is the only one there is.
		if a.APIURL = strings.TrimRight(a.APIURL, "/"); a.APIURL != "" && !strings.HasSuffix(a.APIURL, "/1.0") {
			a.APIURL += "/1.0"
		}
	}
	return a
}

// checkAddress accepts what a credential may be sent to. Plain http is for a simulator on this machine only: anywhere
// else it would show the token to the network.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New("not an absolute address such as https://api.example.com")
	case u.User != nil:
		return errors.New("the address must not contain credentials")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("it must not have a query or a fragment")
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("plain http is accepted for loopback addresses only, and %s is not one: use https", u.Hostname())
	default:
		return fmt.Errorf("scheme %q is not https", u.Scheme)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
