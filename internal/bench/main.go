// Command bench measures the built paas-mcp from outside, side by side in one run with a floor: a bare server on the same
// library that lists as many tools of the same size and whose handler makes one HTTP GET. Figures are medians of ratios over
// interleaved runs; single times would only measure the machine. `make bench` runs it; it exits with 1 when a figure is
// clearly over its budget.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/tiktoken-go/tokenizer"
)

// stray is how far a null test (the floor against itself) strays on a shared machine. A budget counts as broken beyond it.
const stray = 0.10

func main() {
	runs := flag.Int("runs", 15, "interleaved runs of each figure")
	calls := flag.Int("calls", 400, "calls of one run")
	soak := flag.Int("soak", 50_000, "calls of the memory figures; 0 leaves them out")
	attacked := flag.Bool("attacks", false, "measure only the memory under attack")
	binary := flag.String("binary", "", "measure this `file` in place of a fresh build, with -attacks")
	flag.Parse()
	if err := run(*runs, *calls, *soak, *attacked, *binary); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	upstream string
	paas     string // binary
	floor    string // binary
	env      []string
	runs     int
	over     int
}

func run(runs, calls, soak int, attacked bool, binary string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{paas: filepath.Join(dir, "paas-mcp"), floor: filepath.Join(dir, "floor"), runs: runs}
	builds := map[string]string{b.paas: ".", b.floor: "./internal/bench/floor"}
	if attacked {
		delete(builds, b.floor)
		if binary != "" {
			b.paas, builds = binary, nil
		}
	}
	for file, pkg := range builds {
		if out, err := exec.Command("go", "build", "-trimpath", "-o", file, pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
		}
	}
	if b.upstream, err = serveUpstream(); err != nil {
		return err
	}
	b.env = []string{
		"PLATFORMSH_CLI_TOKEN=t", "PLATFORMSH_API_URL=" + b.upstream, "PLATFORMSH_TOKEN_URL=" + b.upstream + "/token",
		"ACLI_KEY=k", "ACLI_SECRET=s", "ACQUIA_API_URL=" + b.upstream + "/api", "ACQUIA_TOKEN_URL=" + b.upstream + "/token",
		"VIRTUOZZO_TOKEN=t", "VIRTUOZZO_API_URL=" + b.upstream + "/1.0",
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"),
	}
	fmt.Printf("%-46s %12s %12s %8s %8s\n", "figure (median of interleaved runs)", "paas-mcp", "floor", "ratio", "budget")
	steps := []func() error{
		func() error { return b.startFigures("default", 1.5, 1.8) },
		func() error { return b.startFigures("all", 1.3, 1.6) },
		func() error { return b.callFigures(calls) },
		func() error { return b.webFigures(soak) },
		func() error { return b.growthFigure(soak) },
		b.sizes,
		b.attackFigures,
	}
	if attacked {
		steps = steps[len(steps)-1:]
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	if b.over > 0 {
		return fmt.Errorf("%d figures are over their budget", b.over)
	}
	return nil
}

// pair makes the two subjects of one toolset selection: the floor lists as many tools of the same size.
func (b *bench) pair(toolsets string) (paas, floor subject, hello, list []byte, err error) {
	paas = subject{
		argv: []string{b.paas, "serve", "--toolsets", toolsets, "--log-level", "error"}, env: b.env,
		call: callTool("paas_read", map[string]any{"tool": "platformsh_project_get", "arguments": map[string]any{"project_id": "abc123"}}),
	}
	p, err := start(paas.argv, paas.env)
	if err != nil {
		return
	}
	defer p.stop()
	if hello, list, err = p.greet(); err != nil {
		return
	}
	var tools struct {
		Result struct{ Tools []json.RawMessage }
	}
	if err = json.Unmarshal(list, &tools); err != nil {
		return
	}
	n := len(tools.Result.Tools)
	floor = subject{
		argv: []string{b.floor, "-tools", fmt.Sprint(n), "-size", fmt.Sprint(len(list) / n), "-upstream", b.upstream + "/projects/abc123"}, env: b.env,
		call: callTool("tool_000", map[string]any{"id": "abc123"}),
	}
	return
}

func (b *bench) startFigures(toolsets string, startBudget, memoryBudget float64) error {
	paas, floor, _, list, err := b.pair(toolsets)
	if err != nil {
		return err
	}
	if err := b.compare(fmt.Sprintf("cold start, --toolsets %s (%d kB list), ms", toolsets, len(list)>>10), startBudget, b.runs,
		func() (float64, error) { return coldStart(paas) }, func() (float64, error) { return coldStart(floor) }); err != nil {
		return err
	}
	return b.compare("peak memory after tools/list, "+toolsets+", MiB", memoryBudget, b.runs,
		func() (float64, error) { return peakMemory(paas) }, func() (float64, error) { return peakMemory(floor) })
}

func (b *bench) callFigures(calls int) error {
	paas, floor, _, _, err := b.pair("default")
	if err != nil {
		return err
	}
	p, err := running(paas)
	if err != nil {
		return err
	}
	defer p.stop()
	f, err := running(floor)
	if err != nil {
		return err
	}
	defer f.stop()
	url := b.upstream + "/projects/abc123"
	added := func(p *process, call []byte) func() (float64, error) {
		return func() (float64, error) {
			base, err := direct(url, calls)
			if err != nil {
				return 0, err
			}
			t, err := latency(p, call, calls)
			return t - base, err
		}
	}
	if err := b.compare("added latency of a read call over stdio, p50, ms", 1.3, b.runs, added(p, paas.call), added(f, floor.call)); err != nil {
		return err
	}
	return b.compare("processor time of a call, ms", 1.4, b.runs,
		func() (float64, error) { return cpuPerCall(p, paas.call, calls) }, func() (float64, error) { return cpuPerCall(f, floor.call, calls) })
}

func (b *bench) webFigures(soak int) error {
	paas, floor, _, _, err := b.pair("default")
	if err != nil {
		return err
	}
	p, err := serve(append(slices.Clone(paas.argv[:len(paas.argv)-1]), "info", "--transport", "http", "--addr", "127.0.0.1:0"), b.env)
	if err != nil {
		return err
	}
	defer p.stop()
	f, err := serve(append(slices.Clone(floor.argv), "-http", "127.0.0.1:0"), b.env)
	if err != nil {
		return err
	}
	defer f.stop()
	const clients, span = 64, time.Second
	if err := b.compare("calls a second over Streamable HTTP, 64 clients", -0.8, max(3, b.runs/3),
		func() (float64, error) { return p.throughput(paas.call, clients, span) }, func() (float64, error) { return f.throughput(floor.call, clients, span) }); err != nil {
		return err
	}
	if soak == 0 {
		return nil
	}
	left, err := p.abandoned(paas.call, soak)
	if err != nil {
		return err
	}
	b.report("memory left by a call, HTTP, abandoned sessions, bytes", left, 0, left, 32)
	return nil
}

func (b *bench) growthFigure(soak int) error {
	if soak == 0 {
		return nil
	}
	paas, _, _, _, err := b.pair("default")
	if err != nil {
		return err
	}
	p, err := running(paas)
	if err != nil {
		return err
	}
	defer p.stop()
	left, err := growth(p, paas.call, soak)
	if err != nil {
		return err
	}
	b.report("memory left by a call, stdio, bytes", left, 0, left, 16)
	return nil
}

// sizes are what a model pays for the tools, and what a client reads first.
func (b *bench) sizes() error {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		return err
	}
	for toolsets, budget := range map[string]float64{"default": 4000, "none": 1500} {
		_, _, _, list, err := b.pair(toolsets)
		if err != nil {
			return err
		}
		tokens, _, err := tokensOf(codec, list)
		if err != nil {
			return err
		}
		b.report("tokens of tools/list, --toolsets "+toolsets, float64(tokens), 0, float64(tokens), budget)
	}
	_, _, hello, list, err := b.pair("all")
	if err != nil {
		return err
	}
	tokens, tools, err := tokensOf(codec, list)
	if err != nil {
		return err
	}
	b.report(fmt.Sprintf("tokens a tool, --toolsets all (%d tools)", tools), float64(tokens)/float64(tools), 0, float64(tokens)/float64(tools), 140)
	b.report("bytes of the initialize answer", float64(len(hello)), 0, float64(len(hello)), 2500)
	return nil
}

// tokensOf counts the tokens of the tools as a client hands them to a model: name, description and input schema.
func tokensOf(codec tokenizer.Codec, list []byte) (tokens, tools int, err error) {
	var answer struct {
		Result struct {
			Tools []struct {
				Name        string          `json:"name"`
				Description string          `json:"description"`
				InputSchema json.RawMessage `json:"inputSchema"`
			}
		}
	}
	if err := json.Unmarshal(list, &answer); err != nil {
		return 0, 0, err
	}
	for _, tool := range answer.Result.Tools {
		raw, err := json.Marshal(tool)
		if err != nil {
			return 0, 0, err
		}
		n, err := codec.Count(string(raw))
		if err != nil {
			return 0, 0, err
		}
		tokens += n
	}
	return tokens, len(answer.Result.Tools), nil
}

// compare runs both in turn and reports the median of the ratios. A negative budget is a least, a positive one a most.
func (b *bench) compare(figure string, budget float64, runs int, paas, floor func() (float64, error)) error {
	var ours, theirs, ratios []float64
	for range runs {
		x, err := paas()
		if err != nil {
			return fmt.Errorf("%s: paas-mcp: %w", figure, err)
		}
		y, err := floor()
		if err != nil {
			return fmt.Errorf("%s: floor: %w", figure, err)
		}
		ours, theirs, ratios = append(ours, x), append(theirs, y), append(ratios, x/y)
	}
	b.report(figure, median(ours), median(theirs), median(ratios), budget)
	return nil
}

func (b *bench) report(figure string, ours, theirs, value, budget float64) {
	verdict := ""
	if budget > 0 && value > budget*(1+stray) || budget < 0 && value < -budget*(1-stray) {
		verdict = "  OVER"
		b.over++
	}
	sign := "≤"
	if budget < 0 {
		sign, budget = "≥", -budget
	}
	if theirs == 0 {
		fmt.Printf("%-46s %12.1f %12s %8s %1s %g%s\n", figure, ours, "", "", sign, budget, verdict)
		return
	}
	fmt.Printf("%-46s %12.2f %12.2f %8.2f %1s %g%s\n", figure, ours, theirs, value, sign, budget, verdict)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
