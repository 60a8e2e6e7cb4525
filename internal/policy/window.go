package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a policy must mean the same on machines without time zone files
)

// Window is the part of the week in which a rule matches, by the clock of one time zone.
type Window struct {
	Days     []time.Weekday // all when empty
	From, To int            // minutes since midnight, From included; a To before From lies on the next day
	Zone     *time.Location
}

const day = 24 * 60 // minutes

// dayNames are the days as a policy file spells them, by [time.Weekday].
var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Contains reports whether the moment lies in the window. What follows midnight in hours such as 22:00-06:00 belongs to the
// day on which they began.
func (w *Window) Contains(t time.Time) bool {
	t = t.In(w.Zone)
	minute := t.Hour()*60 + t.Minute()
	if w.From < w.To {
		return among(w.Days, t.Weekday()) && w.From <= minute && minute < w.To
	}
	before := (t.Weekday() + 6) % 7
	return among(w.Days, t.Weekday()) && w.From <= minute || among(w.Days, before) && minute < w.To
}

func (w *Window) String() string {
	var days []string
	for _, d := range w.Days {
		days = append(days, dayNames[d])
	}
	if len(days) == 0 {
		days = []string{"every day"}
	}
	return fmt.Sprintf("%s %s-%s %s", strings.Join(days, ","), clock(w.From), clock(w.To), w.Zone)
}

func (w *Window) equal(other *Window) bool {
	return slices.Equal(w.Days, other.Days) && w.From == other.From && w.To == other.To && w.Zone.String() == other.Zone.String()
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// parseHours reads hours such as 08:00-18:00. The end of the day may be written 24:00.
func parseHours(text string) (from, to int, err error) {
	first, last, ok := strings.Cut(text, "-")
	from, ok1 := parseClock(first)
	to, ok2 := parseClock(last)
	switch {
	case !ok || !ok1 || !ok2 || from == day:
		return 0, 0, fmt.Errorf("hours: %q is not like 08:00-18:00", text)
	case from == to:
		return 0, 0, fmt.Errorf("hours: %q starts and ends at the same time; leave hours out for the whole day", text)
	}
	return from, to, nil
}

func parseClock(text string) (int, bool) {
	if text == "24:00" {
		return day, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}
