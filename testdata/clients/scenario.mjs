// The same conversation for every client: list, find, read, change a title, create a variable, delete a domain (declined, then
// accepted), branch an environment and wait for it, replace the data of one with a backup first. A client library only has to
// offer listTools, callTool and elicitation.
import assert from 'node:assert/strict';

const project = 'abc123shop';

export async function scenario(name, { listTools, callTool, answers, progress }) {
  const step = (text) => console.log(`  ${name}: ${text}`);
  const structured = (result) => {
    assert.equal(result.isError ?? false, false, JSON.stringify(result.content));
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, 'text and structuredContent differ');
    return result.structuredContent;
  };

  const { tools } = await listTools();
  for (const tool of ['paas_find', 'paas_describe', 'paas_read', 'paas_write', 'paas_wait', 'paas_accounts', 'platformsh_environment_branch']) {
    assert.ok(tools.some((t) => t.name === tool), `${tool} is not listed`);
  }
  step(`lists ${tools.length} tools`);

  const found = structured(await callTool('paas_find', { query: 'detach a custom domain', platform: 'platformsh' }));
  assert.ok(found.operations.slice(0, 3).some((o) => o.tool === 'platformsh_project_domain_delete'), JSON.stringify(found));
  step('finds the operation');

  const read = structured(await callTool('paas_read', { tool: 'platformsh_environment_list', arguments: { project_id: project } }));
  assert.ok(read.items.some((e) => e.id === 'main' && e.type === 'production'), JSON.stringify(read));
  step('reads environments');

  structured(await callTool('paas_write', {
    tool: 'platformsh_environment_update', arguments: { project_id: project, environment_id: 'staging', title: 'From a client' },
  }));
  assert.equal(answers.asked, 0, 'a plain change asked a person');
  step('changes a title without a question');

  answers.next = { action: 'accept', content: { approve: true } };
  const created = structured(await callTool('paas_write', {
    tool: 'platformsh_project_variable_create',
    arguments: { project_id: project, name: 'env:FROM_CLIENT', value: 'planted-secret-value', is_sensitive: true },
  }));
  assert.ok(!JSON.stringify(created).includes('planted-secret-value'), 'the secret came back');
  assert.ok(!answers.message.includes('planted-secret-value'), 'the secret is on the card');
  assert.match(answers.message, /PRODUCTION/);
  step('creates a variable that reaches production: accepted');

  const remove = { tool: 'platformsh_project_domain_delete', arguments: { project_id: project, domain_id: 'shop.example.com' } };
  answers.next = { action: 'decline' };
  const declined = await callTool('paas_write', remove);
  assert.equal(declined.isError, true);
  assert.match(declined.content[0].text, /declined/);
  assert.equal(answers.asked, 2);
  assert.match(answers.message, /DELETE \/projects\/abc123shop\/domains\/shop\.example\.com/);
  const domains = async () => structured(await callTool('paas_read', { tool: 'platformsh_project_domain_list', arguments: { project_id: project } }));
  assert.ok((await domains()).items.some((d) => d.name === 'shop.example.com' || d.id === 'shop.example.com'), 'the domain is gone after a no');
  step('deletes a domain: declined, and nothing happens');

  answers.next = { action: 'accept', content: { confirm_name: 'shop.example.com' } };
  structured(await callTool('paas_write', remove));
  assert.ok(!(await domains()).items.some((d) => d.id === 'shop.example.com'), 'the domain is still there after a yes');
  step('deletes a domain: accepted');

  answers.next = { action: 'accept', content: { approve: true } };
  const branch = structured(await callTool('platformsh_environment_branch', {
    project_id: project, environment_id: 'main', name: `from-${name.replace(/[^a-z0-9]/g, '-')}`, title: 'From a client',
  }));
  const job = branch.jobs[0].job;
  const end = structured(await callTool('paas_wait', { job }, true));
  assert.equal(end.done, true);
  assert.equal(end.failed, false);
  assert.ok(progress.count > 0, 'no progress came');
  step(`branches an environment and waits for it (${progress.count} progress notifications, ${end.result})`);

  answers.next = { action: 'accept', content: { confirm_name: 'staging', backup_first: true } };
  const synced = structured(await callTool('paas_write', {
    tool: 'platformsh_environment_synchronize', arguments: { project_id: project, environment_id: 'staging', synchronize_data: true },
  }, true));
  assert.equal(answers.schema.properties.backup_first?.type, 'boolean', JSON.stringify(answers.schema));
  assert.equal(synced.backups?.length, 1, JSON.stringify(synced));
  step('replaces the data of an environment, with a backup first');
}

export function newAnswers() {
  const answers = { asked: 0, next: null, message: '', schema: null };
  answers.handle = async (request) => {
    answers.asked++;
    answers.message = request.params.message;
    answers.schema = request.params.requestedSchema;
    assert.ok(answers.next, 'asked when nobody was expected to be asked');
    const answer = answers.next;
    answers.next = null;
    return answer;
  };
  return answers;
}
