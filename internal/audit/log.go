package audit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"paasmcp/schemas"
)

// Log appends to an audit file. It is safe for concurrent use. A Log without a file (see [Open]) records nothing and
// accepts everything.
type Log struct {
	folder  folder // where the file is
	name    string // of the file in it
	maxSize int64  // of a file; 0: no limit
	key     Key    // of the lines
	warn    func(error)

	mu     sync.Mutex // guards what follows
	file   file       // nil: record nothing
	seq    uint64     // of the last line
	prev   string     // its hash
	size   int64      // end of the last line
	limit  int64      // size at which the file is changed; above maxSize when that did not work
	begun  bool       // the file holds nothing but the line it begins with
	broken error      // why nothing more can be written, once that is so

	syncMu sync.Mutex // held while the disk works, so that lines of other calls can be written meanwhile; taken before mu
	synced uint64     // guarded by syncMu: lines up to this one are on the disk
}

// file is what a Log needs of an *os.File.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// Records reports whether there is a file, so that a caller can save the work of describing a call to nobody.
func (l *Log) Records() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file != nil || l.broken != nil
}

// Intent records a call before anything is sent. When it returns, the line is on the disk, except for reads, whose loss
// in a power failure costs nothing. After an error the call must not be sent.
func (l *Log) Intent(e Entry) (ID, error) {
	seq, err := l.append(line{Event: intent, Entry: &e})
	if err != nil {
		return 0, err
	}
	if slices.Contains(e.Risk, schemas.Read) && !slices.Contains(e.Risk, schemas.Write) {
		return ID(seq), nil
	}
	return ID(seq), l.sync(seq)
}

// Outcome records how a call ended. The line is handed to the system before it returns but not forced onto the disk: if a power
// failure takes it, the intent stands without an outcome, which says the truth.
func (l *Log) Outcome(of ID, o Outcome) error {
	_, err := l.append(line{Event: outcome, Intent: of, Outcome: &o})
	return err
}

// Refuse records a call that was refused, and why. Nothing waits for the disk: nothing was sent that would have to be explained.
func (l *Log) Refuse(e Entry, reason string) error {
	seq, err := l.append(line{Event: intent, Entry: &e})
	if err != nil {
		return err
	}
	return l.Outcome(ID(seq), Outcome{Status: Refused, Kind: reason})
}

// Close forces everything onto the disk and gives the file free.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	l.broken = errors.New("audit log: it is closed")
	return errors.Join(l.file.Sync(), l.file.Close(), l.folder.Close())
}

// append writes one line, whole or not at all, into a new file when it does not fit into this one.
func (l *Log) append(rec line) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return 0, l.broken
	}
	if l.file == nil {
		l.seq++
		return l.seq, nil
	}
	text, hash, err := l.next(&rec)
	if err != nil {
		return 0, err
	}
	for l.full(len(text)) {
		l.mu.Unlock()
		l.rotate(len(text))
		l.mu.Lock()
		if l.broken != nil {
			return 0, l.broken
		}
		if text, hash, err = l.next(&rec); err != nil { // other lines stand before it now
			return 0, err
		}
	}
	return l.put(rec.Seq, text, hash)
}

// next makes the line that comes after the last one.
func (l *Log) next(rec *line) (text []byte, hash string, err error) {
	rec.Seq, rec.Prev, rec.Time = l.seq+1, l.prev, time.Now().UTC()
	return rec.encode(l.key)
}

// put writes a line that next made.
func (l *Log) put(seq uint64, text []byte, hash string) (uint64, error) {
	if err := l.write(text); err != nil {
		return 0, err
	}
	l.seq, l.prev, l.begun = seq, hash, false
	return seq, nil
}

// write appends bytes. When the disk takes only a part of them, that part is cut off again, so that the log goes on once there
// is room; when even that is impossible, the log stays shut rather than glue the next line to half of this one.
func (l *Log) write(text []byte) error {
	n, err := l.file.Write(text)
	if err != nil {
		err = fmt.Errorf("audit log: %w; calls are refused until it works again", err)
		if n > 0 {
			if cut := l.file.Truncate(l.size); cut != nil {
				l.broken = fmt.Errorf("%w (half a line is left: %w; restart the server to recover)", err, cut)
			}
		}
		return err
	}
	l.size += int64(n)
	return nil
}

// sync returns when the line is on the disk. Callers that wait at the same time share one flush.
func (l *Log) sync(seq uint64) error {
	l.syncMu.Lock()
	defer l.syncMu.Unlock()
	if l.synced >= seq {
		return nil
	}
	l.mu.Lock()
	f, last, broken := l.file, l.seq, l.broken
	l.mu.Unlock()
	if f == nil {
		return nil
	}
	if broken != nil {
		return broken
	}
	if err := f.Sync(); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.noFlush(err)
	}
	l.synced = last
	return nil
}

// noFlush shuts the log. What a failed flush did to the lines before is unknown, and asking again would say "fine".
func (l *Log) noFlush(err error) error {
	l.broken = fmt.Errorf("audit log: flush to disk: %w; restart the server when the disk works again", err)
	return l.broken
}
