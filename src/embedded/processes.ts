import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';

import { systemCode } from '../errors.js';

const run = promisify(execFile);

/** A process that cannot be mistaken for a later one with the same pid. `started` is null where the system does not tell. */
export interface ProcessIdentity {
  pid: number;
  started: string | null;
}

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: await startedAt(process.pid) };
}

/** Whether that very process still runs. A zombie does not. When in doubt, yes. */
export async function isRunning({ pid, started }: ProcessIdentity): Promise<boolean> {
  if (!pidInUse(pid)) return false;
  const now = await startedAt(pid);
  if (now === 'ZOMBIE') return false;
  return now === null || started === null || now === started;
}

/** Whether `pid` is a Postgres server on this data folder, and not a process that got an old server's pid. */
export async function isPostgresOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!pidInUse(pid) || (await startedAt(pid)) === 'ZOMBIE') return false;
  if (process.platform === 'win32') return true;
  const command = await commandOf(pid);
  if (!basename(command[0] ?? '').startsWith('postgres')) return false;
  if (command.some((argument) => argument === dataDirectory)) return true;
  // Started by hand with a relative path: a server's working directory is its data folder.
  const [cwd, data] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(dataDirectory)]).catch(() => []);
  return cwd !== undefined && cwd.dev === data.dev && cwd.ino === data.ino;
}

function pidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** When the process started, in some unit that no other process with this pid shares; null when that cannot be had. */
async function startedAt(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const [status, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
      ]);
      // The second field is the program's name in parentheses and may hold anything; the rest is plain.
      const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? 'ZOMBIE' : `${boot.trim()}/${fields[19]}`;
    }
    if (process.platform === 'win32') return null;
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: { LC_ALL: 'C' } });
    const [state, ...when] = stdout.trim().split(/\s+/);
    return state.startsWith('Z') ? 'ZOMBIE' : when.join(' ');
  } catch {
    return null;
  }
}

async function commandOf(pid: number): Promise<string[]> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
    return stdout.trim().split(/ (?=\/|-)/);
  } catch {
    return [];
  }
}
