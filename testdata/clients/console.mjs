// Clients that leave the question to the approval console: one that cannot ask anybody waits until a person decided there, and
// one that can show a page is given the address of the question's.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from './person.mjs';

const libraries = {
  // connect(capabilities, transport options, handler of questions) → callTool(name, arguments, progress)
  'sdk 1.x': async (capabilities, options, handle) => {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const client = new Client({ name: 'sdk-1', version: '1' }, { capabilities });
    if (handle) client.setRequestHandler(ElicitRequestSchema, handle);
    await client.connect(new StdioClientTransport(options));
    return { client, callTool: (tool, args, more) => client.callTool({ name: tool, arguments: args }, undefined, more) };
  },
  'client 2.x': async (capabilities, options, handle) => {
    const { Client } = await import('@modelcontextprotocol/client');
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
    const client = new Client({ name: 'client-2', version: '1' }, { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } });
    if (handle) client.setRequestHandler('elicitation/create', handle);
    await client.connect(new StdioClientTransport(options));
    return { client, callTool: (tool, args, more) => client.callTool({ name: tool, arguments: args }, more) };
  },
};

const project = 'abc123shop';
const domain = 'shop.example.com';
const remove = { tool: 'platformsh_project_domain_delete', arguments: { project_id: project, domain_id: domain } };

async function withServer(library, capabilities, handle, use) {
  const runtime = await mkdtemp(join(tmpdir(), 'paas-mcp-clients-'));
  const [command, ...args] = process.argv.slice(2);
  const options = { command, args, stderr: 'ignore', env: { ...process.env, XDG_RUNTIME_DIR: runtime } };
  const person = new Person(runtime);
  const { client, callTool } = await libraries[library](capabilities, options, handle && ((request) => handle(request, person)));
  const domains = async () => {
    const list = await callTool('paas_read', { tool: 'platformsh_project_domain_list', arguments: { project_id: project } });
    return list.structuredContent.items.map((d) => d.id);
  };
  try {
    await use({ person, callTool, domains });
  } finally {
    await client.close();
    await rm(runtime, { recursive: true });
  }
}

async function waits(library) {
  const step = (text) => console.log(`  ${library} without elicitation: ${text}`);
  await withServer(library, {}, undefined, async ({ person, callTool, domains }) => {
    let progress = 0;
    const more = { onprogress: () => { progress++; }, resetTimeoutOnProgress: true };

    const refused = callTool('paas_write', remove, more);
    const first = await person.request();
    assert.match(first.card, /DELETE \/projects\/abc123shop\/domains\/shop\.example\.com/);
    assert.match(first.card, /PRODUCTION/);
    await person.decide(first.id, { approve: false });
    const no = await refused;
    assert.equal(no.isError, true);
    assert.match(no.content[0].text, /declined/);
    assert.ok((await domains()).includes(domain), 'the domain is gone after a no');
    assert.ok(progress > 0, 'no sign of life came while the call waited');
    step('waits at the console: declined, and nothing happens');

    const going = callTool('paas_write', remove, more);
    const second = await person.request();
    assert.equal(second.typed, true);
    await assert.rejects(person.decide(second.id, { approve: true, confirm_name: 'another' }), /not the name/);
    await person.decide(second.id, { approve: true, confirm_name: domain });
    const yes = await going;
    assert.equal(yes.isError ?? false, false, JSON.stringify(yes.content));
    assert.ok(!(await domains()).includes(domain), 'the domain is still there after a yes');
    step('waits at the console: approved');
  });
}

async function showsPage(library) {
  const step = (text) => console.log(`  ${library} with pages: ${text}`);
  let shown = 0;
  let decide;
  const handle = async ({ params }, person) => {
    shown++;
    assert.equal(params.mode, 'url');
    assert.ok(!('requestedSchema' in params), 'a page with a form');
    return { action: await decide(params.url, person) };
  };
  await withServer(library, { elicitation: { url: {} } }, handle, async ({ callTool, domains }) => {
    decide = async () => 'decline';
    const no = await callTool('paas_write', remove);
    assert.equal(no.isError, true);
    assert.match(no.content[0].text, /did not open the approval page/);
    assert.ok((await domains()).includes(domain), 'the domain is gone after a no');
    step('is given the page of the console: not opened, and nothing happens');

    decide = async (url, person) => {
      const page = await person.open(url);
      assert.match(page.text, /Delete|Remove|Detach/i);
      assert.match(page.text, /shop\.example\.com/);
      await page.send({ decision: 'approve', confirm_name: domain });
      return 'accept';
    };
    const yes = await callTool('paas_write', remove);
    assert.equal(yes.isError ?? false, false, JSON.stringify(yes.content));
    assert.ok(!(await domains()).includes(domain), 'the domain is still there after a yes');
    assert.equal(shown, 2);
    step('is given the page of the console: approved there');
  });
}

for (const library of Object.keys(libraries)) {
  await waits(library);
  await showsPage(library);
}
process.exit(0);
