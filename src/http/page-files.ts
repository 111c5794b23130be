import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

export type Encoding = 'br' | 'gzip' | 'identity';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  /** Whether another content would have another name. */
  readonly immutable: boolean;
  readonly etag: string;
  readonly bytes: ReadonlyMap<Encoding, Buffer>;
}

/** By path, such as `index.html` and `assets/index-Dx0.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const SUFFIXES: readonly [string, Encoding][] = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
];

/**
 * Reads the built page into memory, a few hundred kilobytes: no request ever names a file on disk.
 * @throws Error with the code ENOENT where it has not been built
 */
export async function readPageFiles(directory: string): Promise<PageFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  const known = new Set(names);
  const files = names.filter((name) => extname(name) in TYPES);
  return new Map(
    await Promise.all(files.map(async (name) => [name, await readPageFile(directory, name, known)] as const)),
  );
}

async function readPageFile(directory: string, name: string, known: ReadonlySet<string>): Promise<PageFile> {
  const content = await readFile(join(directory, name));
  const bytes = new Map<Encoding, Buffer>([['identity', content]]);
  for (const [suffix, encoding] of SUFFIXES) {
    if (known.has(name + suffix)) bytes.set(encoding, await readFile(join(directory, name + suffix)));
  }
  const digest = createHash('sha256').update(content).digest('base64url');
  return { type: TYPES[extname(name)], immutable: name.startsWith('assets/'), etag: `"${digest}"`, bytes };
}

/** When a file, or anything in a folder, was last changed, in milliseconds; 0 where there is none. */
export async function changedAt(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true }).catch(() => []);
  const times = await Promise.all(
    [path, ...names.map((name) => join(path, name))].map((one) =>
      stat(one).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0, // a file that is being saved may be away for a moment
      ),
    ),
  );
  return Math.max(...times);
}
