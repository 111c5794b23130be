import { WinnowError } from '../errors.js';

export const IMAGE_FORMATS = ['JPEG', 'PNG', 'WEBP', 'GIF', 'TIFF', 'AVIF'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

const EXPECTED = 'Expected a JPEG, PNG, WebP, GIF, TIFF or AVIF picture';

/**
 * First bytes, read as Latin-1, of what is taken. Pictures of the HEIF family tell themselves apart by brand, below.
 */
const TAKEN: readonly (readonly [ImageFormat, RegExp])[] = [
  ['JPEG', /^\xff\xd8\xff/],
  ['PNG', /^\x89PNG\r\n\x1a\n/],
  ['GIF', /^GIF8[79]a/],
  ['WEBP', /^RIFF[^]{4}WEBP/],
  ['TIFF', /^(II[*+]\0|MM\0[*+])/],
];

/** Beginnings of the above, by which a file of fewer bytes is known as the start of a picture. */
const BEGINNINGS = ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF87a', 'GIF89a', 'RIFF', 'II*\0', 'MM\0*'];

/** Pictures, but of kinds that are not taken. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['a BMP picture', /^BM[^]{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0/],
  ['an icon (ICO or CUR)', /^\0\0[\x01\x02]\0[^\0]\0/],
  ['a Photoshop document', /^8BPS/],
  ['a JPEG 2000 picture', /^(\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/],
  ['a JPEG XL picture', /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ['a Radiance HDR picture', /^#\?RADIANCE/],
  ['an OpenEXR picture', /^\x76\x2f\x31\x01/],
  ['a QOI picture', /^qoif/],
  ['a DDS texture', /^DDS /],
  ['a PNM picture', /^P[1-7][\s#]/],
  ['an MNG or JNG animation', /^[\x8a\x8b][MJ]NG/],
  ['a GIMP picture', /^gimp xcf/],
  ['a camera raw file', /^(IIU\0|IIR[OS]|FUJIFILMCCD-RAW)/],
  ['a PostScript document', /^%!PS/],
  ['an SVG drawing', /^(\xef\xbb\xbf)?\s*(<\?xml[^]*?)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^]*?)?<svg[\s>]/i],
];

/** No pictures at all; named so that the message helps. */
const OTHERS: readonly (readonly [string, RegExp])[] = [
  ['an HTML page', /^(\xef\xbb\xbf)?\s*(<\?xml[^]*?)?(<!--[^]*?-->\s*)*<(!doctype html|html|head|body|script)\b/i],
  ['an XML document', /^(\xef\xbb\xbf)?\s*<\?xml/],
  ['a PDF document', /^\s*%PDF-/],
  ['a ZIP archive', /^PK[\x03\x05]/],
  ['a gzip archive', /^\x1f\x8b/],
  ['a video', /^([^]{4}ftyp|\x1a\x45\xdf\xa3|RIFF[^]{4}AVI )/],
  ['nothing but zero bytes', /^\0+$/],
  ['text', /^[\t\n\r\x20-\x7e\x80-\xff]+$/],
];

/**
 * What a file holds, told by its first bytes and never by its name.
 * @param bytes the whole file
 * @throws WinnowError EMPTY_FILE, TRUNCATED (fewer bytes than a signature has), UNSUPPORTED_FORMAT (a picture of a kind
 * that is not taken), NOT_AN_IMAGE.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  if (head === '') throw new WinnowError('EMPTY_FILE', `${EXPECTED}, but the file is empty (0 bytes).`);
  const taken =
    TAKEN.find(([, pattern]) => pattern.test(head)) ?? (hasAvifBrand(head) ? (['AVIF'] as const) : undefined);
  if (taken) return taken[0];
  if (head.length > 1 && head.length < 12 && BEGINNINGS.some((beginning) => startsAlike(beginning, head))) {
    throw new WinnowError('TRUNCATED', `${EXPECTED}, but the file ends after its first ${head.length} bytes.`);
  }
  const refused = /^[^]{4}ftyp/.test(head) ? heifKind(head) : REFUSED.find(([, pattern]) => pattern.test(head))?.[0];
  if (refused)
    throw new WinnowError('UNSUPPORTED_FORMAT', `${EXPECTED}, but the file holds ${refused}. Convert it first.`);
  const other = OTHERS.find(([, pattern]) => pattern.test(head))?.[0] ?? 'bytes of no known kind';
  throw new WinnowError('NOT_AN_IMAGE', `${EXPECTED}, but the file holds ${other}.`);
}

function startsAlike(beginning: string, head: string): boolean {
  return beginning.startsWith(head) || head.startsWith(beginning);
}

/** Brands of an ISO base media file: the major one and the compatible ones (ISO/IEC 14496-12, box `ftyp`). */
function brands(head: string): string[] {
  if (!/^[^]{4}ftyp/.test(head)) return [];
  const size = Math.min(Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE(0), head.length);
  const list = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= size; at += 4) list.push(head.slice(at, at + 4));
  return list;
}

/** AVIF by its brands, unless the file says that its pixels are HEVC. */
function hasAvifBrand(head: string): boolean {
  const list = brands(head);
  return (
    list.some((brand) => brand === 'avif' || brand === 'avis') && !list.some((brand) => /^he[iv][cxms]$/.test(brand))
  );
}

function heifKind(head: string): string | undefined {
  const list = brands(head);
  if (list.some((brand) => /^(he[iv][cxms]|mif1|msf1)$/.test(brand))) return 'a HEIC picture';
  return list[0] === 'crx ' ? 'a camera raw file' : undefined;
}
