package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"paasmcp/internal/config"
	"paasmcp/internal/peer"
	"paasmcp/internal/policy"
	"paasmcp/internal/server"
	"paasmcp/internal/version"
	"paasmcp/prompts"
	"paasmcp/tools"
)

const defaultAddr = "127.0.0.1:8085"

func serveCommand(p Process) *cobra.Command {
	var s setup
	var who people
	var addr string
	var toolsets, hosts, origins, trusted []string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve MCP clients over stdio, Streamable HTTP or SSE",
		Args:  cobra.NoArgs,
		Example: `  paas-mcp serve                                  # stdio, accounts from the environment
  paas-mcp serve --demo                           # stdio, against the embedded simulator
  paas-mcp serve --transport http --addr 127.0.0.1:8085
  paas-mcp serve --transport http --addr 0.0.0.0:8085 --auth-token-file /run/secrets/mcp`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.maxResultTokens < tools.MinResultTokens {
				return usageError{fmt.Errorf("--max-result-tokens %d: at least %d are needed for a summary", s.maxResultTokens, tools.MinResultTokens)}
			}
			ctx, end := context.WithCancel(cmd.Context())
			defer end()
			firstCall := collectLess(p.Env)
			// Over HTTP others read what a server prints, and a link in it would let them approve.
			s.console.links = who.transport == "stdio"
			if err := who.read(); err != nil {
				return usageError{err}
			}
			s.console.operators = who.operators
			s.checkPolicy = func(rules policy.Policy) error { return who.check(s.policyFile, rules) }
			proxies, err := peer.ParseProxies(trusted)
			if err != nil {
				return usageError{fmt.Errorf("--trusted-proxy %w", err)}
			}
			s.console.proxies = proxies
			service, logger, closeAll, err := s.service(ctx, p)
			if err != nil {
				return err
			}
			defer closeAll()
			if s.policyFile == "" {
				onHangup(ctx, end)
			} else {
				onHangup(ctx, func() { s.reloadPolicy(logger) })
			}
			mcp, err := tools.NewServer(service, tools.Selection{Toolsets: toolsets}, version.Version())
			if err != nil {
				return usageError{err}
			}
			prompts.Register(mcp, service)
			cfg := server.Config{MCP: mcp, Logger: logger, FirstCall: firstCall, Name: "paas-mcp", Version: version.Version(), AllowedHosts: hosts, AllowedOrigins: origins, Proxies: proxies}
			if who.transport == "stdio" {
				if cmd.Flags().Changed("addr") {
					return usageError{errors.New("--addr belongs to --transport http or sse")}
				}
				if isTerminal(p.In) {
					fmt.Fprintln(p.Err, "paas-mcp waits for an MCP client on standard input. To see it work, run: paas-mcp demo")
				}
				return server.ServeStdio(ctx, cfg, p.In, p.Out)
			}
			cfg.Tokens, cfg.Addr = who.tokens, addr
			serve, path := server.ServeHTTP, "/mcp"
			if who.transport == "sse" {
				serve, path = server.ServeSSE, "/sse"
			}
			listener, err := server.Listen(addr, cfg.Tokens)
			if err != nil {
				return usageError{err}
			}
			logger.Info("serving MCP", "url", "http://"+listener.Addr().String()+path, "authentication", map[bool]string{true: "bearer token", false: "none (loopback only)"}[cfg.Tokens != nil])
			return serve(ctx, cfg, listener)
		},
	}
	s.flags(cmd.Flags())
	s.console.flags(cmd.Flags())
	who.flags(cmd.Flags())
	cmd.Flags().StringVar(&addr, "addr", defaultAddr, "`address` for http and sse")
	cmd.Flags().StringSliceVar(&toolsets, "toolsets", nil, "tools offered directly: default, none, all or toolset `names`")
	cmd.Flags().StringSliceVar(&hosts, "allowed-hosts", nil, "further Host `names` to accept, for example behind a proxy")
	cmd.Flags().StringSliceVar(&origins, "allowed-origins", nil, "web `origins` whose pages may call")
	cmd.Flags().StringSliceVar(&trusted, "trusted-proxy", nil, "`addresses` or ranges (CIDR) of proxies that say truly where a request comes from, in Forwarded or X-Forwarded-For")
	cmd.Flags().StringVar(&s.saveDir, "save-dir", "", "`folder` in which stdio clients may save answers that are files")
	cmd.Flags().IntVar(&s.maxResultTokens, "max-result-tokens", tools.DefaultResultTokens, "about how many `tokens` an answer may have before it becomes a summary")
	complete(cmd, "transport", "stdio", "http", "sse")
	return cmd
}

// collectLess sets how often memory is collected until the first call, and returns what sets it from then on. The environment is
// left the last word.
func collectLess(env config.Lookup) (fromFirstCall func()) {
	if _, set := env("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryLimit)
	}
	if _, set := env("GOGC"); set {
		return func() {}
	}
	debug.SetGCPercent(startPercent)
	return func() { debug.SetGCPercent(gcPercent) }
}

// memoryLimit is where the collector no longer lets the heap grow as it likes, in bytes. What is in use may go beyond it: what callers
// can make a server hold is bounded where it is held. GOMEMLIMIT overrides it.
const memoryLimit = 192 << 20

// startPercent lets a server start with the default tools without a collection, of which there would just be one, for nothing. More
// would let the lists of all tools, which are made and forgotten, stay in memory.
const startPercent = 130

// gcPercent lets the heap grow further between collections than Go's default of 100. A server keeps a few MB alive, so the
// default would collect every few hundred calls, which took a good part of the processor time of a call; the price is some
// MB under load. GOGC overrides it.
const gcPercent = 400

// minToken is the shortest bearer token accepted, in bytes; less can be guessed.
const minToken = 16

func readToken(flag, file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	token := bytes.TrimSpace(data)
	if len(token) < minToken {
		return nil, fmt.Errorf("%s %s: the token has %d bytes, at least %d are needed; make one with: openssl rand -hex 32", flag, file, len(token), minToken)
	}
	return token, nil
}

func complete(cmd *cobra.Command, flag string, values ...string) {
	// The only error is a flag that does not exist, which every run of the command would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
