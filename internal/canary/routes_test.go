package canary_test

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"paasmcp/schemas"
)

// prefixes are where the platforms stand at an [upstream].
var prefixes = map[schemas.Platform]string{schemas.Platformsh: "/platformsh", schemas.Acquia: "/acquia/api", schemas.Virtuozzo: "/virtuozzo/1.0"}

// route is what a request of an operation looks like.
type route struct {
	op       *schemas.Operation
	segments []*regexp.Regexp
	literal  int // characters that are no hole
}

var hole = regexp.MustCompile(`\\\{[^}]*\}`) // as QuoteMeta writes one

// routes are all operations by method and number of segments, the most literal first. A call is more than its own request: the
// server looks at what it will hit before, and follows its job afterwards. What a platform answers depends on the request.
var routes = func() map[string][]route {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		panic(err)
	}
	table := map[string][]route{}
	for _, row := range catalog.Rows() {
		op, _ := catalog.Operation(row.Name)
		r := route{op: op}
		for s := range strings.SplitSeq(prefixes[op.Platform]+op.Path(), "/") {
			fixed := hole.ReplaceAllString(regexp.QuoteMeta(s), "")
			r.literal += len(fixed)
			r.segments = append(r.segments, regexp.MustCompile("^"+hole.ReplaceAllString(regexp.QuoteMeta(s), ".+")+"$"))
		}
		key := routeKey(op.Method(), len(r.segments))
		table[key] = append(table[key], r)
	}
	for _, list := range table {
		slices.SortStableFunc(list, func(a, b route) int { return cmp.Compare(b.literal, a.literal) })
	}
	return table
}()

func routeKey(method string, segments int) string { return method + strings.Repeat("/", segments) }

// operationOf is the operation that makes this request; nil when none does.
func operationOf(r *http.Request) *schemas.Operation {
	got := strings.Split(r.URL.EscapedPath(), "/")
	for _, route := range routes[routeKey(r.Method, len(got))] {
		if slices.EqualFunc(route.segments, got, (*regexp.Regexp).MatchString) {
			return route.op
		}
	}
	return nil
}
