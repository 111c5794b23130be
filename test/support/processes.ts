import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { until } from './waiting.js';

/** A child process of a test, killed at the test's end if it is still there. */
export interface TestProcess {
  readonly child: ChildProcess;
  /** The next line it prints. Rejects with what it said on standard error when it ends without one. */
  line(): Promise<string>;
  /** Sends a line to it and waits for its end. Rejects unless it exits with 0. */
  finish(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface SpawnOptions {
  /** Run as this user and group, without privileges; needs root. */
  uid?: number;
  env?: NodeJS.ProcessEnv;
}

/** Runs a TypeScript file of test/support as a process of its own. */
export function spawnScript(t: TestContext, name: string, args: string[], options: SpawnOptions = {}): TestProcess {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { uid, env } = options;
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: 'pipe',
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: { ...process.env, ...env },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  child.stdin.on('error', () => undefined);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (ended()) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  t.after(() => kill());
  return {
    child,
    kill,
    line: () =>
      until(
        `a line of ${name}`,
        () => {
          const line = lines.shift();
          if (line === undefined && ended()) throw new Error(`${name} ended without a word: ${complaints}`);
          return line;
        },
        60_000,
      ),
    finish: async () => {
      child.stdin.write('\n');
      await until(`the end of ${name}`, ended, 60_000);
      if (child.exitCode !== 0)
        throw new Error(`${name} ended with ${child.signalCode ?? child.exitCode}: ${complaints}`);
    },
  };
}
