import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { listenToRuns } from '../../src/catalog/run-changes.js';
import type { RunChanges } from '../../src/catalog/run-changes.js';
import { parseConfig } from '../../src/config.js';
import { startHttp } from '../../src/http/server.js';
import type { Log } from '../../src/log.js';
import { listBackbones } from '../../src/runs/backbones.js';
import { modelFiles } from '../../src/runs/move-model.js';
import type { FreshDatabaseOptions, TestDatabase } from '../support/database.js';
import { freshDatabase } from '../support/database.js';

export interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: { message: string; path?: (string | number)[]; extensions: { code: string; id?: string } }[];
}

export interface ConnectionOf<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  readonly totalCount: number;
}

export interface Api {
  readonly url: string;
  readonly db: TestDatabase;
  readonly runChanges: RunChanges;
  /** What the server logged. */
  readonly logged: { message: string; details?: Readonly<Record<string, unknown>> }[];
  /** Posts a query; does not look at what comes back. */
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  /** The data of a query that must succeed, in the shape that the test says it has. */
  data<Data>(query: string, variables?: object): Promise<Data>;
  /** The code and message of a query that must fail with one error. */
  refusal(query: string, variables?: object): Promise<{ code: string; message: string; status: number }>;
}

/** The API on a fresh database, over real HTTP, without a worker. Stopped after the test. */
export async function startApi(
  t: TestContext,
  environment: Record<string, string> = {},
  options: FreshDatabaseOptions & { timeout?: number } = {},
): Promise<Api> {
  const db = await freshDatabase(t, options);
  const logged: Api['logged'] = [];
  const config = parseConfig({ WINNOW_PORT: '0', ...environment });
  const runChanges = listenToRuns(db, () => undefined);
  const services = {
    dataSource: db,
    runChanges,
    backbones: () => listBackbones(db, config),
    modelFiles: modelFiles(db, config),
    allowedPath: (path: string) => Promise.resolve(path),
    squareOf: (sha256: string) => `/nowhere/${sha256}.jpg`,
  };
  const log: Log = (message, details) => logged.push({ message, details });
  const server = await startHttp(config, services, log, { timeout: options.timeout });
  t.after(() => server.stop());
  t.after(() => runChanges.stop());
  const ask: Api['ask'] = (query, variables, headers) => post(server.url, { query, variables }, headers);
  return {
    url: server.url,
    db,
    runChanges,
    logged,
    ask,
    data: async <Data>(query: string, variables?: object) => {
      const { data, errors } = await ask(query, variables);
      assert.equal(errors, undefined, JSON.stringify(errors));
      return data as Data;
    },
    refusal: async (query, variables) => {
      const { errors, status } = await ask(query, variables);
      assert.equal(errors?.length, 1, JSON.stringify(errors));
      return { code: errors[0].extensions.code, message: errors[0].message, status };
    },
  };
}

/** Posts JSON to /graphql. */
export async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}
