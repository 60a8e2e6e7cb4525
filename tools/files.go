package tools

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
)

// Some operations answer with a file: a log, a backup, an invoice. A file never goes into a tool result, where it would
// cost a model its attention and tell it nothing. Next to the user (stdio, the command line) it is written to a folder
// that was allowed at the start; over HTTP, where the folder is somebody else's, it is kept for a while as a resource that
// only the principal who asked can read.

// Bounds of files.
const (
	maxSaved    = 10 << 30         // bytes of one saved file: a full database, not a runaway answer
	maxKept     = 16 << 20         // bytes of one file kept as a resource: it has to fit into one message
	keptFiles   = 100              // resources at a time
	filesOfOne  = 25               // of one caller
	keptFor     = 15 * time.Minute // how long a resource can be read
	fileURI     = "paas://files/"
	fileURIForm = fileURI + "{id}"
)

// savedFile is where a file went.
type savedFile struct {
	Path string // on this machine
	URI  string // as a resource
}

// target is a file being received.
type target struct {
	io.WriteCloser
	most    int64
	discard func()
	keep    func() savedFile
}

// openTarget makes the place that a file goes to, or says what the caller has to do to get it.
func (s *Service) openTarget(c caller.Caller, name, contentType string) (*target, error) {
	remote := c.Transport == "http" || c.Transport == "sse"
	switch {
	case remote && name != "":
		return nil, errors.New("save_to: over HTTP files come as resources; leave save_to out")
	case remote:
		return s.files.create(c, contentType)
	case name == "":
		return nil, errors.New("it answers with a file: set save_to to a file name")
	case s.SaveDir == "":
		return nil, errors.New("save_to: no folder is open for files; start the server with --save-dir DIR")
	default:
		return saveIn(s.SaveDir, name)
	}
}

// saveIn creates a file below dir. os.Root keeps the name from leaving the folder, through .. or through a link; O_EXCL
// keeps it from overwriting anything.
func saveIn(dir, name string) (*target, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("save_to: %w", err)
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		_ = root.Close()
		if errors.Is(err, os.ErrExist) {
			return nil, fmt.Errorf("save_to: %s exists already; choose another name", name)
		}
		return nil, fmt.Errorf("save_to: %s cannot be created below %s: %w", name, dir, errors.Unwrap(err))
	}
	return &target{
		WriteCloser: f,
		most:        maxSaved,
		discard: func() {
			_ = f.Close()
			_ = root.Remove(filepath.FromSlash(name))
			_ = root.Close()
		},
		keep: func() savedFile {
			_ = root.Close()
			return savedFile{Path: filepath.Join(dir, filepath.FromSlash(name))}
		},
	}, nil
}

// fileStore keeps files that are offered as resources.
type fileStore struct {
	mu    sync.Mutex
	dir   string
	files map[string]keptFile
}

type keptFile struct {
	principal, path, contentType string
	who                          string    // whom it counts for
	expires                      time.Time // zero while it is received
}

// create makes the place for a file. The oldest of a caller who has many makes room; files that are being received stay.
func (s *fileStore) create(c caller.Caller, contentType string) (*target, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(time.Now())
	if own, oldest := s.of(c.Quota()); own >= filesOfOne {
		if oldest == "" {
			return nil, fmt.Errorf("%d of your files are being received already; try again when they are here", filesOfOne)
		}
		s.drop(oldest)
	}
	if len(s.files) >= keptFiles {
		return nil, fmt.Errorf("%d files are waiting to be read already; try again in a few minutes", keptFiles)
	}
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "paas-mcp-files-")
		if err != nil {
			return nil, fmt.Errorf("keep the file: %w", err)
		}
		s.dir, s.files = dir, map[string]keptFile{}
	}
	id := rand.Text()
	path := filepath.Join(s.dir, id)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep the file: %w", err)
	}
	kept := keptFile{principal: c.Principal, path: path, contentType: contentType, who: c.Quota()}
	s.files[id] = kept
	return &target{
		WriteCloser: f,
		most:        maxKept,
		discard: func() {
			_ = f.Close()
			s.mu.Lock()
			defer s.mu.Unlock()
			s.drop(id)
		},
		keep: func() savedFile {
			s.mu.Lock()
			defer s.mu.Unlock()
			kept.expires = time.Now().Add(keptFor)
			s.files[id] = kept
			return savedFile{URI: fileURI + id}
		},
	}, nil
}

// The functions below need the lock.

// of is how many files a caller has, and the oldest that is not being received.
func (s *fileStore) of(who string) (n int, oldest string) {
	for id, f := range s.files {
		if f.who != who {
			continue
		}
		n++
		if !f.expires.IsZero() && (oldest == "" || f.expires.Before(s.files[oldest].expires)) {
			oldest = id
		}
	}
	return n, oldest
}

func (s *fileStore) drop(id string) {
	_ = os.Remove(s.files[id].path)
	delete(s.files, id)
}

// sweep forgets what has expired.
func (s *fileStore) sweep(now time.Time) {
	for id, f := range s.files {
		if !f.expires.IsZero() && now.After(f.expires) {
			s.drop(id)
		}
	}
}

// read gives a file to the principal it was made for. Anybody else hears that it does not exist.
func (s *fileStore) read(ctx context.Context, principal, id string) (content []byte, contentType string, err error) {
	s.mu.Lock()
	s.sweep(time.Now())
	f, ok := s.files[id]
	s.mu.Unlock()
	if !ok || f.principal != principal || f.expires.IsZero() {
		return nil, "", errors.New("this file does not exist or has expired; make the call again")
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, "", err
	}
	// As it is, in base64, and in base64 within a message, whose buffer doubles as it grows.
	if err := hold(ctx, 5*info.Size()); err != nil {
		return nil, "", err
	}
	content, err = os.ReadFile(f.path)
	return content, f.contentType, err
}

func (s *fileStore) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// addFiles offers kept files as resources.
func (s *Service) addFiles(m *server.MCPServer) {
	template := mcp.NewResourceTemplate(fileURIForm, "File of an answer", mcp.WithTemplateDescription("A file that an operation answered with; readable for 15 minutes by its caller only."))
	m.AddResourceTemplate(template, func(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		content, contentType, err := s.files.read(ctx, caller.From(ctx).Principal, strings.TrimPrefix(r.Params.URI, fileURI))
		if err != nil {
			return nil, err
		}
		return []mcp.ResourceContents{mcp.BlobResourceContents{
			URI: r.Params.URI, MIMEType: contentType, Blob: base64.StdEncoding.EncodeToString(content),
		}}, nil
	})
}
