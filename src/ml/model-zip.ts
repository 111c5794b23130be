import { unzipSync, zipSync } from 'fflate';

import { WinnowError } from '../errors.js';

/** A name that is no path: nothing in an archive can be written anywhere but into the model's directory. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const MOST_FILES = 20;
/** Unpacked, all files together. An MLP takes 10 MB. */
const MOST_BYTES = 512 * 2 ** 20;
/** The archive has no dates of its own, so that the same model gives the same bytes. */
const DATE = new Date(1980, 0, 1);

/** A zip archive of files by name. */
export function packModel(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(files, { level: 6, mtime: DATE });
}

/**
 * The files of an archive by name. Sizes are looked at before anything is unpacked, and what is unpacked is never longer than
 * its entry says, so a small archive cannot fill the memory.
 * @throws WinnowError BAD_INPUT when it is no archive of plain files with plain names, or is too large.
 */
export function unpackModel(archive: Uint8Array): Record<string, Uint8Array> {
  let count = 0;
  let bytes = 0;
  try {
    return unzipSync(archive, {
      filter({ name, originalSize }) {
        count += 1;
        bytes += originalSize;
        if (!NAME.test(name))
          throw refused(`it holds ${JSON.stringify(name.slice(0, 100))}, which is no plain file name`);
        if (count > MOST_FILES) throw refused(`it holds more than ${MOST_FILES} files`);
        if (bytes > MOST_BYTES) throw refused(`its files take more than ${MOST_BYTES} bytes`);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof WinnowError) throw cause;
    throw refused('it cannot be unpacked', cause);
  }
}

function refused(what: string, cause?: unknown): WinnowError {
  return new WinnowError('BAD_INPUT', `The archive is no model that Winnow exported: ${what}.`, { cause });
}
