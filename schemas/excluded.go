package schemas

import _ "embed"

//go:embed excluded.yaml
var excluded []byte

// Excluded is the list of deliberate deviations from the vendors' documents, each with its reason, as YAML. Only the
// comparison with such a document reads it.
func Excluded() []byte { return excluded }
