import { execFile } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { WinnowError } from '../errors.js';

const run = promisify(execFile);

/** The user Postgres runs as when we are root, which Postgres refuses to be. */
export interface Account {
  uid: number;
  gid: number;
  name: string;
}

export interface Command {
  file: string;
  args: string[];
}

/** What the programs see of our environment: nothing, so that no PGDATA or LD_PRELOAD of somebody's changes them. */
export const CLEAN_ENVIRONMENT =
  process.platform === 'win32'
    ? undefined
    : { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/**
 * Null for an ordinary user: Postgres then runs as that user. For root: the owner of the data folder that is
 * there already, else `postgres` where there is such a user, else `nobody`. No user is ever created.
 */
export async function serverAccount(dataDirectory: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(dataDirectory).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: `user ${owner.uid}` };
  const account = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (account) return account;
  throw new WinnowError(
    'DATABASE_UNAVAILABLE',
    `Postgres refuses to run as root, and this system has neither a user "postgres" nor "nobody". Run Winnow as an ordinary user with WINNOW_HOME in a folder of its own, or set DATABASE_URL to a Postgres of your own.`,
  );
}

/**
 * The command that runs a program as `account`, with no privilege but one where it is needed: to pass through
 * folders closed to that user (a clone below /root, a mktemp -d) up to `program` and `paths`.
 * @throws WinnowError DATABASE_UNAVAILABLE when this system has no setpriv.
 */
export async function commandAs(
  account: Account | null,
  program: string,
  args: string[],
  paths: string[],
): Promise<Command> {
  if (account === null) return { file: program, args };
  await run('setpriv', ['--version'], { env: CLEAN_ENVIRONMENT }).catch((cause: unknown) => {
    throw new WinnowError(
      'DATABASE_UNAVAILABLE',
      `Postgres refuses to run as root, and handing it to ${account.name} needs the program setpriv (package util-linux), which is not here. Install it, or run Winnow as an ordinary user with WINNOW_HOME in a folder of that user's, or set DATABASE_URL to a Postgres of your own.`,
      { cause },
    );
  });
  const open = (await Promise.all([program, ...paths].map((path) => reachable(path, account)))).every(Boolean);
  // Postgres asks with access(2), which forgets capabilities of anybody but root unless no_setuid_fixup is on.
  const privileges = open
    ? ['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all']
    : [
        '--inh-caps=-all,+dac_override',
        '--ambient-caps=-all,+dac_override',
        '--bounding-set=-all,+dac_override',
        '--securebits=+no_setuid_fixup',
      ];
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', '--no-new-privs'];
  return { file: 'setpriv', args: [...identity, ...privileges, program, ...args] };
}

/** Hands a file or folder of ours to the account. */
export async function give(path: string, account: Account | null): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
}

/** Whether every folder above `path` lets the account through. */
async function reachable(path: string, { uid, gid }: Account): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const status = await stat(folder);
    const execute = status.uid === uid ? 0o100 : status.gid === gid ? 0o010 : 0o001;
    if ((status.mode & execute) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function lookUp(name: string): Promise<Account | null> {
  const entries = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  const entry = entries.find((fields) => fields[0] === name && Number(fields[2]) > 0);
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]), name } : null;
}
