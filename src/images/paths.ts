import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { systemCode, WinnowError } from '../errors.js';

/**
 * The real place of a path, checked to lie inside one of the roots (or to be one). Symbolic links are resolved on both
 * sides; of a path that does not exist yet, its nearest ancestor that does. Use what comes back, not what was asked
 * for.
 * @param path absolute, or relative to the working directory
 * @throws WinnowError PATH_NOT_ALLOWED outside of every root, or when there is no telling
 */
export async function resolveInside(roots: readonly string[], path: string): Promise<string> {
  if (path === '' || path.includes('\0')) {
    throw new WinnowError('PATH_NOT_ALLOWED', 'Expected a path, but it is empty or holds a NUL character.');
  }
  const real = await realpathOfNearest(resolve(path));
  for (const root of roots) {
    if (isInside(await realpathOfNearest(resolve(root)), real)) return real;
  }
  throw new WinnowError(
    'PATH_NOT_ALLOWED',
    `${path} is outside of the folders that may be used. They are set by WINNOW_ROOTS where the server runs.`,
  );
}

/** True for the root itself and everything below; /data2 is not inside /data. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function realpathOfNearest(path: string): Promise<string> {
  const missing: string[] = [];
  for (let ancestor = path; ; ancestor = dirname(ancestor)) {
    try {
      return join(await realpath(ancestor), ...missing);
    } catch (error) {
      // A link that leads nowhere yet would be followed by whoever writes there.
      const isDangling = await lstat(ancestor).then(
        () => true,
        () => false,
      );
      if (systemCode(error) !== 'ENOENT' || isDangling) {
        throw new WinnowError('PATH_NOT_ALLOWED', `${path} leads through something that cannot be followed.`, {
          cause: error,
        });
      }
      missing.unshift(basename(ancestor));
    }
  }
}
