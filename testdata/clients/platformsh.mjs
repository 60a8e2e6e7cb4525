// The vendor's own JavaScript library against `paas-mcp simulate`: it reads and writes, and follows the platform's links.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const Client = createRequire(import.meta.url)('platformsh-client').default;
const [api, tokenURL, apiToken] = process.argv.slice(2);

const answer = await fetch(tokenURL, {
  method: 'POST',
  headers: { Authorization: 'Basic ' + btoa('platform-api-user:') },
  body: new URLSearchParams({ grant_type: 'api_token', api_token: apiToken }),
});
const { access_token } = await answer.json();
const client = new Client({ access_token, api_url: api, authentication_url: api });

const project = await client.getProject('abc123shop');
assert.equal(project.title, 'Acme Shop');
const environments = await project.getEnvironments();
assert.ok(environments.some((e) => e.id === 'main' && e.type === 'production'));
console.log('  ok: it lists environments');

const staging = await project.getEnvironment('staging');
await staging.update({ title: 'Renamed by the library' });
assert.equal((await project.getEnvironment('staging')).title, 'Renamed by the library');
console.log('  ok: it renames an environment');

const variable = await project.setVariable('library', 'was here');
assert.ok(variable);
assert.ok((await project.getVariables()).some((v) => v.name === 'library'));
console.log('  ok: it sets a variable');
