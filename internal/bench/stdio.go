package main

import (
	"io"
	"net/http"
	"time"
)

// subject is one of the two servers that are compared.
type subject struct {
	argv []string
	env  []string
	call []byte // the read call that is measured
}

// coldStart is the time from starting the process to having its tools.
func coldStart(s subject) (float64, error) {
	began := time.Now()
	p, err := start(s.argv, s.env)
	if err != nil {
		return 0, err
	}
	defer p.stop()
	if _, _, err := p.greet(); err != nil {
		return 0, err
	}
	return time.Since(began).Seconds() * 1e3, nil
}

// peakMemory is the most a process ever had in memory when its tools have been listed, in MiB.
func peakMemory(s subject) (float64, error) {
	p, err := start(s.argv, s.env)
	if err != nil {
		return 0, err
	}
	defer p.stop()
	if _, _, err := p.greet(); err != nil {
		return 0, err
	}
	bytes, err := memory(p.cmd.Process.Pid, "VmHWM")
	return float64(bytes) / (1 << 20), err
}

// running is a started server that has answered its first calls.
func running(s subject) (*process, error) {
	p, err := start(s.argv, s.env)
	if err != nil {
		return nil, err
	}
	if _, _, err = p.greet(); err == nil {
		for range 300 {
			if err = p.succeed(s.call); err != nil {
				break
			}
		}
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// latency is the median time of n calls one after the other, in milliseconds.
func latency(p *process, call []byte, n int) (float64, error) {
	times := make([]float64, n)
	for i := range times {
		began := time.Now()
		if err := p.succeed(call); err != nil {
			return 0, err
		}
		times[i] = time.Since(began).Seconds() * 1e3
	}
	return median(times), nil
}

// direct is the median time of the same GET without any server in between.
func direct(url string, n int) (float64, error) {
	times := make([]float64, n)
	for i := range times {
		began := time.Now()
		response, err := http.Get(url)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if err != nil {
			return 0, err
		}
		times[i] = time.Since(began).Seconds() * 1e3
	}
	return median(times), nil
}

// cpuPerCall is the processor time of one call, in milliseconds.
func cpuPerCall(p *process, call []byte, n int) (float64, error) {
	before, err := cpu(p.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	for range n {
		if err := p.succeed(call); err != nil {
			return 0, err
		}
	}
	after, err := cpu(p.cmd.Process.Pid)
	return (after - before).Seconds() * 1e3 / float64(n), err
}

// growth is how much memory a call leaves behind, in bytes, over n calls after as many to warm up.
func growth(p *process, call []byte, n int) (float64, error) {
	var before int64
	for round := range 2 {
		for range n {
			if err := p.succeed(call); err != nil {
				return 0, err
			}
		}
		now, err := memory(p.cmd.Process.Pid, "VmRSS")
		if err != nil {
			return 0, err
		}
		if round == 0 {
			before = now
		} else {
			return max(0, float64(now-before)) / float64(n), nil
		}
	}
	return 0, nil
}
