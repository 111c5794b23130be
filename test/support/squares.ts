import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { readConfig } from '../../src/config.js';
import { DEFAULT_LETTERBOX, decodeSquare, letterbox } from '../../src/images/letterbox.js';
import { clothing } from './clothing.js';

/**
 * Real pictures as the network sees them: 224 x 224 x 3 bytes each, one after the other. The photographs of clothes where
 * they are, else emoji of a package that the tests always have. The same ones every time, drawn from the whole folder.
 */
export async function realSquares(count: number): Promise<Uint8Array> {
  const files = pictureFiles();
  const { limits } = readConfig();
  const { size } = DEFAULT_LETTERBOX;
  const squares = new Uint8Array(count * size * size * 3);
  for (let i = 0; i < count; i++) {
    const file = await readFile(files[Math.floor((i * files.length) / count)]);
    const square = await decodeSquare(await letterbox(file, DEFAULT_LETTERBOX, limits), size);
    squares.set(square, i * square.length);
  }
  return squares;
}

function pictureFiles(): string[] {
  const emoji = dirname(createRequire(import.meta.url).resolve('@lobehub/fluent-emoji-3d/package.json'));
  const folder = clothing() ?? emoji;
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return found
    .filter((name) => /\.(jpe?g|webp)$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}
