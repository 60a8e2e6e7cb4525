package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Note is what a running server leaves for `paas-mcp approve` of the same user: one file per server, readable by nobody else.
type Note struct {
	URL   string `json:"url"`             // of the console, on this machine
	Token string `json:"token,omitempty"` // proves to be this user; empty where operators sign in
	PID   int    `json:"pid"`
}

// leaveNote writes the note into dir and returns the name of its file.
func leaveNote(dir string, n Note) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := ownFolder(dir); err != nil {
		return "", err
	}
	n.PID = os.Getpid()
	data, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	// Written under another name first, so that nobody reads half of it. CreateTemp makes files that only their owner reads.
	f, err := os.CreateTemp(dir, ".new-")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	file := filepath.Join(dir, fmt.Sprintf("%d-%s.json", n.PID, strings.TrimPrefix(filepath.Base(f.Name()), ".new-")))
	return file, os.Rename(f.Name(), file)
}

func removeNote(file string) { _ = os.Remove(file) } // a file that stays is found out by its process

// ownFolder makes sure that only this user can put files into the folder or read them: a note of somebody else would send
// the approver, and what they type, to a server of somebody else.
func ownFolder(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !ownedByMe(info) {
		return fmt.Errorf("%s is not a folder of this user; remove it, or set XDG_RUNTIME_DIR to a folder of yours", dir)
	}
	return nil
}

// Servers finds the servers of this user whose console is open. Notes of servers that are gone are removed.
func Servers(ctx context.Context, dir string) ([]*Client, error) {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err := ownFolder(dir); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var list []*Client
	for _, file := range files {
		data, err := os.ReadFile(file)
		var n Note
		if err != nil || json.Unmarshal(data, &n) != nil {
			continue // it was removed this moment, or is none of ours
		}
		client := NewClient(n.URL, "local", n.Token)
		client.NeedsOperator = n.Token == ""
		if !alive(n.PID) || errors.Is(client.reach(ctx), syscall.ECONNREFUSED) {
			removeNote(file)
			continue
		}
		list = append(list, client)
	}
	return list, nil
}
