import type { FailureCode } from '../errors.js';
import { systemCode, WinnowError } from '../errors.js';

/** System errors that say something of this one file. */
const CODES: Readonly<Record<string, readonly [FailureCode, string]>> = {
  ENOENT: ['VANISHED', 'There is no file here (any more), or a link leads nowhere.'],
  ENOTDIR: ['VANISHED', 'A part of the path is no folder (any more).'],
  EISDIR: ['NOT_A_FILE', 'Expected a file, but this is a folder.'],
  ENXIO: ['NOT_A_FILE', 'Expected a file, but this is a pipe, socket or device.'],
  ELOOP: ['NOT_A_FILE', 'Expected a file, but this is a link that leads to itself.'],
  EACCES: ['UNREADABLE', 'Permission denied.'],
  EPERM: ['UNREADABLE', 'The system does not allow reading it.'],
  ENAMETOOLONG: ['UNREADABLE', 'The path is longer than the system can open.'],
  EIO: ['UNREADABLE', 'The disk reported an error while reading.'],
};

/**
 * What the file system threw for one file, as a failure. Anything else (no file handles left, a network drive that is
 * gone) is an outage, no fact about the file: it comes back as it is, so that the run is tried again and nothing is
 * marked as done.
 */
export function fileFailure(error: unknown): unknown {
  const known = CODES[systemCode(error) ?? ''];
  return known ? new WinnowError(known[0], known[1], { cause: error }) : error;
}
