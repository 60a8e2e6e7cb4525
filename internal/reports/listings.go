package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"paasmcp/apiclient"
	"paasmcp/internal/compat"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// mode is one way to start the server.
type mode struct {
	accounts []schemas.Platform // platforms with an account
	toolset  string             // of --toolsets
}

func (m mode) String() string {
	if len(m.accounts) > 1 {
		return m.toolset + " with accounts of all platforms"
	}
	return m.toolset + " with an account of " + string(m.accounts[0])
}

// listing is what a client sees in a mode.
type listing struct {
	mode    mode
	server  *compat.Server
	entries [][]byte // of tools/list, as JSON, sorted by name
}

// listings makes the lists of all modes. Entries that are the same in several modes are read and counted once.
type listings struct {
	toolsets []string
	read     map[string]*compat.Tool
	tokens   map[string]int
	services map[schemas.Platform]*tools.Service // with an account of the platform; all platforms: ""
}

const allPlatforms schemas.Platform = ""

func newListings() (*listings, error) {
	l := &listings{read: map[string]*compat.Tool{}, tokens: map[string]int{}, services: map[schemas.Platform]*tools.Service{}}
	for _, platform := range append(schemas.Platforms(), allPlatforms) {
		s, err := service(nil, 1, accountsOf(platform)...)
		if err != nil {
			return nil, err
		}
		l.services[platform] = s
	}
	for _, platform := range schemas.Platforms() {
		found := map[string]bool{}
		for _, row := range l.services[platform].Catalog.Rows() {
			found[row.Toolset] = true
		}
		l.toolsets = append(l.toolsets, slices.Sorted(maps.Keys(found))...)
	}
	return l, nil
}

// longestName is the length of the longest name of an operation.
func (l *listings) longestName() int {
	longest := 0
	for _, row := range l.services[allPlatforms].Catalog.Rows() {
		longest = max(longest, len(row.Name))
	}
	return longest
}

func accountsOf(platform schemas.Platform) []schemas.Platform {
	if platform == allPlatforms {
		return schemas.Platforms()
	}
	return []schemas.Platform{platform}
}

// service is one that is listed and never called, with some accounts on each of the platforms.
func service(include []schemas.Flag, accounts int, platforms ...schemas.Platform) (*tools.Service, error) {
	catalog, err := schemas.Open(include, platforms...)
	if err != nil {
		return nil, err
	}
	var list []apiclient.Account
	for i := range accounts {
		for _, platform := range platforms {
			list = append(list, apiclient.Account{
				Name: string(platform) + string(rune('a'+i)), Platform: platform,
				Token: "t", Key: "k", Secret: "s", APIURL: "https://api.example.com/1.0",
			})
		}
	}
	clients, err := tools.NewAccounts(list, apiclient.Options{})
	if err != nil {
		return nil, err
	}
	return tools.NewService(tools.Config{Catalog: catalog, Accounts: clients, Policy: policy.Default()}), nil
}

// of lists the tools of a mode.
func (l *listings) of(platform schemas.Platform, toolset string) (*listing, error) {
	return l.list(l.services[platform], mode{accountsOf(platform), toolset})
}

func (l *listings) list(s *tools.Service, m mode) (*listing, error) {
	selection := tools.Selection{Toolsets: []string{m.toolset}}
	list, err := tools.List(s, selection)
	if err != nil {
		return nil, err
	}
	instructions, err := instructions(s, selection)
	if err != nil {
		return nil, err
	}
	out := &listing{mode: m, server: &compat.Server{Instructions: instructions, AnswerTokens: tools.DefaultResultTokens}}
	for _, tool := range list {
		entry, err := json.Marshal(tool)
		if err != nil {
			return nil, err
		}
		read := l.read[string(entry)]
		if read == nil {
			if read, err = compat.NewTool(entry); err != nil {
				return nil, err
			}
			l.read[string(entry)] = read
		}
		out.entries = append(out.entries, entry)
		out.server.Tools = append(out.server.Tools, read)
	}
	return out, nil
}

// instructions are those of the answer to initialize.
func instructions(s *tools.Service, selection tools.Selection) (string, error) {
	server, err := tools.NewServer(s, selection, "")
	if err != nil {
		return "", err
	}
	hello := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{` +
		`"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"reports","version":"1"}}}`
	raw, err := json.Marshal(server.HandleMessage(context.Background(), []byte(hello)))
	if err != nil {
		return "", err
	}
	var answer struct {
		Result struct {
			Instructions string `json:"instructions"`
		} `json:"result"`
	}
	err = json.Unmarshal(raw, &answer)
	return answer.Result.Instructions, err
}
