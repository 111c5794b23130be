import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startEmbedded } from '../src/db-embedded.js';
import { WinnowError } from '../src/errors.js';

export interface DemoOptions {
  /** Share of the pictures, 0..1. */
  share: number;
  seed: number;
  home: string;
  /** Where the figures go. */
  json: string | null;
  /** Leaves the server running. */
  serve: boolean;
}

const DEFAULT_HOME = fileURLToPath(new URL('../var/demo', import.meta.url));

export const USAGE = `npm run demo -- [--share 0.1] [--seed 1] [--json FILE] [--serve] [--home DIR]
  --share  this share of the pictures only      --json   write the figures to FILE
  --seed   draws the labels                     --serve  leave the server running at the end
  --home   where everything is kept; must be empty (default: var/demo, made anew each time)`;

/** @throws WinnowError BAD_INPUT */
export async function readOptions(args: string[]): Promise<DemoOptions | null> {
  const { values } = parse(args);
  if (values.help) return null;
  const share = Number(values.share);
  if (!(share > 0.01 && share <= 1))
    throw bad(`--share must be a number above 0.01, at most 1, but is "${values.share}".`);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw bad(`--seed must be a whole number, but is "${values.seed}".`);
  const home = values.home === undefined ? DEFAULT_HOME : resolve(values.home);
  if (values.json !== undefined) await requireFolderOf(resolve(values.json));
  await (values.home === undefined ? clear(home) : refuseUsed(home));
  await mkdir(home, { recursive: true });
  return { share, seed, home, json: values.json === undefined ? null : resolve(values.json), serve: values.serve };
}

/** Better said now than after the work. */
async function requireFolderOf(file: string): Promise<void> {
  const folder = dirname(file);
  await access(folder, constants.W_OK).catch(() => {
    throw bad(`--json ${file}: nothing can be written into ${folder}.`);
  });
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        share: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        home: { type: 'string' },
        json: { type: 'string' },
        serve: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw bad(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

/** Removes the demo before, and the database server that a killed one may have left behind. */
async function clear(home: string): Promise<void> {
  const runs = join(home, 'postgres', 'postmaster.pid');
  if (existsSync(runs)) await (await startEmbedded(home)).stop();
  if (existsSync(runs)) throw bad(`Another demo is running in ${home}. Stop it first, or choose another --home.`);
  await rm(home, { recursive: true, force: true });
}

/** A folder that somebody names may hold anything: nothing is removed from it. */
async function refuseUsed(home: string): Promise<void> {
  const entries = await readdir(home).catch(() => []);
  if (entries.length > 0)
    throw bad(`--home must be a new or an empty folder, but ${home} holds ${entries.length} things.`);
}

function bad(message: string): WinnowError {
  return new WinnowError('BAD_INPUT', message);
}
