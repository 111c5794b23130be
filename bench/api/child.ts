import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  pid: number;
  /** What it said when it was ready. */
  ready: Record<string, unknown>;
  /** Lets it end by itself; gives the last it said. */
  stop(): Promise<Record<string, unknown>>;
}

/** Starts a script of this folder in a process of its own, node with these flags too, and waits until it says that it is ready. */
export async function startChild(
  script: string,
  environment: NodeJS.ProcessEnv,
  flags: readonly string[] = [],
): Promise<Child> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    env: { ...process.env, ...environment },
    execArgv: [...process.execArgv, ...flags],
  });
  const ended = once(child, 'exit');
  let last: Record<string, unknown> = {};
  child.on('message', (said) => (last = said as Record<string, unknown>));
  await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`${script} ended with ${code} before it was ready`))),
  ]);
  return {
    pid: child.pid ?? 0,
    ready: last,
    stop: async () => {
      if (child.connected) child.send('stop');
      await ended;
      return last;
    },
  };
}

/** In such a process: says that it is ready, and resolves when it is to end or nobody is there to hear it any more. */
export async function readyUntilStopped(ready: object): Promise<void> {
  const stopped = Promise.race([once(process, 'message'), once(process, 'disconnect')]);
  process.send?.(ready);
  await stopped;
}

/** The last word, after which the process may end. */
export function sayLast(words: object): void {
  if (process.connected) process.send?.(words, () => process.connected && process.disconnect());
}
