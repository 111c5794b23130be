import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startEmbedded, type EmbeddedServer } from '../src/db-embedded.js';

/*
 * npm test [part of a file's path ...] [--option of node --test ...]
 *
 * Runs the test files on one Postgres: that of TEST_DATABASE_URL (its user must be allowed to create databases),
 * else an embedded one that lives as long as the tests.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const FILE_TIMEOUT_MS = 15 * 60_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const filters = args.filter((arg) => !arg.startsWith('-'));
  const files = (await testFiles()).filter(
    (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
  );
  if (files.length === 0) {
    console.error(`No test file has ${filters.map((part) => `"${part}"`).join(' or ')} in its path.`);
    return 1;
  }
  const options = args.filter((arg) => arg.startsWith('-'));
  // From the first moment: a signal while the server starts must not leave it behind.
  const interruption = catchSignals();
  const server = await startServer();
  try {
    return interruption.happened ? 130 : await runTests([...options, ...files], server.url, interruption);
  } finally {
    await server.stop();
  }
}

async function testFiles(): Promise<string[]> {
  const entries = await readdir(join(ROOT, 'test'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

async function startServer(): Promise<EmbeddedServer> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { url, stop: () => Promise.resolve() };
  const directory = await mkdtemp(join(tmpdir(), 'winnow-test-'));
  const server = await startEmbedded(directory, { durable: false });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Exit code of `node --test`; 130 when a signal ended it. */
async function runTests(args: string[], url: string, interruption: Interruption): Promise<number> {
  // A test that hangs must fail, not hold up everybody who waits for the others.
  const limits = ['--test-concurrency=2', `--test-timeout=${FILE_TIMEOUT_MS}`];
  const flags = ['--import', 'tsx', '--test', '--test-reporter=spec', ...limits];
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: ROOT,
    env: { ...process.env, TEST_DATABASE_URL: url },
    stdio: 'inherit',
  });
  interruption.forward = (signal) => child.kill(signal);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(interruption.happened ? 130 : (code ?? 1)));
  });
}

interface Interruption {
  happened: boolean;
  forward: (signal: NodeJS.Signals) => void;
}

/** Turns a signal to us into one to the tests, so that we are there to stop the server after them. */
function catchSignals(): Interruption {
  const interruption: Interruption = { happened: false, forward: () => undefined };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interruption.happened = true;
      interruption.forward(signal);
    });
  }
  return interruption;
}
