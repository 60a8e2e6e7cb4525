package main

import (
	"bytes"
	"fmt"
	"regexp"
)

var (
	beginMarker = regexp.MustCompile(`(?m)^<!-- begin generated: (.*) -->$`)
	endMarker   = []byte("<!-- end generated -->")
)

// fillMarkers replaces what stands between the markers of a hand-written page:
//
//	<!-- begin generated: toolsets -->
//	<!-- end generated -->
func (c *catalogue) fillMarkers(name string, page []byte) ([]byte, error) {
	var out bytes.Buffer
	for {
		at := beginMarker.FindSubmatchIndex(page)
		if at == nil {
			if bytes.Contains(page, endMarker) {
				return nil, fmt.Errorf("%s: an end of a generated part without its begin", name)
			}
			out.Write(page)
			return out.Bytes(), nil
		}
		part := string(page[at[2]:at[3]])
		end := bytes.Index(page[at[1]:], endMarker)
		if end < 0 {
			return nil, fmt.Errorf("%s: the generated part %q has no %s", name, part, endMarker)
		}
		if part != "toolsets" {
			return nil, fmt.Errorf("%s: no generated part is called %q; toolsets is", name, part)
		}
		out.Write(page[:at[1]])
		out.WriteString("\n")
		out.Write(c.platformTable(referenceFolder + "/"))
		out.Write(endMarker)
		page = page[at[1]+end+len(endMarker):]
	}
}
