package cli_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"paasmcp/internal/cli"
)

// TestMain lets testscript run this test binary as paas-mcp, in processes of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"paas-mcp": func() {
			os.Exit(cli.Run(cli.Process{
				Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
			}))
		},
	})
}

// TestScripts runs the command line as a user would. UPDATE=1 rewrites expected output.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/script",
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}
