package schemas

import (
	"slices"
	"strings"
)

// Platform is one of the three hosting platforms; every row belongs to exactly one.
type Platform string

// The platforms, spelled as folder names, row-name prefixes and configuration values.
const (
	Platformsh Platform = "platformsh"
	Acquia     Platform = "acquia"
	Virtuozzo  Platform = "virtuozzo"
)

// Platforms lists every platform in the order used wherever all three are shown.
func Platforms() []Platform { return []Platform{Platformsh, Acquia, Virtuozzo} }

// Risk is one class of what an operation can do. Tool hints and the gate both derive from a row's risk, so
// they cannot disagree.
type Risk string

// The risk classes. Every row carries exactly one of Read and Write; the others qualify it.
const (
	Read           Risk = "read"            // no change that anybody could notice
	Write          Risk = "write"           // any change
	Destructive    Risk = "destructive"     // data loss, outage, loss of access, weaker protection, code run on live systems
	Irreversible   Risk = "irreversible"    // no API call brings the former state back
	CostsMoney     Risk = "costs_money"     // can raise the bill or use up a paid slot
	GrantsAccess   Risk = "grants_access"   // gives a person, key, token, team or outside service new rights
	RevealsSecrets Risk = "reveals_secrets" // the answer can contain credentials or variable values
	AcceptsSecrets Risk = "accepts_secrets" // the request carries a credential or variable value
)

// Risks lists every class, mildest first.
func Risks() []Risk {
	return []Risk{Read, Write, AcceptsSecrets, RevealsSecrets, CostsMoney, GrantsAccess, Destructive, Irreversible}
}

// Operation is one row of the catalogue: one call of a platform's API, offered as one tool. See the package
// comment for what each key means. The same type is decoded from YAML, kept as JSON in the generated index and
// reflected into operation.schema.json for editors.
type Operation struct {
	Name     string    `json:"name" yaml:"name"`
	Call     string    `json:"call" yaml:"call"`
	Risk     []Risk    `json:"risk" yaml:"risk"` // of every call; see RiskFor for that of one
	When     []When    `json:"when,omitempty" yaml:"when"`
	Flags    []Flag    `json:"flags,omitempty" yaml:"flags"`
	Only     string    `json:"only,omitempty" yaml:"only"`
	Async    Async     `json:"async,omitempty" yaml:"async"`
	List     string    `json:"list,omitempty" yaml:"list"`
	Paging   *Paging   `json:"paging,omitempty" yaml:"paging"`
	Media    string    `json:"media,omitempty" yaml:"media"`
	Returns  string    `json:"returns,omitempty" yaml:"returns"`
	Summary  string    `json:"summary" yaml:"summary"`
	About    string    `json:"about,omitempty" yaml:"about"`
	Aliases  []string  `json:"aliases,omitempty" yaml:"aliases"`
	Required []string  `json:"required,omitempty" yaml:"required"`
	Target   []string  `json:"target,omitempty" yaml:"target"`
	Params   Params    `json:"params,omitempty" yaml:"params"`
	Variants *Variants `json:"variants,omitempty" yaml:"variants"`
	Shows    []string  `json:"shows,omitempty" yaml:"shows"`
	Secrets  []string  `json:"secrets,omitempty" yaml:"secrets"`
	Example  Example   `json:"example" yaml:"example"`

	// Where the row comes from. The loader fills these in; they are not written in YAML.
	Platform Platform `json:"-" yaml:"-"`
	Toolset  string   `json:"-" yaml:"-"` // <platform>_<file name without .yaml>
	File     string   `json:"-" yaml:"-"`
	Line     int      `json:"-" yaml:"-"`
}

// Flag marks a row that is found and callable only when it is switched on with --include.
type Flag string

// The flags. Prerelease rows are offered by default, with a warning: the vendor may change them at short notice.
const (
	Deprecated Flag = "deprecated"
	Privileged Flag = "privileged" // for the vendor's own staff
	Prerelease Flag = "prerelease"
)

// Async says how the platform goes on working after it answered.
type Async string

// The kinds of asynchronous work. The empty value means that the answer is the end of it.
const (
	Activity     Async = "activity"     // Platform.sh: _embedded.activities
	Notification Async = "notification" // Acquia: a notification link
	Accepted     Async = "accepted"     // only a message comes back; look at the resource itself
	Action       Async = "action"       // Virtuozzo: the call blocks; tracking shows it
)

// Paging says how a list goes on. The query keys belong to the client; tools offer `limit` and `cursor` instead.
type Paging struct {
	Style string `json:"style" yaml:"style"`         // cursor, page, link, timestamp, offset, rows
	Size  string `json:"size,omitempty" yaml:"size"` // query key of the page size, where there is one, for example page[size]
	Max   int    `json:"max,omitempty" yaml:"max"`   // largest page size the vendor accepts
}

// Param is one argument of a tool and one piece of its request.
type Param struct {
	Name string `json:"name" yaml:"-"`
	// Use names the shared parameter that this one starts from; the loader resolves it.
	Use string `json:"-" yaml:"use"`
	// Wire is the vendor's name where it differs from Name, for example projectId or filter[status].
	Wire string `json:"wire,omitempty" yaml:"wire"`
	// In is where the value travels: path, query, body, form, root (the value is the whole body) or none
	// (checked here, never sent). The loader infers it from the call when a row leaves it out.
	In string `json:"in,omitempty" yaml:"in"`
	// Style is how a query or form value that is not a scalar is written: deep (name[key]=value, the default for
	// query objects), repeat (name=a&name=b, the default for query arrays), comma (name=a,b) or json.
	Style  string `json:"style,omitempty" yaml:"style"`
	Schema `yaml:",inline"`
}

// WireName is the vendor's name of the parameter.
func (p *Param) WireName() string {
	if p.Wire != "" {
		return p.Wire
	}
	return p.Name
}

// Schema is the part of JSON Schema that every MCP client and model understands.
type Schema struct {
	Type        string     `json:"type" yaml:"type"`
	Description string     `json:"description,omitempty" yaml:"description"`
	Format      string     `json:"format,omitempty" yaml:"format"`
	Pattern     string     `json:"pattern,omitempty" yaml:"pattern"`
	Enum        []any      `json:"enum,omitempty" yaml:"enum"`
	Default     any        `json:"default,omitempty" yaml:"default"`
	Minimum     *float64   `json:"minimum,omitempty" yaml:"minimum"`
	Maximum     *float64   `json:"maximum,omitempty" yaml:"maximum"`
	MinLength   *int       `json:"minLength,omitempty" yaml:"minLength"`
	MaxLength   *int       `json:"maxLength,omitempty" yaml:"maxLength"`
	MinItems    *int       `json:"minItems,omitempty" yaml:"minItems"`
	Items       *Schema    `json:"items,omitempty" yaml:"items"`
	Properties  Properties `json:"properties,omitempty" yaml:"properties"`
	Required    []string   `json:"required,omitempty" yaml:"required"`
	// Values is the schema of the values of an object with free keys (additionalProperties in JSON Schema).
	Values *Schema `json:"values,omitempty" yaml:"values"`
	// Open passes on members that Properties does not name: platforms of one vendor differ, and know more than its document.
	Open bool `json:"open,omitempty" yaml:"open"`
	// Nullable admits an explicit null, which the vendors use to clear a value. Clients do not see it as a type
	// list, which several of them cannot load; where an update takes it, the description says so instead.
	Nullable bool `json:"nullable,omitempty" yaml:"nullable"`
}

// Property is one named member of an object schema.
type Property struct {
	Name   string `json:"name" yaml:"-"`
	Schema `yaml:",inline"`
}

// Variants describes an object whose shape depends on one argument, for example the type of an integration.
type Variants struct {
	By      string `json:"by" yaml:"by"`                     // the deciding argument; a string enum
	Default string `json:"default,omitempty" yaml:"default"` // assumed when the argument is missing
	Kinds   Kinds  `json:"kinds" yaml:"kinds"`
}

// Variant says which further arguments one kind needs and admits.
type Variant struct {
	Kind     string   `json:"kind" yaml:"-"`
	Required []string `json:"required,omitempty" yaml:"required"`
	Optional []string `json:"optional,omitempty" yaml:"optional"`
}

// Params, Properties and Kinds are written as YAML mappings and kept as lists, so that the order of the row is the
// order a reader and a model see.
type (
	Params     []Param
	Properties []Property
	Kinds      []Variant
)

// Example is the row's documentation and its test: Args must produce exactly Sends.
type Example struct {
	Args map[string]any `json:"args,omitempty" yaml:"args"`
	// Sends is "METHOD path?query body", the body as JSON with sorted keys.
	Sends string `json:"sends" yaml:"sends"`
}

// Method is the HTTP method of the call.
func (o *Operation) Method() string { m, _, _ := strings.Cut(o.Call, " "); return m }

// Path is the vendor's path template, with {holes}.
func (o *Operation) Path() string { _, p, _ := strings.Cut(o.Call, " "); return p }

// Has reports whether the row carries the risk class whatever the arguments; see [Operation.RiskFor].
func (o *Operation) Has(r Risk) bool { return slices.Contains(o.Risk, r) }

// IsRead reports whether the operation changes nothing.
func (o *Operation) IsRead() bool { return o.Has(Read) && !o.Has(Write) }

// ReturnsFile reports whether the operation answers with a file in place of JSON.
func (o *Operation) ReturnsFile() bool {
	return o.Returns != "" && o.Returns != "application/json" && !strings.HasSuffix(o.Returns, "+json")
}

// Param finds a parameter by its argument name.
func (o *Operation) Param(name string) (*Param, bool) {
	for i := range o.Params {
		if o.Params[i].Name == name {
			return &o.Params[i], true
		}
	}
	return nil, false
}

// RequiredArguments lists the arguments a call cannot do without: the path parameters in the order of the path, then
// the row's own.
func (o *Operation) RequiredArguments() []string {
	var names []string
	for _, hole := range o.Holes() {
		for i := range o.Params {
			if o.Params[i].In == "path" && o.Params[i].WireName() == hole {
				names = append(names, o.Params[i].Name)
			}
		}
	}
	return append(names, o.Required...)
}
