package schemas

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"paasmcp/internal/lazy"
)

// sharedFile holds, per platform, the parameters that rows take with `use`.
const sharedFile = "shared.yaml"

// Load reads every row of the platform folders in fsys, resolves shared parameters, infers where each parameter
// travels, and checks every rule of the row format. All violations come back at once, joined, each as
// "file:line: tool: reason".
func Load(fsys fs.FS) ([]Operation, error) {
	var ops []Operation
	var errs []error
	for _, platform := range Platforms() {
		files, err := fs.Glob(fsys, string(platform)+"/*.yaml")
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			continue
		}
		shared, err := loadShared(fsys, path.Join(string(platform), sharedFile))
		errs = append(errs, err)
		for _, file := range files {
			if path.Base(file) == sharedFile {
				continue
			}
			rows, err := loadFile(fsys, platform, file, shared)
			errs = append(errs, err)
			ops = append(ops, rows...)
		}
	}
	errs = append(errs, checkTogether(ops)...)
	return ops, errors.Join(errs...)
}

// loadShared reads the shared parameters of one platform. A platform without the file has none.
func loadShared(fsys fs.FS, file string) (map[string]*yaml.Node, error) {
	root, err := parse(fsys, file, yaml.MappingNode)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	shared := map[string]*yaml.Node{}
	for name, node := range pairs(root) {
		shared[name.Value] = node
	}
	return shared, nil
}

func loadFile(fsys fs.FS, platform Platform, file string, shared map[string]*yaml.Node) ([]Operation, error) {
	root, err := parse(fsys, file, yaml.SequenceNode)
	if err != nil {
		return nil, err
	}
	var ops []Operation
	var errs []error
	for _, node := range root.Content {
		op := Operation{
			Platform: platform,
			Toolset:  string(platform) + "_" + strings.TrimSuffix(path.Base(file), ".yaml"),
			File:     file,
			Line:     node.Line,
		}
		if err := decodeRow(node, shared, &op); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", file, node.Line, cmp.Or(op.Name, "row without a name"), err))
			continue
		}
		op.infer()
		op.guardOpen()
		for _, reason := range op.check() {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %s", file, node.Line, op.Name, reason))
		}
		ops = append(ops, op)
	}
	return ops, errors.Join(errs...)
}

func parse(fsys fs.FS, file string, kind yaml.Kind) (*yaml.Node, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != kind {
		return nil, fmt.Errorf("%s:1: a catalogue file is a list of rows, and %s a mapping of parameters", file, sharedFile)
	}
	return doc.Content[0], nil
}

func decodeRow(node *yaml.Node, shared map[string]*yaml.Node, op *Operation) error {
	if node.Kind != yaml.MappingNode {
		return errors.New("a row is a mapping")
	}
	for key, value := range pairs(node) {
		switch key.Value {
		case "name": // kept even when the rest does not decode, so that the error names the tool
			op.Name = value.Value
		case "params":
			for name, param := range pairs(value) {
				if err := resolveUse(param, shared); err != nil {
					return fmt.Errorf("parameter %s (line %d): %w", name.Value, name.Line, err)
				}
			}
		}
	}
	return strict(node, op)
}

// resolveUse merges the shared parameter that a row's parameter names under the keys that the row gives itself.
func resolveUse(param *yaml.Node, shared map[string]*yaml.Node) error {
	for key, use := range pairs(param) {
		if key.Value != "use" {
			continue
		}
		base, ok := shared[use.Value]
		if !ok {
			return fmt.Errorf("use: %s is not in %s", use.Value, sharedFile)
		}
		own := map[string]bool{}
		for k := range pairs(param) {
			own[k.Value] = true
		}
		for k, v := range pairs(base) {
			if !own[k.Value] {
				param.Content = append(param.Content, k, v)
			}
		}
		return nil
	}
	return nil
}

// strict decodes a node and refuses keys that the type does not know, so that a typing slip is an error and not a
// silently missing rule.
func strict(node *yaml.Node, into any) error {
	err := node.Load(into, yaml.WithKnownFields())
	if err == nil {
		return nil
	}
	// The library reports one problem per line below a heading; one line per row is easier to find.
	return errors.New(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
}

// pairs walks a mapping in its written order.
func pairs(node *yaml.Node) func(func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i], node.Content[i+1]) {
				return
			}
		}
	}
}

// UnmarshalYAML decodes the mapping of parameters in its written order.
func (p *Params) UnmarshalYAML(node *yaml.Node) error {
	return ordered(node, func(name string, value *yaml.Node) error {
		one := Param{Name: name}
		err := strict(value, &one)
		*p = append(*p, one)
		return err
	})
}

// UnmarshalYAML decodes the mapping of properties in its written order.
func (p *Properties) UnmarshalYAML(node *yaml.Node) error {
	return ordered(node, func(name string, value *yaml.Node) error {
		one := Property{Name: name}
		err := strict(value, &one)
		*p = append(*p, one)
		return err
	})
}

// UnmarshalYAML decodes the mapping of kinds in its written order.
func (k *Kinds) UnmarshalYAML(node *yaml.Node) error {
	return ordered(node, func(name string, value *yaml.Node) error {
		one := Variant{Kind: name}
		err := strict(value, &one)
		*k = append(*k, one)
		return err
	})
}

func ordered(node *yaml.Node, each func(string, *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a mapping is needed here", node.Line)
	}
	seen := map[string]bool{}
	for key, value := range pairs(node) {
		if seen[key.Value] {
			return fmt.Errorf("line %d: %s appears twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := each(key.Value, value); err != nil {
			return fmt.Errorf("line %d: %s: %w", key.Line, key.Value, err)
		}
	}
	return nil
}

var (
	hole  = lazy.MustCompile(`\{([^{}]+)\}`)
	camel = lazy.MustCompile(`([a-z0-9])([A-Z])`)
)

// Holes lists the vendor's names of the path parameters, in the order of the path.
func (o *Operation) Holes() []string {
	var names []string
	for _, m := range hole.FindAllStringSubmatch(o.Path(), -1) {
		names = append(names, m[1])
	}
	return names
}

// snake is how a vendor's name is written as an argument: projectId becomes project_id.
func snake(wire string) string {
	return strings.ToLower(camel.ReplaceAllString(wire, "${1}_${2}"))
}

// infer fills in where each parameter travels and how, so that rows need not repeat what their call already says.
func (o *Operation) infer() {
	holes := o.Holes()
	for i := range o.Params {
		p := &o.Params[i]
		if p.Wire == "" {
			if at := slices.IndexFunc(holes, func(h string) bool { return h == p.Name || snake(h) == p.Name }); at >= 0 {
				p.Wire = holes[at]
			} else {
				p.Wire = p.Name
			}
		}
		if p.In == "" {
			switch {
			case slices.Contains(holes, p.Wire):
				p.In = "path"
			case o.Platform == Virtuozzo:
				p.In = "form"
			case o.Method() == "GET" || o.Method() == "DELETE":
				p.In = "query"
			default:
				p.In = "body"
			}
		}
		if p.Style == "" && (p.In == "query" || p.In == "form") {
			switch p.Type {
			case "object":
				p.Style = map[string]string{"query": "deep", "form": "json"}[p.In]
			case "array":
				p.Style = map[string]string{"query": "repeat", "form": "json"}[p.In]
			}
		}
	}
}
