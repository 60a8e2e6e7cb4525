// Package simtest sends requests to a simulated platform, for the tests of the platforms.
package simtest

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// Doc is a JSON object.
type Doc = map[string]any

// Client is somebody who is signed in to a platform that speaks JSON.
type Client struct {
	T     *testing.T
	HTTP  *http.Client
	Base  string // of the API, without a slash at the end
	Token string
	Media string // content type of bodies; JSON when empty
}

// Do sends one request and returns status, answer and header. The body is text; call is "METHOD /path" or "METHOD URL". An
// answer of JSON comes decoded, any other as text.
func (c *Client) Do(call, body string) (int, any, http.Header) {
	c.T.Helper()
	method, path, _ := strings.Cut(call, " ")
	if !strings.HasPrefix(path, "http") {
		path = c.Base + path
	}
	req, err := http.NewRequestWithContext(c.T.Context(), method, path, strings.NewReader(body))
	if err != nil {
		c.T.Fatalf("%s: %v", call, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	if body != "" {
		req.Header.Set("Content-Type", cmp.Or(c.Media, "application/json"))
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		c.T.Fatalf("%s: %v", call, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		c.T.Fatalf("%s: %v", call, err)
	}
	if kind := resp.Header.Get("Content-Type"); !strings.HasSuffix(kind, "json") || strings.Contains(kind, "ndjson") {
		return resp.StatusCode, string(data), resp.Header
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		c.T.Fatalf("%s: %v in %s", call, err, data)
	}
	return resp.StatusCode, v, resp.Header
}

// Want sends a request that must be answered with a status, and returns the object.
func (c *Client) Want(status int, call, body string) Doc {
	c.T.Helper()
	got, v, _ := c.Do(call, body)
	if got != status {
		c.T.Fatalf("%s %s: status %d, want %d: %v", call, body, got, status, v)
	}
	d, _ := v.(Doc)
	return d
}

// Get reads an object that must be there.
func (c *Client) Get(path string) Doc { c.T.Helper(); return c.Want(http.StatusOK, "GET "+path, "") }

// Exchange posts a form to a token endpoint and returns status and answer. The login goes into the header when it is not empty.
func (c *Client) Exchange(url, form, login string) (int, Doc) {
	c.T.Helper()
	req, err := http.NewRequestWithContext(c.T.Context(), http.MethodPost, url, strings.NewReader(form))
	if err != nil {
		c.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if login != "" {
		req.SetBasicAuth(login, "")
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		c.T.Fatal(err)
	}
	defer resp.Body.Close()
	var answer Doc
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		c.T.Fatal(err)
	}
	return resp.StatusCode, answer
}

// SignIn exchanges a form for the token of the client.
func (c *Client) SignIn(url, form, login string) {
	c.T.Helper()
	status, answer := c.Exchange(url, form, login)
	if status != http.StatusOK {
		c.T.Fatalf("token: %d %v", status, answer)
	}
	c.Token, _ = answer["access_token"].(string)
}

// Docs is a list of objects.
func Docs(t *testing.T, list any) []Doc {
	t.Helper()
	items, ok := list.([]any)
	if !ok {
		t.Fatalf("no list: %v", list)
	}
	out := make([]Doc, 0, len(items))
	for _, item := range items {
		out = append(out, item.(Doc))
	}
	return out
}

// Path looks a value up by the names of the fields that lead to it, with dots.
func Path(d Doc, path string) any {
	var v any = d
	for field := range strings.SplitSeq(path, ".") {
		inner, _ := v.(Doc)
		v = inner[field]
	}
	return v
}

// Find returns the first object that has a value at a path, nil when there is none.
func Find(list []Doc, path string, value any) Doc {
	for _, d := range list {
		if Path(d, path) == value {
			return d
		}
	}
	return nil
}

var hole = regexp.MustCompile(`\{\w+\}`)

// Fill puts values into the {holes} of a text; those without a value stay.
func Fill(text string, values map[string]string, escape func(string) string) string {
	return hole.ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := values[strings.Trim(m, "{}")]; ok {
			return escape(v)
		}
		return m
	})
}

// Plain is for [Fill] where nothing needs to be escaped.
func Plain(value string) string { return value }
