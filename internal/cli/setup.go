package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/config"
	"paasmcp/internal/demo"
	"paasmcp/internal/jq"
	"paasmcp/internal/policy"
	"paasmcp/internal/secrets"
	"paasmcp/internal/simulator"
	"paasmcp/internal/version"
	"paasmcp/prompts"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// setup is the part of the command line that several commands share: which accounts, which rows, what is written down.
type setup struct {
	accountsFile string
	policyFile   string
	policy       *policy.Live // in force; made by build
	// checkPolicy refuses a policy that cannot be kept here; nil takes every one.
	checkPolicy  func(policy.Policy) error
	demo         bool
	include      []string
	readOnly     bool
	auditFile    string
	auditKeyFile string
	auditMaxSize size
	logLevel     string
	logFormat    string
	saveDir      string
	// followsCursors is set by commands that go on with a list where another command ended.
	followsCursors bool
	// maxResultTokens is the cap on an answer; the default when zero.
	maxResultTokens int
	console         consoleSetup
}

// signOut bounds the end of the program: a platform that does not answer must not keep it from ending.
const signOut = 5 * time.Second

func (s *setup) flags(f *pflag.FlagSet) {
	f.StringVar(&s.accountsFile, "accounts", "", "YAML `file` with accounts, in place of the environment")
	f.StringVar(&s.policyFile, "policy", "", "YAML `file` with rules that come before the built-in ones")
	f.BoolVar(&s.demo, "demo", false, "run against the embedded simulator; needs no account and reaches no platform")
	f.StringSliceVar(&s.include, "include", nil, "also offer operations that are `deprecated,privileged`")
	f.BoolVar(&s.readOnly, "read-only", false, "hide and refuse everything that changes something")
	f.StringVar(&s.auditFile, "audit", "", "append the audit trail to this `file`")
	f.StringVar(&s.auditKeyFile, "audit-key-file", "", "`file` with at least 32 random bytes, the key of the audit trail; makes a rewritten trail show")
	s.auditMaxSize = audit.DefaultMaxSize
	f.Var(&s.auditMaxSize, "audit-max-size", "begin a new audit file before one grows beyond this `size`, such as 64MiB or 10MB; 0: never")
	f.StringVar(&s.logLevel, "log-level", "info", "debug, info, warn or error")
	f.StringVar(&s.logFormat, "log-format", "text", "text or json; logs go to standard error")
}

// service builds a service. The returned function ends what it started.
func (s *setup) service(ctx context.Context, p Process) (*tools.Service, *slog.Logger, func(), error) {
	logger, err := newLogger(p.Err, s.logLevel, s.logFormat)
	if err != nil {
		return nil, nil, nil, usageError{err}
	}
	end := func() {}
	var accounts []apiclient.Account
	if s.demo {
		if s.accountsFile != "" {
			return nil, nil, nil, usageError{fmt.Errorf("--demo brings its own accounts; leave --accounts out")}
		}
		if accounts, end, err = demoAccounts(ctx); err != nil {
			return nil, nil, nil, err
		}
		p.PollEvery = cmp.Or(p.PollEvery, demoPollEvery)
	} else if accounts, err = config.Accounts(s.accountsFile, p.Env); err != nil {
		return nil, nil, nil, usageError{err}
	}
	service, closeAudit, err := s.build(accounts, logger, p)
	if err != nil {
		end()
		return nil, nil, nil, err
	}
	return service, logger, func() { closeAudit(); end() }, nil
}

func (s *setup) build(accounts []apiclient.Account, logger *slog.Logger, p Process) (*tools.Service, func(), error) {
	options := apiclient.Options{UserAgent: "paas-mcp/" + version.Version(), Logger: logger}
	if s.followsCursors {
		options.CursorKey = sharedCursorKey(p.Env, logger)
	}
	set, err := tools.NewAccounts(accounts, options)
	if err != nil {
		return nil, nil, usageError{err}
	}
	catalog, err := s.catalog(set.Platforms())
	if err != nil {
		return nil, nil, err
	}
	rules, err := s.readPolicy()
	if err != nil {
		return nil, nil, usageError{err}
	}
	s.policy = policy.NewLive(rules)
	key, err := readAuditKey(s.auditKeyFile)
	if err != nil {
		return nil, nil, err
	}
	if s.auditKeyFile != "" && s.auditFile == "" {
		return nil, nil, usageError{errors.New("--audit-key-file belongs to --audit FILE")}
	}
	log, err := audit.Open(s.auditFile, audit.Keyed(key), audit.MaxSize(int64(s.auditMaxSize)), audit.Warn(func(err error) { logger.Warn("audit", "error", err) }))
	if err != nil {
		return nil, nil, usageError{err}
	}
	sealer, err := approval.NewRandomSealer()
	if err != nil {
		return nil, nil, err
	}
	cfg := tools.Config{
		Catalog:  catalog,
		Accounts: set,
		Gate:     approval.NewGate(sealer, new(approval.Once)),
		Policy:   s.policy,
		Audit:    log,
		ReadOnly: s.readOnly,
		Logger:   logger,

		MaxResultTokens: s.maxResultTokens,
		JQ:              jq.NewRunner(""),

		SaveDir:   s.saveDir,
		PollEvery: p.PollEvery,
		Workflows: prompts.Workflows(s.readOnly),
		AuditFile: s.auditFile,
	}
	var service *tools.Service
	page, err := s.console.build(p, logger, s.auditFile, &cfg, func() *tools.Service { return service })
	if err != nil {
		_ = log.Close()
		return nil, nil, usageError{err}
	}
	service = tools.NewService(cfg)
	if page != nil {
		if err := page.Start(); err != nil {
			_ = log.Close()
			return nil, nil, usageError{err}
		}
	}
	return service, func() {
		// The context of the command has ended when the program is told to stop; signing out needs one of its own.
		ctx, cancel := context.WithTimeout(context.Background(), signOut)
		defer cancel()
		if page != nil {
			page.Close()
		}
		service.Close(ctx)
		_ = log.Close()
	}, nil
}

func (s *setup) catalog(platforms []schemas.Platform) (*schemas.Catalog, error) {
	var include []schemas.Flag
	for _, flag := range s.include {
		switch f := schemas.Flag(flag); f {
		case schemas.Deprecated, schemas.Privileged:
			include = append(include, f)
		default:
			return nil, usageError{fmt.Errorf("--include %s is not known: use deprecated, privileged or both", flag)}
		}
	}
	return schemas.Open(include, platforms...)
}

// demoSpeed lets the simulated platform work fast enough to watch and slowly enough to see progress.
const demoSpeed = 6

// demoPollEvery keeps step with it.
const demoPollEvery = 500 * time.Millisecond

// demoAccounts starts the simulator and returns accounts for it.
func demoAccounts(ctx context.Context) ([]apiclient.Account, func(), error) {
	sim := simulator.New(simulator.Options{Speed: demoSpeed, KeepRequests: -1})
	base, err := sim.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	virtuozzo := demo.Account("demo-virtuozzo", schemas.Virtuozzo, base)
	virtuozzo.Production = []string{"shop"}
	accounts := []apiclient.Account{
		demo.Account("demo", schemas.Platformsh, base), demo.Account("demo-acquia", schemas.Acquia, base), virtuozzo,
	}
	return accounts, func() { _ = sim.Close() }, nil
}

// newLogger logs to standard error: standard output belongs to the protocol. Secrets are masked by name and shape on
// their way, in case something logs more than it should.
func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var at slog.Level
	if err := at.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		return nil, fmt.Errorf("--log-level %s is not known: use debug, info, warn or error", level)
	}
	switch format {
	case "json":
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: at, ReplaceAttr: secrets.ReplaceAttr})), nil
	case "text":
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: at, TimeFormat: time.TimeOnly, NoColor: !isTerminal(w), ReplaceAttr: secrets.ReplaceAttr})), nil
	default:
		return nil, fmt.Errorf("--log-format %s is not known: use text or json", format)
	}
}
