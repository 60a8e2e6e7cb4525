package secrets_test

import (
	"slices"
	"strings"
	"testing"
)

func TestValuesAreWhatIsHidden(t *testing.T) {
	t.Parallel()
	m := newMasker(t, "value", "tunnels[].key", "env.*")
	args := parse(t, `{"value":"pl4nted","name":"APP_ENV","password":"correct horse","short":"x","token":"abc","tunnels":[{"key":"k3y-one","ike":"ikev2"}],
		"env":{"A":1234567,"B":"true"},"url":"https://u:`+planted+`@h/","credentials":["first-one",{"x":"second-one"}],"passcode":123456}`)
	got := m.Values(args)
	want := []string{"correct horse", "second-one", "first-one", "1234567", "k3y-one", "pl4nted", "123456"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if m.Values(nil) != nil || m.Values(parse(t, `[1,"x"]`)) != nil {
		t.Error("values out of nothing")
	}
}

func TestKnowing(t *testing.T) {
	t.Parallel()
	m := newMasker(t)
	if m.Knowing(nil) != m {
		t.Error("a masker that knows nothing more is another one")
	}
	known := m.Knowing([]string{"a b/c\"d", "pl4nted-long", "pl4nted"})
	answer := parse(t, `{"note":"set to pl4nted-long and pl4nted","form":"v=a+b%2Fc%22d","path":"/a%20b%2Fc%22d","raw":"{\"x\":\"a b/c\\\"d\"}","list":["a b/c\"d"],"other":"plain"}`)
	got := write(t, known.Mask(answer))
	if strings.Contains(got, "pl4nted") || strings.Contains(got, "a b/c") || strings.Contains(got, "%2Fc") {
		t.Errorf("known values are shown: %s", got)
	}
	if !strings.Contains(got, `"other":"plain"`) || !strings.Contains(got, "set to •••• (12 characters) and ••••") {
		t.Errorf("too much is hidden: %s", got)
	}
	if s := write(t, m.Mask(answer)); !strings.Contains(s, "pl4nted") {
		t.Errorf("the masker it was made from has changed: %s", s)
	}
	if s := known.MaskText("got pl4nted with password=" + planted); strings.Contains(s, "pl4nted") || strings.Contains(s, planted) {
		t.Errorf("text leaks: %s", s)
	}
	if again := known.MaskText(known.MaskText("got pl4nted-long")); again != "got •••• (12 characters)" {
		t.Errorf("masking twice gives %q", again)
	}
}
