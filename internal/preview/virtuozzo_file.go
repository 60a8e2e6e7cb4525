package preview

import (
	"path"
	"slices"
	"strings"
	"time"
)

// virtuozzoFiles says which arguments of an operation name files that it changes.
var virtuozzoFiles = map[string][]string{
	"virtuozzo_file_append":       {"path"},
	"virtuozzo_file_create":       {"path"},
	"virtuozzo_file_delete":       {"path"},
	"virtuozzo_file_text_replace": {"path"},
	"virtuozzo_file_write":        {"path"},
	"virtuozzo_file_copy":         {"destination"},
	"virtuozzo_file_upload":       {"destination"},
	"virtuozzo_file_rename":       {"old_path", "new_path"},
	"virtuozzo_log_clear":         {"path"},
	"virtuozzo_log_delete":        {"path"},
}

// files tells what is now where the call writes: a file that is overwritten cannot be had back.
func (v virtuozzo) files(l *look) {
	for _, argument := range virtuozzoFiles[l.Op.Name] {
		if name := l.argument(argument); strings.HasPrefix(name, "/") {
			v.file(l, label(argument), path.Clean(name))
		}
	}
}

func (virtuozzo) file(l *look, what, name string) {
	args := map[string]any{"env_name": l.Args["env_name"], "path": path.Dir(name)}
	for _, where := range []string{"node_id", "node_group", "node_type"} {
		if value, given := l.Args[where]; given {
			args[where] = value
		}
	}
	answer, err := l.object("virtuozzo_file_list", args)
	if err != nil {
		l.doubt(what+" "+name, err)
		return
	}
	list := objects(answer["directoryPathList"])
	i := slices.IndexFunc(list, func(file map[string]any) bool {
		return first(file, "absolutePath") == name || first(file, "name") == path.Base(name)
	})
	if i < 0 {
		l.detail("now at "+name, "nothing")
		l.state(name, "nothing")
		return
	}
	file := list[i]
	kind := "a file of " + count(size(file), "byte")
	if first(file, "isDir") == "true" {
		kind = "a folder"
	}
	l.detail("now at "+name, with(kind, changed(first(file, "lastModified"))))
	l.state(name, kind+" "+first(file, "lastModified"))
}

func size(file map[string]any) int {
	n := 0
	for _, digit := range first(file, "length") {
		if digit < '0' || digit > '9' || n > 1<<40 {
			return n
		}
		n = n*10 + int(digit-'0')
	}
	return n
}

// changed tells when a file was changed. The platform writes its own local time without a zone, so it stays as it is.
func changed(stamp string) string {
	if _, err := time.Parse(time.DateTime, stamp); err != nil {
		return ""
	}
	return "changed " + stamp
}
