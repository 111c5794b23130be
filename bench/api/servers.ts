import { readFileSync } from 'node:fs';

import { encodeId } from '../../src/schema/ids.js';
import { startChild, type Child } from './child.js';
import type { Filled } from './fill.js';
import { createClient, type Client } from './load.js';

/** The app and the plain handler, each in a process of its own, on the same database. */
export interface Servers {
  app: Client;
  plain: Client;
  appPid: number;
  appUrl: string;
  stop(): Promise<void>;
}

export async function startServers(home: string, databaseUrl: string): Promise<Servers> {
  const children: Child[] = [];
  const start = async (script: string, environment: NodeJS.ProcessEnv, flags?: readonly string[]) => {
    const child = await startChild(script, environment, flags);
    children.push(child);
    return { url: String(child.ready.url), pid: child.pid };
  };
  const app = await start(
    'app-process.ts',
    { WINNOW_HOME: home, DATABASE_URL: '', NODE_ENV: 'production' },
    flagsOfWinnow(),
  );
  const plain = await start('plain-process.ts', { BENCH_DATABASE_URL: databaseUrl });
  const clients = [app, plain].map(({ url }) => createClient(url));
  return {
    app: clients[0],
    plain: clients[1],
    appPid: app.pid,
    appUrl: app.url,
    stop: async () => {
      for (const client of clients) client.close();
      for (const child of children) await child.stop();
    },
  };
}

/** What `winnow` gives node, by the first line of its script. */
function flagsOfWinnow(): string[] {
  const [first] = readFileSync(new URL('../../bin/winnow.js', import.meta.url), 'utf8').split('\n');
  return first.split(' ').filter((word) => word.startsWith('--'));
}

const PAGE_SIZE = 100;
const PAGE = `query Page($model: ID!, $min: Float!, $max: Float!) {
  images(model: $model, scoreRange: { min: $min, max: $max }, first: ${PAGE_SIZE}) {
    edges { node { uri score verdict } } pageInfo { hasNextPage endCursor }
  }
}`;

export interface Range {
  min: number;
  max: number;
}

/** The first images of a range of scores, through GraphQL. */
export async function askPage(app: Client, { modelId }: Filled, range: Range): Promise<unknown[]> {
  const { images } = await app.graphql(PAGE, { model: encodeId('model', modelId), ...range });
  return (images as { edges: { node: unknown }[] }).edges.map(({ node }) => node);
}

/** The same from the plain handler. */
export async function askPlainPage(plain: Client, filled: Filled, { min, max }: Range): Promise<unknown[]> {
  const { modelId, collectionId } = filled;
  const found = await plain.get(
    `/page?model=${modelId}&collection=${collectionId}&min=${min}&max=${max}&first=${PAGE_SIZE}`,
  );
  return found.images as unknown[];
}
