import { basename, extname } from 'node:path';

/** Longest name, in bytes of UTF-8: file systems take 255, and a manifest or a tool of the user may add to it. */
const LONGEST = 200;
const SHORT_HASH = 12;

/**
 * Names for an exported file, the best first: its own, its own with the start of its hash, and with the whole hash, which
 * no other file can want.
 * @param path where the image was found, a path or a URL; only its last part counts
 * @param sha256 64 hex digits
 */
export function exportNames(path: string, sha256: string): [string, string, string] {
  const name = cleanName(path) || sha256;
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  return [
    shorten(stem, extension),
    shorten(stem, `-${sha256.slice(0, SHORT_HASH)}${extension}`),
    shorten(stem, `-${sha256}${extension}`),
  ];
}

/** What two names have in common that are one file where upper and lower case, or composed and decomposed letters, are the same. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function cleanName(path: string): string {
  const last = basename(/^https?:\/\//i.test(path) ? path.replace(/[?#].*$/, '') : path);
  return last.replace(/\p{Cc}/gu, '_').replace(/^\.{1,2}$/, '');
}

/** Cuts the stem, between characters, so that stem and ending fit. */
function shorten(stem: string, ending: string): string {
  const kept = Buffer.byteLength(ending) < LONGEST / 2 ? ending : '';
  let short = stem + (kept === '' ? ending : '');
  const room = LONGEST - Buffer.byteLength(kept);
  while (Buffer.byteLength(short) > room) short = [...short].slice(0, -1).join('');
  return short + kept;
}
