package audit

import "os"

// Watch lets at stand at every step on the way of a line to the disk, in logs that are opened from now on. It exists in tests
// only. The steps, with the text of the line or the name of the file:
//
//	write, half, written    before, in the middle of and after handing a line to the system
//	flush, flushed          before and after forcing a file onto the disk
//	create, created         around making a new file
//	rename, renamed         around giving a file its new name
//	names                   after forcing the names of files onto the disk
func Watch(at func(step, what string)) {
	openFolder = func(root *os.Root) folder { return watchedFolder{rooted{root}, at} }
}

type watchedFolder struct {
	folder
	at func(step, what string)
}

func (w watchedFolder) Use(f *os.File) file { return watchedFile{w.folder.Use(f), w.at} }

func (w watchedFolder) Create(name string) (file, error) {
	w.at("create", name)
	f, err := w.folder.Create(name)
	if err != nil {
		return nil, err
	}
	w.at("created", name)
	return watchedFile{f, w.at}, nil
}

func (w watchedFolder) Rename(from, to string) error {
	w.at("rename", from)
	defer w.at("renamed", from)
	return w.folder.Rename(from, to)
}

func (w watchedFolder) Sync() {
	w.folder.Sync()
	w.at("names", "")
}

type watchedFile struct {
	file
	at func(step, what string)
}

func (w watchedFile) Write(p []byte) (int, error) {
	w.at("write", string(p))
	n, err := w.file.Write(p[:len(p)/2])
	if err != nil {
		return n, err
	}
	w.at("half", string(p))
	m, err := w.file.Write(p[len(p)/2:])
	w.at("written", string(p))
	return n + m, err
}

func (w watchedFile) Sync() error {
	w.at("flush", "")
	defer w.at("flushed", "")
	return w.file.Sync()
}
