// Package schemas is the catalogue: what can be called.
//
// One YAML row is one operation of a platform's API and one tool of the server. The rows stand in
// <platform>/<resource>.yaml, one file per toolset, at most about 40 rows each; shared.yaml beside them holds
// parameters that many rows use. A row reads:
//
//   - name: platformsh_environment_branch      # <platform>_<resource>_<verb>, [a-z0-9_], at most 40 characters
//     call: POST /projects/{projectId}/environments/{environmentId}/branch
//     risk: [write, costs_money]               # mandatory: exactly one of read and write, plus what every call can do
//     async: activity                          # how the platform goes on working after the answer
//     summary: Create an environment as a branch of this one, with a copy of its data.
//     about: When to use it, what it changes, what it does not.
//     aliases: [clone environment, new feature environment]
//     required: [name, title]                  # path parameters are always required
//     params:                                  # JSON Schema properties + wire, in, style, use
//     project_id: {use: project_id}          # from shared.yaml; keys given here override the shared ones
//     environment_id: {use: environment_id}
//     name: {type: string, description: Git branch name of the new environment.}
//     shows: [id, status, type, parent]        # fields kept by default in results
//     secrets: [http_access.basic_auth]        # masked in requests, results, logs, audit
//     example:
//     args: {project_id: abc123, environment_id: main, name: feature-x, title: Feature X}
//     sends: 'POST /projects/abc123/environments/main/branch {"name":"feature-x","title":"Feature X"}'
//
// # Parameters
//
// A parameter is a JSON Schema property (type, description, enum, format, pattern, default, minimum, maximum,
// minLength, maxLength, minItems, items, properties, required) with these keys of our own:
//
//   - use: the shared parameter it starts from
//   - wire: the vendor's name where it differs, for example projectId or filter[status]
//   - in: path, query, body, form, root (the value is the whole body) or none (checked here, never sent). Inferred when
//     left out: in the path → path; Virtuozzo → form; GET and DELETE → query; else body
//   - style: deep (name[key]=value), repeat (name=a&name=b), comma (name=a,b) or json (the value as JSON text)
//   - values: the schema of the values of an object with free keys
//   - open: true, members of an object that properties does not name are passed on as they are
//   - nullable: an explicit null clears the value
//
// # Optional keys of a row
//
//   - when: [{args: {synchronize_data: true}, adds: [destructive, irreversible]}]: classes that only some arguments bring. A
//     condition is a value, present, absent, {not: value}, {contains: text} or {outside: folder}, also of what is inside an
//     argument (data.isEnabled, alerts[].active), see [When]. A read may add reveals_secrets, with the secrets of that answer
//   - flags: [deprecated], [privileged] (both hidden unless --include names them), [prerelease]
//   - only: upsun, for operations that the document gives to Upsun organizations alone. Nothing is refused for it: accounts of either
//     name have organizations of both kinds, so the platform decides
//   - list: where the list sits in the answer; $ means that the answer is the list
//   - paging: {style: cursor, size: 'page[size]', max: 100}; the vendor's paging keys are never parameters of a row
//   - target: [environment_name, environment_id], the arguments that name what is hit, best first, where that is not the last thing
//     in the path; a person types it to confirm what cannot be undone
//   - media: content type of the request where that is neither application/json nor a form; returns: content type of the answer when it is not JSON
//   - variants: {by: type, default: …, kinds: {github: {required: [repository, token], optional: [base_url]}}}. The deciding
//     argument is a string enum; an argument that no variant names belongs to all of them
//
// # Secrets
//
// A path of `secrets` names a field of the request or the answer: a.b, items[].value, env.* (any key), **.token (any depth).
//
// A row is data only; what needs logic is Go in package tools. The wording is this project's own: the vendors' documents
// give facts (paths, names, types, enums), never sentences.
package schemas
