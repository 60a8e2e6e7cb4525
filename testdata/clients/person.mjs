// A person at the approval console of a server on this machine: with the file that only this user can read, like
// `paas-mcp approve`, and with a browser that a one-time link signs in.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export class Person {
  constructor(runtimeDir) {
    this.dir = join(runtimeDir, 'paas-mcp');
  }

  // The console opens when the first call waits, and leaves its file then.
  async #note() {
    for (let tries = 0; tries < 400; tries++) {
      const files = (await readdir(this.dir).catch(() => [])).filter((f) => f.endsWith('.json'));
      if (files.length > 0) return JSON.parse(await readFile(join(this.dir, files[0]), 'utf8'));
      await pause(25);
    }
    throw new Error('the console did not open');
  }

  async #terminal(method, path, body) {
    const { url, token } = await this.#note();
    const response = await fetch(url + path, {
      method, body: body && JSON.stringify(body), headers: { Authorization: `Basic ${btoa(`local:${token}`)}` },
    });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  }

  // waits for the one request that waits.
  async request() {
    for (let tries = 0; tries < 400; tries++) {
      const waiting = (await this.#terminal('GET', '/api/requests')).filter((r) => r.state === 'waiting');
      if (waiting.length > 0) {
        assert.equal(waiting.length, 1, 'more than one request waits');
        return waiting[0];
      }
      await pause(25);
    }
    throw new Error('nothing waits');
  }

  decide(id, decision) {
    return this.#terminal('POST', `/api/requests/${id}`, decision);
  }

  // opens a page of the console: nobody gets in by its address alone, and a link signs in once.
  async open(page) {
    const stranger = await fetch(page);
    assert.equal(stranger.status, 401, 'the address of the page lets anybody in');
    assert.doesNotMatch(await stranger.text(), /shop\.example\.com/);

    const link = new URL((await this.#terminal('POST', '/api/link')).url);
    const form = () => ({ method: 'POST', redirect: 'manual', body: new URLSearchParams(link.searchParams) });
    const login = await fetch(new URL('/login', link), form());
    assert.equal(login.status, 303);
    assert.equal((await fetch(new URL('/login', link), form())).status, 401, 'a link signs in twice');
    const cookie = login.headers.getSetCookie()[0].split(';')[0];
    const response = await fetch(page, { headers: { Cookie: cookie } });
    assert.equal(response.status, 200);
    const text = await response.text();
    return {
      text,
      send: async (fields) => {
        const csrf = text.match(/name="csrf" value="([^"]+)"/)[1];
        const sent = await fetch(page, { method: 'POST', redirect: 'manual', headers: { Cookie: cookie }, body: new URLSearchParams({ csrf, ...fields }) });
        assert.equal(sent.status, 303, await sent.text());
      },
    };
  }
}
