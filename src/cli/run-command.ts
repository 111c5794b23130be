import { CommanderError } from 'commander';

import { isUnavailable } from '../db.js';
import { WinnowError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import { say } from './format.js';
import { createProgram } from './program.js';
import { harmless } from './terminal-text.js';

/** What the process ends with. */
export const EXIT = { OK: 0, FAILED: 1, USAGE: 2, INTERRUPTED: 130 } as const;

/** Runs one command line (without `node winnow`). Says what went wrong in one line on stderr; returns the exit code. */
export async function runCommand(args: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.OK); // a command that ends well may still have something to say by it
  } catch (error) {
    // Help and version end the parsing by an error as well, and so does a command without its subcommand: help was shown.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.OK;
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.USAGE;
    const { code, message } = describe(error);
    for (const line of `winnow: ${code}: ${message}`.split('\n')) say(process.stderr, line);
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    // Anything unforeseen is a bug or the world's fault: then the stack is what one needs.
    if (code === 'INTERNAL' && error instanceof Error && !(error instanceof WinnowError)) {
      for (const line of (error.stack ?? '').split('\n')) process.stderr.write(`${harmless(line)}\n`);
    }
    return exitCodeOf(code);
  }
}

function describe(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof WinnowError) return { code: error.code, message: error.message };
  if (error instanceof CommanderError) {
    const message = error.message
      .replace(/^error: /, '')
      .replace(/^command-argument value ('.*') is invalid for argument '(.*)'\./s, '$1 cannot be <$2>.')
      .replaceAll('\n', ' ');
    return { code: 'BAD_INPUT', message };
  }
  if (isUnavailable(error)) {
    const message = `The database does not answer any more (${(error as Error).message}). What was done is kept; give the command again to go on.`;
    return { code: 'DATABASE_UNAVAILABLE', message };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

function exitCodeOf(code: ErrorCode): number {
  if (code === 'CANCELLED') return EXIT.INTERRUPTED;
  return code === 'BAD_INPUT' || code === 'CONFIGURATION' ? EXIT.USAGE : EXIT.FAILED;
}
