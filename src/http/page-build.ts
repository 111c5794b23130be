import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { systemCode } from '../errors.js';
import type { Log } from '../log.js';
import { changedAt, readPageFiles } from './page-files.js';
import type { PageFiles } from './page-files.js';

/** What there is of the page: its files, or why not. */
export type PageState = PageFiles | 'BUILDING' | 'UNBUILT';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = `${ROOT}src/web`;
const SCRIPT = `${ROOT}scripts/page.ts`;
/** As seen from src/http of a clone. */
const BUILT_IN_CLONE = `${ROOT}dist/web`;
/** As seen from dist/src/http, where `npm run build` puts us. */
const BUILT_IN_PACKAGE = `${ROOT}web`;

/**
 * Gives the page as it is on disk. A package has it built. A clone has its sources: there it is built when it is first asked for
 * and whenever the sources are newer, by a process of its own, so that no other request waits.
 */
export function pageOnDisk(log: Log): () => Promise<PageState> {
  let files: PageFiles | null = null;
  let readAt = 0;
  let building: Promise<boolean> | null = null;
  let failedAt = 0;

  const read = async (directory: string): Promise<PageState> => {
    files = await readPageFiles(directory).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    });
    return files ?? 'UNBUILT';
  };

  return async () => {
    const edited = await changedAt(SOURCES);
    if (edited === 0) return files ?? read(BUILT_IN_PACKAGE);
    if (building !== null) return 'BUILDING';
    const built = await changedAt(`${BUILT_IN_CLONE}/index.html`);
    if (built > edited) {
      if (files !== null && readAt === built) return files;
      readAt = built;
      return read(BUILT_IN_CLONE);
    }
    if (failedAt > edited) return 'UNBUILT';
    building ??= buildPage(log);
    void building.then((done) => {
      if (!done) failedAt = Date.now();
      building = null;
    });
    return 'BUILDING';
  };
}

/** Runs scripts/page.ts. False where it fails, such as without the development dependencies; the log says why. */
function buildPage(log: Log): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
    child.once('error', (error) => {
      log('the page cannot be built', { error });
      resolve(false);
    });
    child.once('close', (code) => {
      if (code !== 0) log('the page cannot be built', { code, complaint });
      resolve(code === 0);
    });
  });
}
