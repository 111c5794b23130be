import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from '../schema/api.js';
import { fillCatalog } from '../schema/catalog.js';

const READ = 'read-0123456789abcdef';
const WRITE = 'write-0123456789abcdef';
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('the page is there for browsers, compressed, with a strict policy', async (t) => {
  const { url } = await startApi(t);
  const index = await builtPage(url);
  assert.match(index.headers.get('content-type')!, /^text\/html/);
  assert.equal(index.headers.get('cache-control'), 'no-cache');
  const policy = index.headers.get('content-security-policy')!;
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  const html = await index.text();
  assert.doesNotMatch(html, /<style|style=|<script>|onload=/);

  const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(html)!;
  for (const [accepted, encoding] of [
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ]) {
    const asset = await fetch(url + script, { headers: { 'accept-encoding': accepted! } });
    assert.equal(asset.headers.get('content-encoding'), encoding);
    assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.match(asset.headers.get('content-type')!, /^text\/javascript/);
    assert.match(await asset.text(), /graphql/);
  }
  const again = await fetch(`${url}/`, { headers: { ...HTML, 'if-none-match': index.headers.get('etag')! } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(`${url}/assets/nothing.js`)).status, 404);
  assert.equal((await fetch(`${url}/assets/..%2findex.html`)).status, 404);
});

test('whoever is no browser gets a word in plain text, and no page at other addresses', async (t) => {
  const { url } = await startApi(t);
  const word = await fetch(url);
  assert.match(word.headers.get('content-type')!, /^text\/plain/);
  assert.equal((await fetch(`${url}/nowhere`, { headers: HTML })).status, 404);
});

test('with tokens the page itself is open, and a token buys a pass that opens pictures and nothing else', async (t) => {
  const api = await startApi(t, { WINNOW_READ_TOKEN: READ, WINNOW_WRITE_TOKEN: WRITE });
  const { imageIds } = await fillCatalog(api.db, 1);
  assert.equal((await builtPage(api.url)).status, 200);

  const buy = (authorization: string) =>
    fetch(`${api.url}/picture-pass`, { method: 'POST', headers: { authorization } });
  assert.equal((await buy('Bearer wrong-0123456789abcdef')).status, 401);
  assert.equal((await fetch(`${api.url}/picture-pass`, { method: 'POST' })).status, 401);

  const picture = `${api.url}/pictures/${encodeId('image', imageIds[0])}`;
  const look = async (cookie: string) => (await fetch(picture, { headers: { cookie } })).status;
  for (const token of [READ, WRITE]) {
    const bought = await buy(`Bearer ${token}`);
    assert.equal(bought.status, 204);
    const cookie = bought.headers.get('set-cookie')!;
    assert.match(cookie, /; Path=\/pictures; .*HttpOnly; SameSite=Strict$/);
    assert.ok(!cookie.includes(token));
    const [pass] = cookie.split(';');
    // In, and the square of this catalog has not been made.
    assert.equal(await look(pass), 404);
    assert.equal(await look(`other=1; ${pass}`), 404);
    assert.equal(await look(pass.slice(0, -1)), 401);
    assert.equal(await look(pass.replace(/=(\d+)/, (_, until: string) => `=${Number(until) + 1}`)), 401);
    assert.equal((await api.ask('{ __typename }', {}, { cookie: pass })).status, 401);
  }
  assert.equal(await look('winnow_pictures=1.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), 401);
});

test('without tokens nobody needs a pass', async (t) => {
  const { url } = await startApi(t);
  const bought = await fetch(`${url}/picture-pass`, { method: 'POST' });
  assert.deepEqual([bought.status, bought.headers.get('set-cookie')], [204, null]);
  const foreign = await fetch(`${url}/picture-pass`, { method: 'POST', headers: { origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403);
});

/** The page, built first where its sources are newer, as the browser would wait for it. */
async function builtPage(url: string): Promise<Response> {
  for (;;) {
    const response = await fetch(`${url}/`, { headers: HTML });
    assert.equal(response.status, 200);
    if (response.headers.get('cache-control') !== 'no-store') return response;
    await response.arrayBuffer();
    await sleep(200);
  }
}
