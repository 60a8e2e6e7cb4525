package catalogdiff

import (
	"fmt"
	"io"
	"os"
	"slices"

	"paasmcp/schemas"
)

// maxDocument bounds the documents that are read, in bytes. The largest known one has 2.3 MB.
const maxDocument = 64 << 20

// Run compares the embedded rows of a platform with the document in a file and writes one line per unexplained
// difference, one per stale exclusion, and a summary. The exit code is 0 when there is nothing to do and 1 otherwise;
// an error means that nothing was compared.
func Run(w io.Writer, platform, file string) (int, error) {
	if !slices.Contains(schemas.Platforms(), schemas.Platform(platform)) {
		return 1, fmt.Errorf("platform %q is not one of %v", platform, schemas.Platforms())
	}
	document, err := readFile(file)
	if err != nil {
		return 1, err
	}
	ops, err := embedded(schemas.Platform(platform))
	if err != nil {
		return 1, err
	}
	excluded, err := ParseExclusions("schemas/excluded.yaml", schemas.Excluded())
	if err != nil {
		return 1, err
	}
	report, err := Diff(schemas.Platform(platform), ops, document, excluded)
	if err != nil {
		return 1, fmt.Errorf("%s: %w", file, err)
	}
	for _, d := range report.Unexplained() {
		fmt.Fprintln(w, d)
	}
	for _, line := range report.Stale {
		fmt.Fprintln(w, line)
	}
	if _, err := fmt.Fprintln(w, report.Summary()); err != nil {
		return 1, err
	}
	if !report.Clean() {
		return 1, nil
	}
	return 0, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, fmt.Errorf("%s: larger than %d MB; an OpenAPI document is needed", name, maxDocument>>20)
	}
	return data, nil
}

// embedded decodes every row of a platform, hidden ones included: they are part of its API.
func embedded(platform schemas.Platform) ([]schemas.Operation, error) {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, platform)
	if err != nil {
		return nil, err
	}
	var ops []schemas.Operation
	for _, row := range catalog.Rows() {
		if op, ok := catalog.Operation(row.Name); ok {
			ops = append(ops, *op)
		}
	}
	return ops, nil
}
