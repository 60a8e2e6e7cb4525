package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// wholeCatalogue is every row of every platform. What a policy allows must not depend on which accounts exist today.
var wholeCatalogue = sync.OnceValues(func() (*schemas.Catalog, error) {
	return schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Catalogued()...)
})

// readPolicy reads a policy file; without one the built-in rules decide.
func readPolicy(file string) (policy.Policy, error) {
	if file == "" {
		return policy.Default(), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("policy file: %w", err)
	}
	catalog, err := wholeCatalogue()
	if err != nil {
		return nil, err
	}
	return policy.Load(file, data, catalog.Rows())
}

// readPolicy reads the policy of this command line and makes sure that it can be kept.
func (s *setup) readPolicy() (policy.Policy, error) {
	rules, err := readPolicy(s.policyFile)
	if err == nil && s.checkPolicy != nil {
		err = s.checkPolicy(rules)
	}
	return rules, err
}

// reloadPolicy reads the policy file again. A file with a mistake changes nothing: half a policy, or none, must never be in force.
func (s *setup) reloadPolicy(logger *slog.Logger) {
	rules, err := s.readPolicy()
	if err != nil {
		logger.Error("the policy stays as it was: the file cannot be used", "error", err)
		return
	}
	s.policy.Set(rules)
	logger.Info("policy read again", "file", s.policyFile, "rules", len(rules))
}

// onHangup calls f whenever the process gets SIGHUP, until the context ends. Where SIGHUP is ignored, as under nohup, it stays so.
func onHangup(ctx context.Context, f func()) {
	if signal.Ignored(syscall.SIGHUP) {
		return
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangup)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				f()
			}
		}
	}()
}
