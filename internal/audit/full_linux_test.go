package audit_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"paasmcp/internal/audit"
)

// fullDisk is a server whose disk can be filled from outside.
type fullDisk struct {
	*process
	platform   *platform
	fill, free func()
	log        func() string // a path at which the log can be read now
}

// TestFullDisk: when the log has no room, nothing reaches the platform, and the answer says why; when there is room again, all goes on,
// and a check finds nothing but, at most, calls whose outcome did not fit any more.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, room := range []int64{0, 1, 90, 1000} {
		t.Run(fmt.Sprintf("file limit, %d bytes left", room), func(t *testing.T) {
			t.Parallel()
			fullDiskRefuses(t, limited(t, room))
		})
	}
	t.Run("small disk", func(t *testing.T) {
		t.Parallel()
		fullDiskRefuses(t, mounted(t))
	})
}

// limited is a server that may not make its file longer than it is, but for some bytes (RLIMIT_FSIZE).
func limited(t *testing.T, room int64) fullDisk {
	platform, log := newPlatform(t), filepath.Join(t.TempDir(), "audit.jsonl")
	p := startProcess(t, platform, log)
	limit := func(bytes uint64) {
		if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return fullDisk{process: p, platform: platform, log: func() string { return log }, free: func() { limit(unix.RLIM_INFINITY) }, fill: func() {
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		limit(uint64(info.Size() + room))
	}}
}

// mounted is a server with its log on a small disk, which another file fills.
func mounted(t *testing.T) fullDisk {
	platform, dir := newPlatform(t), t.TempDir()
	p := startProcess(t, platform, filepath.Join(dir, "audit.jsonl"), func(c *exec.Cmd) {
		c.Env = append(c.Env, mountVariable+"="+dir)
		c.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
	})
	inside := filepath.Join("/proc", fmt.Sprint(p.cmd.Process.Pid), "root", dir)
	ballast := filepath.Join(inside, "ballast")
	return fullDisk{
		process: p, platform: platform,
		fill: func() {
			if err := os.WriteFile(ballast, make([]byte, 64<<10), 0o600); !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("the disk is not full: %v", err)
			}
		},
		free: func() {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		},
		log: func() string { // a copy, since the name space of the process has names of its own
			out := t.TempDir()
			files, err := os.ReadDir(inside)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if f.Name() == "ballast" {
					continue
				}
				if err := os.WriteFile(filepath.Join(out, f.Name()), []byte(content(t, filepath.Join(inside, f.Name()))), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			return filepath.Join(out, "audit.jsonl")
		},
	}
}

func fullDiskRefuses(t *testing.T, d fullDisk) {
	t.Helper()
	calls := map[string]func() (answer, bool){
		"confirmed": d.confirmed,
		"plain":     func() (answer, bool) { return d.request(plainTool, plainArgs, nil) },
		"read":      func() (answer, bool) { return d.request(readTool, `{}`, nil) },
	}
	all := func(when string) {
		t.Helper()
		for name, call := range calls {
			a, ok := call()
			if !ok {
				<-d.reached
				if strings.Contains(d.errors.String(), cannotMount) {
					t.Skip(d.errors.String())
				}
			}
			if !ok || a.IsError || a.RequestState != "" {
				t.Fatalf("%s, %s: %v %s", when, name, ok, a.text())
			}
		}
	}
	all("before")
	d.fill()
	// What is left of the last block may take some lines.
	var a answer
	for n := 0; !a.IsError && n < 50; n++ {
		a, _ = d.confirmed()
	}
	gated, plain := d.platform.gated.Load(), d.platform.plain.Load()
	for range 2 {
		for name, call := range calls {
			reads := d.platform.reads.Load()
			a, ok := call()
			if !ok || !a.IsError || !strings.Contains(a.text(), "the audit could not be written, so nothing was sent") ||
				!strings.Contains(a.text(), "no space left on device") && !strings.Contains(a.text(), "file too large") {
				t.Errorf("%s on a full disk: %v %s", name, ok, a.text())
			}
			if name == "read" && d.platform.reads.Load() != reads {
				t.Error("a read that is not recorded was sent")
			}
		}
	}
	if d.platform.gated.Load() != gated || d.platform.plain.Load() != plain {
		t.Errorf("%d and %d requests were sent without an intent", d.platform.gated.Load()-gated, d.platform.plain.Load()-plain)
	}
	t.Logf("the disk is full: %s", a.text())
	log := d.log()
	if out, code := auditVerify(log); code != 0 {
		t.Errorf("while the disk is full, audit verify ends with %d: %s", code, out)
	}
	d.free()
	all("when there is room again")
	log = d.log()
	report := verifyFile(t, log)
	if !report.OK() || report.Torn != nil || len(report.Recovered) > 0 || len(report.Open) > 1 {
		t.Errorf("at the end: %+v", report)
	}
	for tool, sent := range map[string]int64{gatedTool: d.platform.gated.Load(), plainTool: d.platform.plain.Load()} {
		recorded, _, err := audit.ReadFile(log, audit.Filter{Tool: tool})
		if err != nil || int64(len(recorded)) != sent {
			t.Errorf("%s: %d requests, %d intents, %v", tool, sent, len(recorded), err)
		}
	}
}
