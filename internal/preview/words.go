package preview

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// fullList is the length from which on a list may be the beginning of a longer one: readers cut lists at this length.
const fullList = 500

// moment reads a time as the platforms write it: RFC 3339, also with an offset that lacks its colon.
func moment(stamp string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if t, err := time.Parse(layout, stamp); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// when writes a time of the platform as people count, with the exact time behind it. What is no time stays as it is.
func when(stamp string) string {
	t, ok := moment(stamp)
	if !ok {
		return stamp
	}
	return distance(time.Until(t)) + " (" + t.UTC().Format("2006-01-02 15:04") + " UTC)"
}

// exactly is the time of day alone, for lists of facts that begin with ago.
func exactly(stamp string) string {
	t, ok := moment(stamp)
	if !ok {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04") + " UTC"
}

// ago is when without the exact time.
func ago(stamp string) string {
	t, ok := moment(stamp)
	if !ok {
		return stamp
	}
	return distance(time.Until(t))
}

// fresh is how young a backup is that another one would only repeat.
const fresh = 15 * time.Minute

// backedUp is how old the oldest of the last backups is, when every step has one and all are fresh.
func backedUp(steps []Step) string {
	oldest := time.Time{}
	for _, step := range steps {
		made, ok := moment(step.Last)
		if age := time.Since(made); !ok || age >= fresh || age < -time.Minute { // a clock may be a little ahead, but not by more
			return ""
		}
		if oldest.IsZero() || made.Before(oldest) {
			oldest = made
		}
	}
	if oldest.IsZero() {
		return ""
	}
	return distance(time.Until(oldest))
}

// distance writes a duration from now: "3 days ago", "in 2 hours".
func distance(d time.Duration) string {
	past := d <= 0
	if past {
		d = -d
	}
	const day = 24 * time.Hour
	var words string
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Hour:
		words = count(int(d/time.Minute), "minute")
	case d < 2*day:
		words = count(int(d/time.Hour), "hour")
	case d < 90*day:
		words = count(int(d/day), "day")
	case d < 730*day:
		words = count(int(d/(30*day)), "month")
	default:
		words = count(int(d/(365*day)), "year")
	}
	if past {
		return words + " ago"
	}
	return "in " + words
}

// count writes "1 member", "2 members".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// some writes the first items of a list and says how many more there are.
func some(items []string, most int) string {
	if len(items) <= most {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:most], ", "), len(items)-most)
}

// counted writes "3: a, b, c"; a list that may go on says so.
func counted(items []string, most int) string {
	switch n := len(items); {
	case n == 0:
		return ""
	case n >= fullList:
		return fmt.Sprintf("%d or more: %s", n, strings.Join(items[:most], ", "))
	default:
		return fmt.Sprintf("%d: %s", n, some(items, most))
	}
}

// with writes "name (fact; fact)", leaving out what is empty.
func with(name string, facts ...string) string {
	return describe(resource{name: name, facts: present(facts...)}, name)
}

func present(words ...string) []string {
	var list []string
	for _, w := range words {
		if w != "" {
			list = append(list, w)
		}
	}
	return list
}

// short is a commit as Git shortens it.
func short(commit string) string {
	if len(commit) > 7 && strings.Trim(commit, "0123456789abcdef") == "" {
		return commit[:7]
	}
	return commit
}

// prefixed puts words of ours before a value that is there.
func prefixed(words, value string) string {
	if value == "" {
		return ""
	}
	return words + value
}

// unless leaves out the value that goes without saying.
func unless(usual, value string) string {
	if value == usual {
		return ""
	}
	return value
}

func flagged(v any, words string) string {
	if on, _ := v.(bool); on {
		return words
	}
	return ""
}

// byID finds an object of a list by its id, or by its name where it has no id of its own.
func byID(list []map[string]any, id string) map[string]any {
	for _, item := range list {
		if first(item, "id", "name") == id {
			return item
		}
	}
	return nil
}
