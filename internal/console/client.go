package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client decides at the console of a running server, from a program.
type Client struct {
	URL           string
	NeedsOperator bool // it takes the name and token of an operator
	name, token   string
	http          http.Client
}

// NewClient makes a client that signs in with a name and a token. It sends nothing.
func NewClient(address, name, token string) *Client {
	c := &Client{URL: strings.TrimRight(address, "/"), name: name, token: token}
	c.http = http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token is for this server
	}
	return c
}

// As signs in as somebody else.
func (c *Client) As(name, token string) *Client { return NewClient(c.URL, name, token) }

// List gives the requests: what waits first.
func (c *Client) List(ctx context.Context) ([]Request, error) {
	var list []Request
	return list, c.call(ctx, http.MethodGet, "/api/requests", nil, &list)
}

// Decide settles a request.
func (c *Client) Decide(ctx context.Context, id string, v Verdict) (Request, error) {
	var r Request
	return r, c.call(ctx, http.MethodPost, "/api/requests/"+url.PathEscape(id), v, &r)
}

// Link gives an address that signs a browser in, once.
func (c *Client) Link(ctx context.Context) (string, error) {
	var answer struct {
		URL string `json:"url"`
	}
	return answer.URL, c.call(ctx, http.MethodPost, "/api/link", nil, &answer)
}

// reach finds out whether anybody listens there.
func (c *Client) reach(ctx context.Context) error {
	u, err := url.Parse(c.URL)
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "tcp", u.Host)
	if err == nil {
		_ = conn.Close()
	}
	return err
}

// maxAnswer bounds what is read, in bytes: a full desk has some hundred cards.
const maxAnswer = 16 << 20

func (c *Client) call(ctx context.Context, method, path string, send, into any) error {
	var body io.Reader
	if send != nil {
		data, err := json.Marshal(send)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return fmt.Errorf("approval console %s: %w", c.URL, err)
	}
	r.SetBasicAuth(c.name, c.token)
	response, err := c.http.Do(r)
	if err != nil {
		var cause *url.Error
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return fmt.Errorf("approval console %s: %w", c.URL, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("approval console %s: %w", c.URL, err)
	}
	if response.StatusCode != http.StatusOK {
		var problem struct {
			Error string `json:"error"`
		}
		_ = json.Unmarshal(data, &problem) // from something that is no console, the status has to do
		return fmt.Errorf("approval console %s: %s", c.URL, cmp.Or(problem.Error, response.Status))
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("approval console %s: its answer cannot be read: %w", c.URL, err)
	}
	return nil
}
