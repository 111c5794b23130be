import sharp from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';

import type { Config } from '../config.js';
import { WinnowError } from '../errors.js';
import type { Damage } from './damage.js';
import { diagnoseDamage } from './damage.js';
import type { ImageFormat } from './formats.js';
import { sniffFormat } from './formats.js';
import { PixelBudget } from './pixel-budget.js';

/** Pixels, after the EXIF orientation is applied. */
export interface PictureSize {
  width: number;
  height: number;
}

export interface ImageHeader extends PictureSize {
  format: ImageFormat;
  /** 1..8, as EXIF numbers them. */
  orientation: number;
  /** Frames of an animation, pages of a TIFF; only the first is used. */
  frames: number;
}

/** The only loaders of libvips that may run in this process; its SVG, PDF, ImageMagick and other readers never do. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'];

const JPEG_END = Buffer.from([0xff, 0xd9]);

/** A decoder still busy after so many seconds is stuck: 100 million pixels take 3. */
const DECODE_SECONDS = 300;

// One thread a picture: with several pictures in flight, more threads a picture made it a quarter slower.
sharp.concurrency(1);
// Nothing is decoded twice, so a cache would only hold memory.
sharp.cache(false);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: LOADERS.flatMap((name) => [`VipsForeignLoad${name}Buffer`, `VipsForeignLoad${name}File`]),
});

/** Lines of libvips that say nothing of the picture. */
const NOISE = /^(Input buffer contains|Warning treated|error in tile|source: bad seek|Unknown error)/;

const budget = new PixelBudget();

/**
 * Opens a picture for one piece of work on its pixels: format by its bytes, size against the limit, then `work`, which
 * gets the first frame, upright, without alpha (laid on `background`, #rrggbb) and of 3 channels in sRGB.
 * @throws WinnowError with a failure code: what sniffFormat() throws, TOO_MANY_PIXELS, ZERO_PIXELS, TRUNCATED, CORRUPT.
 */
export function decodeImage<T>(
  bytes: Buffer,
  limits: Config['limits'],
  background: string,
  work: (image: Sharp, header: ImageHeader) => Promise<T>,
): Promise<T> {
  return asFailures(bytes, async (format) => {
    const metadata = await sharp(bytes, readOptions(false)).metadata();
    const header = readHeader(metadata, format);
    return openPixels(bytes, header, limits, background, (image) => {
      // Grey with alpha would be laid on the grey of the background.
      if (metadata.channels === 2) image.pipelineColourspace('srgb');
      return work(image, header);
    });
  });
}

/**
 * As decodeImage(), of a picture that it has opened before: `size` is what it found then. A JPEG's header is not read
 * for itself then, a twentieth of the work on a small photograph.
 */
export function decodeKnownImage<T>(
  bytes: Buffer,
  size: PictureSize,
  limits: Config['limits'],
  background: string,
  work: (image: Sharp, size: PictureSize) => Promise<T>,
): Promise<T> {
  if (sniffFormat(bytes) !== 'JPEG') return decodeImage(bytes, limits, background, work);
  return asFailures(bytes, () => openPixels(bytes, size, limits, background, (image) => work(image, size)));
}

/** Looks at a file's outside, then works on it; what the decoder throws becomes a failure of this image. */
async function asFailures<T>(bytes: Buffer, work: (format: ImageFormat) => Promise<T>): Promise<T> {
  const format = sniffFormat(bytes);
  if (lacksEnd(bytes, format)) throw damaged('TRUNCATED', bytes, format, 'no end marker follows the pixels');
  try {
    return await work(format);
  } catch (error) {
    throw asFailure(error, bytes, format);
  }
}

function openPixels<T>(
  bytes: Buffer,
  size: PictureSize,
  limits: Config['limits'],
  background: string,
  work: (image: Sharp) => Promise<T>,
): Promise<T> {
  const pixels = size.width * size.height;
  if (pixels === 0) throw new WinnowError('ZERO_PIXELS', `The picture is ${size.width} x ${size.height} pixels.`);
  if (pixels > limits.pixels) throw tooManyPixels(size, limits.pixels);
  return budget.run(pixels, limits.pixels, () => {
    const image = sharp(bytes, { ...readOptions(limits.pixels), autoOrient: true });
    return work(image.flatten({ background }).toColourspace('srgb').timeout({ seconds: DECODE_SECONDS }));
  });
}

/**
 * failOn was chosen by measurement: "none" lets files pass of which half is missing, "truncated" lets damaged LZW data
 * and wrong checksums pass, and "warning" refuses whole pictures for stray bytes between JPEG markers, which scraped
 * files do have.
 */
function readOptions(limitInputPixels: number | false): SharpOptions {
  return { failOn: 'error', limitInputPixels, sequentialRead: true };
}

/** A JPEG of which the rest is zeros decodes to the last row, into grey; only its missing end marker gives it away. */
function lacksEnd(bytes: Buffer, format: ImageFormat): boolean {
  if (format !== 'JPEG' || bytes.subarray(-2).equals(JPEG_END)) return false;
  return diagnoseDamage(bytes, format) === 'TRUNCATED';
}

function readHeader(metadata: Metadata, format: ImageFormat): ImageHeader {
  const { orientation = 1, pages = 1, autoOrient } = metadata;
  return {
    format,
    width: autoOrient.width,
    height: autoOrient.height,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    frames: Math.max(pages, 1),
  };
}

function tooManyPixels({ width, height }: PictureSize, limit: number): WinnowError {
  const count = (pixels: number) => pixels.toLocaleString('en-US');
  const size = `${width} x ${height}, ${count(width * height)} pixels`;
  return new WinnowError(
    'TOO_MANY_PIXELS',
    `The picture is ${size}; the limit is ${count(limit)} (WINNOW_MAX_PIXELS).`,
  );
}

/**
 * What the decoder threw, as a failure of this image. "Memory allocation error" counts as one too: it is what decoders
 * say of headers that claim too much.
 */
function asFailure(error: unknown, bytes: Buffer, format: ImageFormat): unknown {
  if (error instanceof WinnowError || !(error instanceof Error)) return error;
  return damaged(diagnoseDamage(bytes, format), bytes, format, reasonOf(error), error);
}

function damaged(damage: Damage, bytes: Buffer, format: ImageFormat, reason: string, cause?: Error): WinnowError {
  const what = {
    TRUNCATED: `The ${format} file ends too early, after ${bytes.length} bytes`,
    ZERO_PIXELS: `The ${format} file says that it has no pixels`,
    CORRUPT: `The ${format} file is damaged`,
  }[damage];
  return new WinnowError(damage, reason === '' ? `${what}.` : `${what}: ${reason}.`, { cause });
}

/** The first line that says something, of the many that libvips gives; may be empty. */
function reasonOf(error: Error): string {
  const lines = error.message.split('\n').map((line) => line.replace(/^Input buffer has corrupt header: ?/, '').trim());
  const telling = lines.find((line) => line !== '' && !NOISE.test(line)) ?? '';
  return telling.slice(0, 200).replace(/\.$/, '');
}
