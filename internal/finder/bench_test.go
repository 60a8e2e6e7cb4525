package finder_test

import (
	"testing"

	"paasmcp/internal/finder"
	"paasmcp/schemas"
)

func everything(tb testing.TB) []schemas.Row {
	tb.Helper()
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		tb.Fatal(err)
	}
	return catalog.Rows()
}

// The budget is 10 ms for the whole catalogue, paid by the first search.
func BenchmarkNew(b *testing.B) {
	rows := everything(b)
	for b.Loop() {
		finder.New(rows)
	}
}

// The budget is 2 ms.
func BenchmarkFind(b *testing.B) {
	f := finder.New(everything(b))
	for _, query := range []string{
		"list environments",
		"visitors see the old certificate on www.example.com since we renewed it yesterday",
		"upsunの本番環境のバックアップを復元したい",
		"enviromentvariabel getenvs",
	} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				f.Find(query, "", 8)
			}
		})
	}
}
