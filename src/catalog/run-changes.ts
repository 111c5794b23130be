import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';
import type { DataSource } from 'typeorm';

import type { Log } from '../log.js';
import { RUN_CHANNEL } from './runs.js';

export interface RunChanges {
  /**
   * What `read` gives, at once and then whenever the run may have changed: it was announced, or an announcement may have been missed.
   * However many changes there are, INTERVAL lies between two. Ends with the signal.
   */
  watch<T>(runId: number, read: () => Promise<T>, signal: AbortSignal): AsyncGenerator<T, void, void>;
  /** How many watches there are now. */
  watches(): number;
  /** Lets the connection go. Watches end with their own signals. */
  stop(): Promise<void>;
}

/** Milliseconds between two readings of one watch, at the least. */
const INTERVAL = 100;
/** How often the connection is tried, and everybody told to look again: a pooler in front of Postgres may swallow announcements. */
const BEAT = 10_000;
const ANSWER_TIMEOUT = 5_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;
const FAREWELL = 1_000;

/** Hears, over one connection of its own, which runs any process changes. Connects when first needed, and again whenever it is cut off. */
export function listenToRuns(dataSource: DataSource, log: Log): RunChanges {
  const bells = new Map<number, Set<Bell>>();
  const ringAll = () => bells.forEach((of) => of.forEach((bell) => bell.ring()));
  const stopping = new AbortController();
  let listening = false;
  let ear: Promise<void> | null = null;

  /** One life of the connection: from `listen` until it is lost. */
  const listen = async (client: Client): Promise<void> => {
    client.on('notification', ({ payload }) => bells.get(Number(payload))?.forEach((bell) => bell.ring()));
    await client.connect();
    await client.query(`listen ${RUN_CHANNEL}`);
    listening = true;
    ringAll(); // whatever was announced before now was missed
    let beat: NodeJS.Timeout | undefined;
    await new Promise<void>((lost) => {
      beat = setInterval(() => void client.query('select').then(ringAll, () => lost()), BEAT);
      client.once('end', lost);
      stopping.signal.addEventListener('abort', () => lost(), { once: true });
    });
    clearInterval(beat);
  };

  const keepListening = async (): Promise<void> => {
    let pause = FIRST_PAUSE;
    while (!stopping.signal.aborted) {
      const client = newClient(dataSource);
      await listen(client).catch(() => undefined);
      if (listening && !stopping.signal.aborted) log('lost the connection on which runs are announced; trying again');
      pause = listening ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      listening = false;
      await Promise.race([client.end().catch(() => undefined), sleep(FAREWELL, undefined, { ref: false })]);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  async function* watch<T>(runId: number, read: () => Promise<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
    const bell = newBell(signal);
    const of = bells.get(runId) ?? new Set();
    bells.set(runId, of.add(bell));
    try {
      ear ??= keepListening();
      if (listening) bell.ring();
      while (await bell.rung()) {
        yield await read();
        await sleep(INTERVAL, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      of.delete(bell);
      if (of.size === 0 && bells.get(runId) === of) bells.delete(runId);
    }
  }

  return {
    watch,
    watches: () => [...bells.values()].reduce((sum, of) => sum + of.size, 0),
    stop: async () => {
      stopping.abort();
      await ear;
    },
  };
}

interface Bell {
  ring(): void;
  /** Waits until it has rung since the last time; false when the signal has fired. */
  rung(): Promise<boolean>;
}

function newBell(signal: AbortSignal): Bell {
  let hasRung = false;
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    rung: async () => {
      if (!hasRung && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      hasRung = false;
      return !signal.aborted;
    },
  };
}

function newClient({ options }: DataSource): Client {
  if (options.type !== 'postgres')
    throw new Error(`Runs are announced by Postgres, but the data source is ${options.type}`);
  const client = new Client({
    connectionString: options.url,
    application_name: `${options.applicationName ?? 'winnow'} listener`,
    keepAlive: true,
    connectionTimeoutMillis: ANSWER_TIMEOUT,
    query_timeout: ANSWER_TIMEOUT,
  });
  client.on('error', () => undefined); // 'end' follows
  return client;
}
