import { createHash } from 'node:crypto';
import { link, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Config } from '../../src/config.js';
import { DEFAULT_LETTERBOX, letterbox } from '../../src/images/letterbox.js';
import { squarePath, squareWorkshop, writeAtomically } from '../../src/images/storage.js';

/** Different squares; the rest are further names of these, which take no space. */
const DIFFERENT = 300;

/** Gives the images 1 to `count` of bench/api/fill.ts squares made of real pictures. */
export async function makeSquares({ home, limits }: Config, files: readonly string[], count: number): Promise<void> {
  const squares: string[] = [];
  const folders = new Set<string>();
  for (let image = 1; image <= count; image += 1) {
    const path = squarePath(home, DEFAULT_LETTERBOX, hashOf(image));
    if (squares.length < Math.min(DIFFERENT, files.length)) {
      const source = await readFile(files[Math.floor((squares.length * files.length) / DIFFERENT)]);
      await writeAtomically(path, await letterbox(source, DEFAULT_LETTERBOX, limits), squareWorkshop(home));
      squares.push(path);
      continue;
    }
    const folder = dirname(path);
    if (!folders.has(folder)) await mkdir(folder, { recursive: true });
    folders.add(folder);
    await link(squares[image % squares.length], path);
  }
}

/** As fill() has it: sha256(int4send(i)). */
function hashOf(image: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(image);
  return createHash('sha256').update(bytes).digest('hex');
}
