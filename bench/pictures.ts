import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { walk } from '../src/images/walk.js';

/** Photographs beside a checkout, where there are any; else the emoji pictures that come with the dev dependencies. */
const CANDIDATES = [
  new URL('../../shared/data/clothing/', import.meta.url),
  new URL('../node_modules/@lobehub/fluent-emoji-3d/assets/', import.meta.url),
].map((url) => fileURLToPath(url));

/** The folder to measure on: the one asked for, else the first that exists. */
export async function pictureFolder(asked?: string): Promise<string> {
  const candidates = asked ? [asked] : CANDIDATES;
  for (const folder of candidates) {
    if (
      await access(folder).then(
        () => true,
        () => false,
      )
    )
      return folder;
  }
  throw new Error(`no pictures: expected a folder at ${candidates.join(' or ')}`);
}

/** Paths of the picture files below a folder, by name. */
export async function pictureFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const found of walk(folder)) {
    if ('file' in found && /\.(jpe?g|png|webp)$/i.test(found.file.path)) paths.push(found.file.path);
  }
  if (paths.length === 0) throw new Error(`no pictures in ${folder}`);
  return paths.sort();
}
