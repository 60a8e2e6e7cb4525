package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// ServeStdio serves one client over in and out until the input ends, the output breaks or ctx is done. At the end of
// input running calls get the grace period to finish and are answered; when ctx is done they are cancelled. All three
// ends are regular and return nil; an error means that reading failed.
//
// A read that is blocked when ctx ends stays blocked, as nothing can interrupt it on every kind of file; the caller is
// expected to exit.
func ServeStdio(ctx context.Context, cfg Config, in io.Reader, out io.Writer) error {
	e := newEngine(ctx, cfg)
	defer e.stop()
	w := newLineWriter(out)
	l := &link{
		eng: e, out: w, transport: "stdio", principal: e.cfg.Principal,
		sessionID: "stdio", owner: "stdio", gone: w.broken, ctx: e.base,
	}
	// The registered session receives what the server sends to everybody.
	everybody := l.newCall(false)
	if err := e.mcp.RegisterSession(e.base, everybody); err != nil {
		return fmt.Errorf("serve stdio: %w: one server can serve one stdio client at a time", err)
	}
	defer everybody.notes.close()
	defer e.mcp.UnregisterSession(e.base, everybody.sessionID)
	if out == os.Stdout {
		// Go ends the process when writing to a broken standard output, and with it calls that are halfway through.
		signal.Ignore(syscall.SIGPIPE)
	}

	if in == os.Stdin {
		if again, ok := unblocked(os.Stdin); ok {
			defer again.Close()
			in = again
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- l.readLines(newLineReader(in, e.cfg.MaxBody)) }()
	var err error
	select {
	case err = <-ended:
		e.close() // whoever could answer a question has hung up
		l.finish(ctx, e.cfg.Grace)
	case <-w.broken: // the client is gone without a word
		e.close()
		l.finish(ctx, 0)
	case <-ctx.Done():
		e.close()
		l.finish(ctx, 0)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("serve stdio: read input: %w", err)
	}
	return nil
}

func (l *link) readLines(r *lineReader) error {
	for {
		line, long, err := r.next()
		switch {
		case long != nil:
			l.refuse(long, l.eng.tooLong())
		case err != nil:
			return err
		default:
			l.accept(line)
		}
	}
}
