import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import { build } from 'vite';
import type { Rolldown } from 'vite';

/*
 * Makes the page: src/web into dist/web, each file also as .br and .gz. Part of `npm run build`; in a clone the server starts
 * it when somebody opens the page and the sources are newer. The files are swapped in whole, so that nobody serves half a page.
 */

const SOURCES = fileURLToPath(new URL('../src/web', import.meta.url));
const TARGET = fileURLToPath(new URL('../dist/web', import.meta.url));
/** Most script that the first view may need, in bytes as gzip sends them. */
const FIRST_VIEW = 150_000;

/** Compressing what is smaller gains nothing. */
const WORTH_IT = 400;

const { output } = (await build({
  root: SOURCES,
  configFile: false,
  logLevel: 'warn',
  build: {
    write: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the content security policy knows no data: scripts or fonts
    reportCompressedSize: false,
  },
})) as Rolldown.RolldownOutput;

const firstView = await sizeOf(firstScripts(output));
if (firstView > FIRST_VIEW) {
  throw new Error(`The first view needs ${firstView} bytes of script (gzip), but at most ${FIRST_VIEW} are allowed.`);
}
await swapIn(output);
process.stdout.write(`page: ${(firstView / 1000).toFixed(1)} kB of script for the first view (gzip)\n`);

/** The entry and all that it imports at once. */
function firstScripts(files: Rolldown.RolldownOutput['output']): Rolldown.OutputChunk[] {
  const chunks = new Map(files.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const found = new Set<Rolldown.OutputChunk>();
  const visit = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (chunk === undefined || found.has(chunk)) return;
    found.add(chunk);
    for (const name of chunk.imports) visit(chunks.get(name));
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) visit(chunk);
  return [...found];
}

async function sizeOf(chunks: Rolldown.OutputChunk[]): Promise<number> {
  const sizes = await Promise.all(chunks.map(async ({ code }) => (await promisify(gzip)(code)).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function swapIn(files: Rolldown.RolldownOutput['output']): Promise<void> {
  const [fresh, stale] = [`${TARGET}-${process.pid}`, `${TARGET}-${process.pid}-old`];
  for (const file of files) {
    const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source);
    const path = join(fresh, file.fileName);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    if (bytes.length < WORTH_IT) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, quality));
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  }
  await rename(TARGET, stale).catch(() => undefined); // the first time there is none
  await rename(fresh, TARGET);
  await rm(stale, { recursive: true, force: true });
}
