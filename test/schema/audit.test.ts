import { test } from 'node:test';

import { serverAudits } from 'graphql-http';

import { startApi } from './api.js';

test('GraphQL over HTTP: the audits of graphql-http', async (t) => {
  const api = await startApi(t);
  // Its MAY audits are choices; a GET needs a header here, so that no other site's page can send it.
  const fetchFn = (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { 'apollo-require-preflight': '1', ...(init.headers as Record<string, string>) } });
  for (const audit of serverAudits({ url: `${api.url}/graphql`, fetchFn })) {
    await t.test(audit.name, async (each) => {
      const result = await audit.fn();
      if (result.status === 'ok') return;
      if (result.status === 'error') throw new Error(result.reason);
      each.diagnostic(`${result.status}: ${result.reason}`);
      if (audit.name.startsWith('SHOULD') || audit.name.startsWith('MUST')) throw new Error(result.reason);
    });
  }
});
