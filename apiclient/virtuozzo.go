package apiclient

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"paasmcp/schemas"
)

// virtuozzo is the dialect of Virtuozzo Application Platform, which was called Jelastic: every call is a form sent by
// POST with the session in it, every answer has status 200 and says with a result code whether it worked, and changes
// answer when they are done.
type virtuozzo struct {
	*Client
	session session
}

func newVirtuozzo(c *Client) *virtuozzo {
	// Load balancers keep a session on one server with cookies.
	c.http.Jar = newJar()
	return &virtuozzo{Client: c}
}

// blockingTimeout is how long a call may take that answers when the work is done. The vendor's clients wait without end;
// an environment of many nodes takes about ten minutes.
const blockingTimeout = 20 * time.Minute

func (*virtuozzo) patience(op *schemas.Operation) time.Duration {
	if op.Async == schemas.Action {
		return blockingTimeout
	}
	return 0
}

// dress puts the session into the form, never into the address, where proxies would log it.
func (v *virtuozzo) dress(r *Request, _ http.Header, token *oauth2.Token) []byte {
	var more pairs
	if takesAppID(r.Op) {
		more = append(more, pair{"appid", v.account.AppID})
	}
	if r.Op != &signOut && v.account.Token == "" {
		v.inUse(v.timeout(r.Op))
	}
	if !slices.Contains(withoutSession, r.Path) {
		more = append(more, pair{"session", token.AccessToken})
	}
	return appendForm(r.Body, more)
}

// appendForm adds fields behind those of an encoded form.
func appendForm(form []byte, more pairs) []byte {
	switch {
	case len(more) == 0:
		return form
	case len(form) == 0:
		return []byte(more.encode())
	}
	return slices.Concat(form, []byte{'&'}, []byte(more.encode()))
}

// withoutSession are the calls that the vendor's document lets anybody make.
var withoutSession = []string{
	"/environment/tracking/rest/getserverutctime",
	"/users/account/rest/recoverpassword",
	"/users/authentication/rest/signin",
}

// takesAppID reports whether the vendor's document gives a call an application id: as a rule those that name no
// environment. It is optional everywhere, and an id that does not fit the environment in the form could lead astray.
func takesAppID(op *schemas.Operation) bool {
	service, method, _ := strings.Cut(op.Path(), "/rest/")
	switch methods := appIDMethods[service]; methods {
	case "":
		return false
	case "*":
	default:
		if !slices.Contains(strings.Fields(methods), method) {
			return false
		}
	}
	return !slices.ContainsFunc(op.Params, func(p schemas.Param) bool { return p.WireName() == "appid" })
}

// appIDMethods are the calls with AppidAuth in the vendor's OpenAPI document, version 8.0.2, by service.
var appIDMethods = map[string]string{
	"/billing/account":          "*",
	"/environment/tracking":     "*",
	"/marketplace/console":      "*",
	"/marketplace/favorite":     "*",
	"/marketplace/installation": "*",
	"/marketplace/jps":          "*",
	"/users/account":            "*",
	"/users/collaboration":      "*",
	"/environment/binder":       "checkdomain checkextdomain getextdomains",
	"/environment/control": "createenvironment editregistrycredentials getbasicenvsinfo getcontainermanifest getcontainertags getenvs" +
		" getregions getregionsinner getsshaccessinfo gettemplatemanifest gettemplates",
	"/environment/deployment": "addrepo editrepo getrepos removerepo",
	"/environment/export":     "create",
	"/marketplace/app":        "addapp deleteapp editapp getappinfo getcategories getchecksum getlist install",
	"/users/authentication":   "getpolicymethods getsessions signin signout signoutsessions",
}

func (*virtuozzo) pager(style string) pager {
	if style == "rows" {
		return rows{}
	}
	return nil
}

// prepare refuses to sign out a personal access token, which nothing could undo, and gives the calls that have room for
// one a label by which tracking shows them. A label is no part of what was approved: it changes nothing.
func (v *virtuozzo) prepare(r *Request) (*Request, *Error) {
	if strings.HasSuffix(r.Path, "/rest/signout") && v.account.Token != "" {
		return nil, &Error{Kind: KindInvalid, Message: "a sign-out would end the personal access token of this account", Hint: "revoke the token in the provider's console if that is meant"}
	}
	out := *r
	out.started = time.Now()
	if slices.ContainsFunc(r.Op.Params, func(p schemas.Param) bool { return p.WireName() == labelKey }) && !formOf(r).Has(labelKey) {
		out.Body = appendForm(r.Body, pairs{{labelKey, newLabel()}})
	}
	return &out, nil
}

// misspelt knows that environments go by the first part of their domain.
func (*virtuozzo) misspelt(place, value string) string {
	if !slices.Contains([]string{"envName", "srcEnvName", "targetEnv", "sourceEnvName"}, place) {
		return ""
	}
	name, _, isDomain := strings.Cut(value, ".")
	switch {
	case isDomain:
		return "write " + quote(name) + " in place of " + quote(value) + ": an environment goes by its name, not by its domain"
	case strings.ContainsAny(value, " \t") || strings.ToLower(value) != value:
		return quote(value) + " may be a title: write the environment's name (envName)"
	}
	return ""
}

// unwrap has nothing to do: verdict takes the envelope off.
func (*virtuozzo) unwrap(*Request, *Result) {}

// methodOf is the vendor's name of a call as token rights spell it: environment.control.getenvs.
func methodOf(r *Request) string {
	return strings.ReplaceAll(strings.Replace(strings.Trim(r.Path, "/"), "/rest/", "/", 1), "/", ".")
}

func (v *virtuozzo) advise(r *Request, e *Error) string {
	switch e.Kind {
	case KindNotFound:
		if e.Status == http.StatusNotFound {
			return "this provider's version of the platform has no " + methodOf(r) + ", or the API address of the account is wrong"
		}
		return "it does not exist or this account cannot see it: look it up with the list call"
	case KindForbidden:
		return "this account has no right to do that: ask the owner, or check the roles of the collaboration"
	case KindInvalid:
		return "correct the arguments and try again"
	case KindConflict:
		return "its state does not allow this now: read it and the running actions, then decide"
	case KindPayment:
		return "billing is in the way: ask the account's owner"
	case KindAuth:
		if e.Status == http.StatusUnauthorized { // the platform itself answers with 200
			return proxyHint
		}
		return v.authHint()
	case KindUnavailable:
		return "nothing was changed: try again in a minute"
	case KindServer:
		switch {
		case e.Code != "":
			return "this is the platform's own code and text: read the object to see what was done before trying again"
		case e.Status >= 500:
			return "the platform has a problem with " + methodOf(r) + ": try later"
		}
		return proxyHint
	case KindUnknownOutcome:
		if e.Job != "" {
			return "it may still be running or be done, do not send it again: wait for job " + v.account.Name + "/" + e.Job
		}
		return "it may have been done: look at the running and the last actions and read the object before trying again"
	}
	return ""
}

// jobLog writes nothing: the platform keeps no log of an action.
func (v *virtuozzo) jobLog(_ context.Context, handle string, _ LogWriter, _ int64) error {
	if _, err := parseTrace(handle); err != nil {
		return v.complete(&Request{Op: &currentActions, Method: http.MethodPost}, err)
	}
	return nil
}
