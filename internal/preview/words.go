package preview

import (
	"fmt"
	"strings"
	"time"
)

// ago says how long a moment is away, roughly: people judge a backup by its age, not by its date.
func ago(at time.Time) string {
	away := time.Since(at)
	if away < 0 {
		return "in " + roughly(-away)
	}
	return roughly(away) + " ago"
}

func roughly(d time.Duration) string {
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Minute:
		return "a minute"
	case d < 2*time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 2*day:
		return count(int(d/time.Hour), "hour")
	default:
		return count(int(d/day), "day")
	}
}

// moment reads a time as the platforms write it: RFC 3339, also with an offset that lacks its colon.
func moment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// some lists the first few of many: "a, b and 3 more".
func some(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
