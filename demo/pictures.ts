import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { createRandom } from '../src/ml/random.js';

const require = createRequire(import.meta.url);

/** The group of emojibase that answers yes: people, their bodies, hands and gestures. Smileys are a group of their own, and a no. */
const PEOPLE = 'people-body';

/** The answer key: file name -> is it a person? It gives the labels that are drawn, and the final check; nothing else looks at it. */
export type Key = ReadonlyMap<string, boolean>;

interface Entry {
  hexcode: string;
  group?: number;
  skins?: Entry[];
}

/** The folder that the 3,391 pictures lie in. */
export function pictureFolder(): string {
  return join(dirname(require.resolve('@lobehub/fluent-emoji-3d/package.json')), 'assets');
}

/** Reads the key of all pictures in the folder; those whose code points emojibase does not know are left out. */
export async function readKey(folder: string): Promise<Key> {
  const { groups } = await readJson<{ groups: Record<string, string> }>('emojibase-data/meta/groups.json');
  const entries = await readJson<Entry[]>('emojibase-data/en/data.json');
  const groupOf = new Map<string, string | undefined>();
  for (const { hexcode, group, skins = [] } of entries) {
    for (const code of [hexcode, ...skins.map((skin) => skin.hexcode)])
      groupOf.set(codePoints(code), groups[group ?? '']);
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.webp')).sort();
  const known = names.map((name) => [name, groupOf.get(codePoints(basename(name, '.webp')))] as const);
  return new Map(known.filter(([, group]) => group !== undefined).map(([name, group]) => [name, group === PEOPLE]));
}

/** `count` names of each kind, at random by the seed. */
export function drawLabels(names: string[], key: Key, count: number, seed: number): Map<string, boolean> {
  const drawn = createRandom(seed).shuffle([...names]);
  const ofKind = (kind: boolean): [string, boolean][] =>
    drawn
      .filter((name) => key.get(name) === kind)
      .slice(0, count)
      .map((name) => [name, kind]);
  return new Map([...ofKind(true), ...ofKind(false)]);
}

/** A folder of links to a share (0..1) of the pictures, at random by the seed; the whole folder itself for a share of 1. */
export async function takeShare(folder: string, share: number, seed: number, into: string): Promise<string> {
  if (share === 1) return folder;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.webp')).sort();
  const taken = createRandom(seed)
    .shuffle(names)
    .slice(0, Math.round(names.length * share));
  await mkdir(into, { recursive: true });
  for (const name of taken) await symlink(join(folder, name), join(into, name));
  return into;
}

/** Code points that say nothing about the picture, and that the two packages disagree on: "in colour", and "end of tags". */
const SILENT = new Set(['fe0f', 'e007f']);

/** "1F9D1-1F3FB-200D-1F692", "0023-fe0f-20e3" and "1f3f4-e0067_e0062_..." in one spelling. */
function codePoints(text: string): string {
  const points = text.toLowerCase().split(/[-_]/);
  return points
    .filter((point) => !SILENT.has(point))
    .map((point) => point.replace(/^0+/, ''))
    .join('-');
}

async function readJson<T>(module: string): Promise<T> {
  return JSON.parse(await readFile(require.resolve(module), 'utf8')) as T;
}
