package audit

import "fmt"

// full reports whether a line of n bytes has to go into a new file. A file takes at least one line, however long.
func (l *Log) full(n int) bool {
	return l.maxSize > 0 && l.size > 0 && !l.begun && l.size+int64(n) > l.limit
}

// rotate begins a new file because a line of n bytes does not fit any more. When it cannot, the log goes on in the old one: a
// file that is too long is better than a call that is refused or not recorded.
func (l *Log) rotate(n int) {
	l.syncMu.Lock() // the old file must not be closed under a flush
	defer l.syncMu.Unlock()
	l.mu.Lock()
	if l.broken != nil || !l.full(n) { // another call was faster
		l.mu.Unlock()
		return
	}
	err := l.change()
	if err != nil {
		l.limit = l.size + max(l.maxSize, int64(n)) // tries again later, not with every line
	}
	shut := l.broken != nil // which every call is told by itself
	l.mu.Unlock()
	if err != nil && !shut && l.warn != nil {
		l.warn(fmt.Errorf("audit log: start a new file: %w; it continues in %s, which grows beyond its size", err, l.name))
	}
}

// change puts a new file in the place of the old one. The new file is complete and on the disk under another name before
// anything is renamed, so that at every moment either the old file has its name, or the new one lies ready to take it (see
// [Log.current]).
func (l *Log) change() error {
	if err := l.file.Sync(); err != nil {
		return l.noFlush(err)
	}
	l.synced = l.seq
	former := formerName(l.name, l.seq)
	rec := line{Event: rotated, Former: former}
	text, hash, err := l.next(&rec)
	if err != nil {
		return err
	}
	fresh, err := l.folder.Create(readyName(l.name))
	if err != nil {
		return err
	}
	if err := l.exchange(fresh, text, former); err != nil {
		_ = fresh.Close()
		return err
	}
	_ = l.file.Close() // all of it is on the disk
	l.file, l.size, l.begun, l.limit = fresh, int64(len(text)), true, l.maxSize
	l.seq, l.prev, l.synced = rec.Seq, hash, rec.Seq
	return nil
}

// exchange writes the first line of the new file and gives both files their names. After an error everything is as before, or
// the log is shut.
func (l *Log) exchange(fresh file, text []byte, former string) error {
	ready := readyName(l.name)
	err := func() error {
		if _, err := fresh.Write(text); err != nil {
			return err
		}
		if err := fresh.Sync(); err != nil {
			return err
		}
		return l.folder.Rename(l.name, former)
	}()
	if err != nil {
		_ = l.folder.Remove(ready)
		return err
	}
	l.folder.Sync() // a power failure must not find the second name changed and the first one not
	if err := l.folder.Rename(ready, l.name); err != nil {
		if undo := l.folder.Rename(former, l.name); undo != nil {
			l.broken = fmt.Errorf("audit log: start a new file: %w; restart the server", err)
			return err
		}
		_ = l.folder.Remove(ready)
		return err
	}
	l.folder.Sync()
	return nil
}
