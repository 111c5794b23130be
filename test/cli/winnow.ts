import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { drawLabels, pictureFolder, readKey } from '../../demo/pictures.js';

const BIN = fileURLToPath(new URL('../../bin/winnow.js', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder of this test's own, gone after it. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Runs bin/winnow.js as a shell would, with no setting but those given. */
export function winnow(args: string[], settings: Record<string, string> = {}): Promise<Ended> {
  return startWinnow(args, settings).ended;
}

export function startWinnow(
  args: string[],
  settings: Record<string, string> = {},
  cwd?: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH, HOME, WINNOW_THREADS: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Copies `each` people and as many other pictures into the folder. Gives their names, and whether they are people. */
export async function copyPictures(folder: string, each: number): Promise<[string, boolean][]> {
  const key = await readKey(pictureFolder());
  const drawn = [...drawLabels([...key.keys()].sort(), key, each, 7)];
  await mkdir(folder, { recursive: true });
  for (const [name] of drawn) await copyFile(join(pictureFolder(), name), join(folder, name));
  return drawn;
}

export async function writeLabels(path: string, labels: [string, boolean][]): Promise<void> {
  const lines = labels.map(([name, positive]) => `${name},${positive ? 'positive' : 'negative'}`);
  await writeFile(path, `path,label\n${lines.join('\n')}\n`);
}
