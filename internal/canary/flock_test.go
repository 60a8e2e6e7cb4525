package canary_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// flock hands out canaries: secrets that say of themselves where they were planted. They look like nothing in particular,
// so that only what is known about their place can hide them, not their shape.
type flock struct {
	mu    sync.Mutex
	homes []string       // by number
	birds map[string]int // by home
}

var song = regexp.MustCompile(`(?i)canary(\d{5})nest`)

// at gives the canary of a place; asked again it gives the same one, because a platform gives the same answer twice.
func (f *flock) at(home string, args ...any) string {
	home = fmt.Sprintf(home, args...)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.birds == nil {
		f.birds = map[string]int{}
	}
	n, ok := f.birds[home]
	if !ok {
		n = len(f.homes)
		f.homes, f.birds[home] = append(f.homes, home), n
	}
	return fmt.Sprintf("canary%05dnest", n)
}

// planted is how many canaries there are.
func (f *flock) planted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.homes)
}

// heard lists the canaries in a text: their home, and the text around the first time that each is heard.
func (f *flock) heard(text string) (homes []string, around map[string]string) {
	around = map[string]string{}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range song.FindAllStringSubmatchIndex(text, -1) {
		n, err := strconv.Atoi(text[m[2]:m[3]])
		if err != nil || n >= len(f.homes) {
			continue
		}
		if home := f.homes[n]; around[home] == "" {
			homes = append(homes, home)
			around[home] = text[max(0, m[0]-160):min(len(text), m[1]+40)]
		}
	}
	slices.Sort(homes)
	return homes, around
}

// encoded are the three ways in which the word canary can stand in base64.
var encoded = []string{"Y2FuYXJ5", "NhbmFye", "jYW5hcn"}

func inBase64(text string) string {
	for _, e := range encoded {
		if at := strings.Index(text, e); at >= 0 {
			return text[max(0, at-160):min(len(text), at+40)]
		}
	}
	return ""
}
