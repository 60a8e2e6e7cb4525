package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"paasmcp/internal/server"
	"paasmcp/internal/simulator"
)

// resetPath begins everything anew, for test suites that want to start each test from the same state.
const resetPath = "/reset"

func simulateCommand(p Process) *cobra.Command {
	s := simulation{speed: 1}
	var addr, logLevel, logFormat string
	var faults []string
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Serve simulated platforms on loopback, for any client",
		Long: `simulate serves Platform.sh / Upsun, Acquia Cloud and Virtuozzo with their token endpoints and demo data, for tests of any program
that uses their APIs. State is kept until the command ends; POST ` + resetPath + ` begins anew. It prints the variables that
clients read. It needs no account and reaches no platform.`,
		Args: cobra.NoArgs,
		Example: `  paas-mcp simulate
  paas-mcp simulate --platform acquia --speed 60 --record requests.jsonl
  paas-mcp simulate --seed team.yaml --fault 'GET /platformsh/projects/* status=503 retry-after=30s times=2'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			logger, err := newLogger(p.Err, logLevel, logFormat)
			if err != nil {
				return usageError{err}
			}
			s.logger = logger
			for _, text := range faults {
				fault, err := simulator.ParseFault(text)
				if err != nil {
					return usageError{fmt.Errorf("--fault: %w", err)}
				}
				s.faults = append(s.faults, fault)
			}
			if err := s.prepare(); err != nil {
				return usageError{err}
			}
			defer s.close()
			listener, err := server.Listen(addr, nil)
			if err != nil {
				return usageError{fmt.Errorf("--addr: the credentials of simulated platforms are public, so only loopback will do: %w", err)}
			}
			return s.serve(cmd.Context(), listener, p.Out)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&s.platforms, "platform", nil, "only these `platforms`: platformsh, acquia, virtuozzo")
	f.StringVar(&addr, "addr", "127.0.0.1:8090", "loopback `address`; port 0 takes a free one")
	f.Float64Var(&s.speed, "speed", s.speed, "how many times faster than the real platforms work is done")
	f.IntVar(&s.rate, "acquia-rate", 0, "calls a minute that Acquia allows (100 when 0, any number when -1)")
	f.StringVar(&s.seedFile, "seed", "", "YAML `file` with requests that are made before clients come")
	f.StringArrayVar(&faults, "fault", nil, "what goes wrong, as '[METHOD] /path status=N delay=D times=N …'; may be repeated")
	f.StringVar(&s.recordFile, "record", "", "append each request and the status of its answer to this `file`, as JSON lines without credentials")
	f.StringVar(&logLevel, "log-level", "info", "debug, info, warn or error; requests are logged at info")
	f.StringVar(&logFormat, "log-format", "text", "text or json; logs go to standard error")
	complete(cmd, "platform", platformNames()...)
	return cmd
}

// simulation is a running `paas-mcp simulate`.
type simulation struct {
	platforms            []string
	speed                float64
	rate                 int
	faults               []simulator.Fault
	seedFile, recordFile string
	logger               *slog.Logger

	seeds   []simulator.Seed
	lines   []int // of seeds, in the file
	current atomic.Pointer[simulator.Simulator]

	mu     sync.Mutex // over record
	record *os.File   // nil when nothing is recorded
}

// simulated says of each platform which variables lead a client to it, those of paas-mcp first.
var simulated = []struct {
	name, title, path string
	variables         func(at string) []string
}{
	{"platformsh", "Platform.sh / Upsun", simulator.PlatformshPath, func(at string) []string {
		return []string{
			"PLATFORMSH_CLI_TOKEN=" + simulator.PlatformshToken, "PLATFORMSH_API_URL=" + at, "PLATFORMSH_TOKEN_URL=" + at + "/oauth2/token",
			"PLATFORMSH_CLI_API_URL=" + at, "PLATFORMSH_CLI_AUTH_URL=" + at,
		}
	}},
	{"acquia", "Acquia Cloud", simulator.AcquiaPath, func(at string) []string {
		token := at + "/api/auth/oauth/token"
		return []string{
			"ACLI_KEY=" + simulator.AcquiaKey, "ACLI_SECRET=" + simulator.AcquiaSecret, "ACQUIA_API_URL=" + at + "/api", "ACQUIA_TOKEN_URL=" + token,
			"ACLI_CLOUD_API_BASE_URI=" + at + "/api", "ACLI_CLOUD_API_ACCOUNTS_URI=" + token,
		}
	}},
	{"virtuozzo", "Virtuozzo Application Platform", simulator.VirtuozzoPath, func(at string) []string {
		return []string{"VIRTUOZZO_TOKEN=" + simulator.VirtuozzoToken, "VIRTUOZZO_API_URL=" + at + "/1.0"}
	}},
}

func platformNames() []string {
	var names []string
	for _, p := range simulated {
		names = append(names, p.name)
	}
	return names
}

// prepare checks the command line and makes the first simulator.
func (s *simulation) prepare() (err error) {
	for _, name := range s.platforms {
		if !slices.Contains(platformNames(), name) {
			return fmt.Errorf("--platform %s is not known: use %s", name, strings.Join(platformNames(), ", "))
		}
	}
	if s.speed <= 0 {
		return fmt.Errorf("--speed %v: it must be greater than 0; 1 is the pace of the real platforms", s.speed)
	}
	if s.seedFile != "" {
		if err := s.readSeeds(); err != nil {
			return err
		}
	}
	if err := s.reset(); err != nil {
		return err
	}
	if s.recordFile != "" {
		if s.record, err = os.OpenFile(s.recordFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			return fmt.Errorf("--record: %w", err)
		}
	}
	return nil
}

func (s *simulation) close() {
	if s.record != nil {
		_ = s.record.Close() // each line has been written already
	}
}

// readSeeds reads a list of {platform, send}.
func (s *simulation) readSeeds() error {
	data, err := os.ReadFile(s.seedFile)
	if err != nil {
		return fmt.Errorf("--seed: %w", err)
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithKnownFields(), yaml.WithUniqueKeys())
	if err != nil {
		return err
	}
	var nodes []yaml.Node
	if err := loader.Load(&nodes); err != nil {
		return fmt.Errorf("--seed %s: want a list of {platform: …, send: 'METHOD /path {…}'}: %w", s.seedFile, err)
	}
	for i := range nodes {
		var seed struct{ Platform, Send string }
		if err := nodes[i].Load(&seed, yaml.WithKnownFields()); err != nil {
			return fmt.Errorf("%s:%d: want platform and send: %w", s.seedFile, nodes[i].Line, err)
		}
		s.seeds, s.lines = append(s.seeds, simulator.Seed(seed)), append(s.lines, nodes[i].Line)
	}
	return nil
}

// reset begins anew, with the seeds.
func (s *simulation) reset() error {
	clock := simulator.NewSeedClock()
	sim := simulator.New(simulator.Options{
		Clock: clock, Speed: s.speed, KeepRequests: -1, AcquiaRate: s.rate, Faults: s.faults, Observe: s.observe,
	})
	for i, seed := range s.seeds {
		if err := sim.Seed(seed); err != nil {
			return fmt.Errorf("%s:%d: %w", s.seedFile, s.lines[i], err)
		}
	}
	clock.Start()
	s.current.Store(sim)
	return nil
}

// observe logs a request and records it.
func (s *simulation) observe(r simulator.Request, status int, took time.Duration) {
	s.logger.Info(r.Method+" "+r.Path, "status", status, "took", took.Round(time.Microsecond))
	if s.record == nil {
		return
	}
	line, err := json.Marshal(map[string]any{
		"time": time.Now().UTC().Format(time.RFC3339Nano), "method": r.Method, "path": r.Path, "query": r.Query.Encode(),
		"body": r.Body, "auth": r.Auth, "status": status,
	})
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, err = s.record.Write(append(line, '\n'))
	}
	if err != nil {
		s.logger.Warn("a request was not recorded", "error", err)
	}
}

// serve prints where the platforms are and serves them until the context ends.
func (s *simulation) serve(ctx context.Context, listener net.Listener, out io.Writer) error {
	base := "http://" + listener.Addr().String()
	for _, p := range simulated {
		if len(s.platforms) > 0 && !slices.Contains(s.platforms, p.name) {
			continue
		}
		fmt.Fprintf(out, "# %s: %s%s\n", p.title, base, p.path)
		for _, variable := range p.variables(base + p.path) {
			fmt.Fprintln(out, "export", variable)
		}
	}
	fmt.Fprintf(out, "# Begin anew: curl -X POST %s%s\n", base, resetPath)
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

func (s *simulation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == resetPath && r.Method == http.MethodPost:
		if err := s.reset(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case len(s.platforms) > 0 && slices.Contains(platformNames(), name) && !slices.Contains(s.platforms, name):
		http.Error(w, name+" is not simulated here: add it to --platform", http.StatusNotFound)
	default:
		s.current.Load().Handler().ServeHTTP(w, r)
	}
}
