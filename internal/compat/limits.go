package compat

import "cmp"

// ServerName is what the server is called in a client's configuration, for the prefixes.
const ServerName = "paas-mcp"

// Client is an MCP client, or a model API that clients hand tools to.
type Client struct {
	Name    string
	Prefix  string // what it puts before the name of a tool
	Limits  []Limit
	Unknown []string // what is documented nowhere
}

// Limit is one line of the table.
type Limit struct {
	Measure Measure
	Most    int
	// Sure: the vendor's documentation, source code or error message says so, at the source or quoted there. Otherwise users
	// reported it.
	Sure bool
	// Soft: going beyond it breaks nothing, for the reason that Note gives.
	Soft    bool
	Note    string
	Source  string // URL
	Checked string // when somebody last read the source, as a date; checked when the line says nothing
}

// checked is when somebody last went through the whole table.
const checked = "2026-11-22"

// Clients is everything known.
func Clients() []Client {
	clients := []Client{claude(), openAI(), gemini(), vsCode(), cursor(), codex()}
	for _, c := range clients {
		for i := range c.Limits {
			c.Limits[i].Checked = cmp.Or(c.Limits[i].Checked, checked)
		}
	}
	return clients
}

func claude() Client {
	const (
		api     = "https://platform.claude.com/docs/agents-and-tools/tool-use/define-tools"
		authors = "https://github.com/RedHatInsights/insights-mcp/issues/340" // quotes the documentation of Claude Code
	)
	return Client{
		Name: "Claude (API, Claude Code)", Prefix: "mcp__" + ServerName + "__",
		Limits: []Limit{
			{Measure: NameLength, Most: 128, Sure: true, Source: api},
			{Measure: NameLength, Most: 64, Source: "https://github.com/anthropics/claude-code/issues/16425",
				Note: "references of the tool search had the old limit for longer; as a plugin the prefix is mcp__plugin_NAME_SERVER__"},
			{Measure: NameCharacters, Sure: true, Source: api},
			{Measure: RootObject, Sure: true, Source: api},
			{Measure: Descriptions, Most: 2048, Sure: true, Source: authors, Note: "Claude Code cuts the rest off"},
			{Measure: Instructions, Most: 2048, Sure: true, Source: authors, Note: "Claude Code cuts the rest off"},
			{Measure: AnswerTokens, Most: 25_000, Sure: true, Source: "https://developers.figma.com/docs/figma-mcp-server/mcp-clients-issues",
				Note: "Claude Code; MAX_MCP_OUTPUT_TOKENS changes it"},
			{Measure: AnswerBytes, Most: 50_000, Source: "https://qiita.com/akihidem/items/32e331a9cbe0abf3af11",
				Note: "Claude Code puts a longer answer into a file"},
			{Measure: AnswerTokens, Most: 10_000, Soft: true, Source: "https://github.com/caiowilson/MCP-memento/issues/21",
				Note: "Claude Code warns its user and continues"},
		},
		Unknown: []string{"a number of tools (Claude Code loads tools on demand when they are many)", "depth and size of a schema"},
	}
}

func openAI() Client {
	const (
		object = "https://docs.rs/crate/openai-client-base/latest/source/docs/FunctionObject.md"
		strict = "https://jsonschemaprofiles.unitvectorylabs.com/schemas/openai"
	)
	return Client{
		Name: "OpenAI (Chat Completions, Responses)",
		Limits: []Limit{
			{Measure: ToolCount, Most: 128, Sure: true, Source: "https://errs.dmxapi.cn/detail.php?id=529", Note: "the API's error message"},
			{Measure: NameLength, Most: 64, Sure: true, Source: object, Note: "the Responses API takes 128 since 2026"},
			{Measure: NameCharacters, Sure: true, Source: object},
			{Measure: Descriptions, Most: 1024, Source: "http://admin.michaelhyatt.com/56951/sequentialthinking-tool-description-beyond-openai",
				Note: "some models; newer ones take much more"},
			{Measure: RefusedKeywords, Sure: true, Source: strict, Note: "strict mode"},
			{Measure: Depth, Most: 10, Sure: true, Source: strict, Note: "strict mode"},
			{Measure: Properties, Most: 5000, Sure: true, Source: strict, Note: "strict mode"},
			{Measure: EnumValues, Most: 1000, Sure: true, Source: strict, Note: "strict mode"},
			{Measure: StrictMode, Sure: true, Soft: true, Source: strict,
				Note: "clients pass MCP tools without strict, where optional arguments are fine"},
		},
		Unknown: []string{"size of an answer", "length of the server's instructions"},
	}
}

func gemini() Client {
	const (
		reference   = "https://cloud.google.com/vertex-ai/generative-ai/docs/reference/java/latest/"
		declaration = reference + "com.google.cloud.vertexai.api.FunctionDeclarationOrBuilder"
		old         = "the older field `parameters` only; `parametersJsonSchema`, which Gemini CLI uses, takes it"
	)
	return Client{
		Name: "Gemini (API, Gemini CLI)", Prefix: "mcp_" + ServerName + "_",
		Limits: []Limit{
			{Measure: ToolCount, Most: 512, Sure: true, Source: "https://github.com/google-gemini/gemini-cli/issues/19083", Note: "the API's error message"},
			{Measure: NameLength, Most: 63, Sure: true, Source: "https://github.com/google-gemini/gemini-cli/pull/20987",
				Note: "the API takes 64; Gemini CLI cuts out the middle beyond 63"},
			{Measure: NameCharacters, Sure: true, Source: declaration},
			{Measure: ArgumentNames, Sure: true, Source: declaration},
			{Measure: ArgumentNameLength, Most: 64, Sure: true, Source: declaration},
			{Measure: Descriptions, Most: 1024, Source: "https://github.com/asbis/shapeitup/releases/tag/v1.6.2"},
			{Measure: RefusedKeywords, Source: "https://github.com/promptfoo/promptfoo/pull/6904"},
			{Measure: EmptyObjects, Soft: true, Source: "https://github.com/containers/kubernetes-mcp-server/issues/340", Note: old},
			{Measure: AdditionalProperties, Soft: true, Source: "https://github.com/promptfoo/promptfoo/issues/6902",
				Note: old + "; SDKs strip the keyword otherwise"},
		},
		Unknown: []string{"depth and size of a schema (the API says only that a complex one may be refused)", "size of an answer"},
	}
}

func vsCode() Client {
	const names = "https://github.com/microsoft/vscode/blob/main/src/vs/workbench/contrib/mcp/common/mcpTypes.ts"
	return Client{
		Name: "VS Code (Copilot)", Prefix: "mcp_" + ServerName + "_",
		Limits: []Limit{
			{Measure: ToolCount, Most: 128, Sure: true, Source: "https://www.mcpbundles.com/guides/how-many-tools",
				Note: "of all servers together; also a constant in Copilot's source"},
			{Measure: NameLength, Most: 64, Sure: true, Source: names, Note: "the prefix is cut to 18 characters"},
			{Measure: ArrayItems, Sure: true, Source: "https://github.com/microsoft/vscode/issues/284536"},
		},
		Unknown: []string{"length of a description", "depth and size of a schema", "size of an answer"},
	}
}

func cursor() Client {
	return Client{
		Name: "Cursor", Prefix: ServerName + "_",
		Limits: []Limit{
			{Measure: ToolCount, Most: 40, Source: "https://github.com/bun913/mcp-testrail/issues/6",
				Note: "of all servers together; later versions warn at 80 (https://github.com/Snowflake-Labs/mcp/issues/77)"},
			{Measure: NameLength, Most: 59, Source: "https://github.com/ComposioHQ/composio/issues/2788",
				Note: "server and tool together; a tool beyond is left out"},
		},
		Unknown: []string{"length of a description", "subset of JSON Schema", "size of an answer"},
	}
}

func codex() Client {
	const names = "https://github.com/openai/codex/blob/main/codex-rs/codex-mcp/src/mcp_tool_names.rs"
	return Client{
		Name: "Codex", Prefix: "mcp__" + ServerName + "__",
		Limits: []Limit{
			{Measure: NameLength, Most: 64, Sure: true, Source: names,
				Note: "128 since a version of 2026 (https://github.com/openai/codex/issues/46188); a longer name ends in a hash"},
			{Measure: NameCharacters, Sure: true, Source: names},
			{Measure: AnswerTokens, Most: 10_000, Source: "https://github.com/cobuildwithus/murph/pull/785",
				Note: "`tool_output_token_limit` changes it"},
			{Measure: AnswerBytes, Most: 10_240, Sure: true, Soft: true, Source: "https://github.com/openai/codex/issues/6544",
				Note: "versions around 0.56 cut the middle out of a longer answer and say so"},
		},
		Unknown: []string{"a number of tools", "length of a description"},
	}
}
