import { setTimeout as sleep } from 'node:timers/promises';

import { startProgress } from '../src/cli/progress.js';
import type { Position } from '../src/cli/progress.js';

/** A run as the demo asks for it. */
export interface Run {
  id: string;
  stage: string;
  state: string;
  total: number | null;
  done: number;
  skipped: number;
  failed: number;
  startedAt: string | null;
  finishedAt: string | null;
  error: { code: string; message: string } | null;
  collection: { id: string };
}

const RUN_FIELDS = `id stage state total done skipped failed startedAt finishedAt error { code message } collection { id }`;
const LOOK_MS = 100;

/** A GraphQL client as anybody would write it: fetch, and an error for errors. */
export class Client {
  constructor(readonly url: string) {}

  async ask<T>(query: string, variables: object = {}): Promise<T> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: T; errors?: { message: string }[] };
    if (errors?.length || !data)
      throw new Error(errors?.map(({ message }) => message).join('; ') ?? response.statusText);
    return data;
  }

  /** Starts a run by its mutation and looks at it until it is over, with a bar. @throws Error when it did not succeed. */
  async execute(mutation: string, input: object, name = mutation): Promise<Run> {
    const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input!`;
    const document = `mutation ($input: ${type}) { run: ${mutation}(input: $input) { ${RUN_FIELDS} } }`;
    const progress = startProgress(name, process.stdout);
    let { run } = await this.ask<{ run: Run }>(document, { input });
    while (run.finishedAt === null) {
      progress.update(positionOf(run));
      await sleep(LOOK_MS);
      ({ run } = await this.ask<{ run: Run }>(`query ($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`, { id: run.id }));
    }
    progress.end(positionOf(run), run.failed > 0 ? `${run.failed} failed` : undefined);
    if (run.state === 'SUCCEEDED') return run;
    throw new Error(`${run.stage} ended ${run.state}: ${run.error?.code} ${run.error?.message}`);
  }
}

export function positionOf({ done, skipped, failed, total, startedAt, finishedAt }: Run): Position {
  const end = finishedAt === null ? Date.now() : Date.parse(finishedAt);
  return {
    done,
    skipped,
    failed,
    total,
    seconds: startedAt === null ? 0 : Math.max(0, end - Date.parse(startedAt)) / 1000,
  };
}
