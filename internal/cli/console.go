package cli

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/pflag"

	"paasmcp/internal/approval"
	"paasmcp/internal/config"
	"paasmcp/internal/console"
	"paasmcp/internal/peer"
	"paasmcp/tools"
)

// consoleSetup is the part of the command line about the approval console. Its zero value is no console.
type consoleSetup struct {
	where     string // auto, off or an address
	url       string
	operators []console.Operator
	links     bool // print links that sign in
	proxies   peer.Proxies
}

// Where the console listens, besides an address.
const (
	consoleAuto = "auto" // a free port of 127.0.0.1, once something waits
	consoleOff  = "off"
)

func (s *consoleSetup) flags(f *pflag.FlagSet) {
	f.StringVar(&s.where, "console", consoleAuto, "approval console: auto (a free local port, opened when a call waits), off, or an `address`")
	f.StringVar(&s.url, "console-url", "", "`address` at which browsers reach the console, where that is a proxy's")
}

// build makes the desk and its console, and puts the desk into the configuration of the service. Start the console when the
// service is made; it is nil when there is none.
func (s *consoleSetup) build(
	p Process, logger *slog.Logger, auditFile string, cfg *tools.Config, service func() *tools.Service,
) (*console.Console, error) {
	if s.where == "" || s.where == consoleOff {
		if s.url != "" || s.operators != nil {
			return nil, errors.New("--console-url and --operators need the console; remove --console off")
		}
		return nil, nil
	}
	c := console.Config{Desk: approval.NewDesk(cfg.Gate), Service: service, URL: s.url, Operators: s.operators, AuditFile: auditFile, Links: s.links, Proxies: s.proxies, Logger: logger}
	if s.where != consoleAuto {
		c.Addr = s.where
	}
	c.Announce = func(text string) { logger.Info(text) }
	if s.links { // not by the log, which masks what looks like a secret
		c.Announce = func(text string) { fmt.Fprintln(p.Err, "paas-mcp:", text) }
	}
	var err error
	if c.Dir, err = config.RuntimeDir(p.Env); err != nil {
		logger.Warn("approval console: `paas-mcp approve` will not find this server by itself", "error", err)
	}
	page, err := console.New(c)
	if err != nil {
		return nil, err
	}
	cfg.Desk, cfg.ConsoleURL = c.Desk, page.URL
	return page, nil
}
