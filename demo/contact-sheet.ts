import sharp from 'sharp';

export interface Shown {
  path: string;
  score: number;
  /** The answer key says otherwise. */
  wrong: boolean;
}

const SVG = 'VipsForeignLoadSvg';
const COLUMNS = 10;
const TILE = 112; // pixels of a picture
const CAPTION = 26;
const GAP = 14;
const HEAD = 52;
const GREEN = '#15803d';
const RED = '#b91c1c';

// A pen's way on a grid 4 wide and 6 high. Drawn, because a bare server has no fonts.
const GLYPHS: Record<string, string> = {
  '0': 'M2 0C.6 0 0 1.5 0 3S.6 6 2 6 4 4.5 4 3 3.4 0 2 0',
  '1': 'M.8 1.2 2.2 0V6',
  '2': 'M.2 1.5C.4.4 1.2 0 2 0 3.2 0 3.9.8 3.8 1.8 3.7 3 1.5 4.5.2 6H3.9',
  '3': 'M.3.6C1-.1 3.6-.3 3.6 1.5 3.6 2.6 2.6 2.9 1.8 2.9 2.8 2.9 3.9 3.3 3.9 4.4 3.9 6.3 1 6.4.1 5.3',
  '4': 'M3 6V0L0 4.3H4',
  '5': 'M3.6 0H.7L.4 2.8C1.2 2.1 3.9 1.9 3.9 4 3.9 6.3 1 6.4.1 5.3',
  '6': 'M3.4.4C1.5-.6.1 1.2.1 3.8.1 6.7 3.9 6.7 3.9 4.1 3.9 1.8.6 1.8.2 3.9',
  '7': 'M.1 0H3.9L1.5 6',
  '8': 'M2 2.8C.1 2.8.1 0 2 0S3.9 2.8 2 2.8-.5 6 2 6 4.5 2.8 2 2.8',
  '9': 'M.6 5.6C2.5 6.6 3.9 4.8 3.9 2.2 3.9-.7.1-.7.1 1.9.1 4.2 3.4 4.2 3.8 2.1',
  '.': 'M.1 6V5.9',
  '<': 'M3.8 1.2.2 3 3.8 4.8',
  '≥': 'M.2.4 3.8 2 .2 3.6M.2 5.4H3.8',
  O: 'M2 0C.2 0-.4 1.5-.4 3S.2 6 2 6 4.4 4.5 4.4 3 3.8 0 2 0',
  K: 'M0 0V6M3.8 0 0 3.7M1.3 2.5 4 6',
  N: 'M0 6V0L4 6V0',
  G: 'M3.8 1C3-.4-.3-.6-.3 3S4.1 6.6 4.1 4.4V3.2H2.3',
};

/**
 * One PNG of the pictures next to a threshold: above it (OK) and below it (NG), the nearest first, each with its score.
 * A red frame stands where the answer key says otherwise.
 */
export async function drawContactSheet(path: string, threshold: number, above: Shown[], below: Shown[]): Promise<void> {
  const width = GAP + COLUMNS * (TILE + GAP);
  const upper = HEAD + rowsOf(above) * (TILE + CAPTION + GAP);
  const height = upper + HEAD + rowsOf(below) * (TILE + CAPTION + GAP) + GAP;
  const tiles = [...place(above, HEAD), ...place(below, upper + HEAD)];
  const pictures = await Promise.all(
    tiles.map(async ({ shown, left, top }) => ({ input: await thumbnail(shown.path), left, top })),
  );
  const drawing = [
    write(`OK ≥ ${threshold}`, GAP, 14, 20, GREEN),
    write(`NG < ${threshold}`, GAP, upper + 14, 20, RED),
    ...tiles.map(({ shown, left, top }) => write(shown.score.toFixed(4), left + 34, top + TILE + 8, 9, '#444')),
    ...tiles.filter(({ shown }) => shown.wrong).map(({ left, top }) => frame(left, top)),
  ];
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawing.join('')}</svg>`;
  // Winnow itself reads no SVG: it comes from strangers there. This one is our own.
  sharp.unblock({ operation: [SVG] });
  try {
    await sharp({ create: { width, height, channels: 3, background: '#fff' } })
      .composite([...pictures, { input: Buffer.from(overlay), left: 0, top: 0 }])
      .png()
      .toFile(path);
  } finally {
    sharp.block({ operation: [SVG] });
  }
}

function rowsOf(shown: Shown[]): number {
  return Math.ceil(shown.length / COLUMNS);
}

function place(shown: Shown[], from: number): { shown: Shown; left: number; top: number }[] {
  return shown.map((one, i) => ({
    shown: one,
    left: GAP + (i % COLUMNS) * (TILE + GAP),
    top: from + Math.floor(i / COLUMNS) * (TILE + CAPTION + GAP),
  }));
}

function thumbnail(path: string): Promise<Buffer> {
  return sharp(path)
    .resize(TILE, TILE, { fit: 'contain', background: '#fff' })
    .flatten({ background: '#fff' })
    .png()
    .toBuffer();
}

/** Text of the given height in pixels, its top left corner at (x, y). */
function write(text: string, x: number, y: number, height: number, colour: string): string {
  let at = 0;
  const strokes = [...text].map((character) => {
    const stroke = `<path transform="translate(${at.toFixed(1)} 0)" d="${GLYPHS[character] ?? 'M0 0'}"/>`;
    at += character === '.' ? 1.9 : 5.6;
    return stroke;
  });
  const pen = `fill="none" stroke="${colour}" stroke-width=".75" stroke-linecap="round" stroke-linejoin="round"`;
  return `<g transform="translate(${x} ${y}) scale(${height / 6})" ${pen}>${strokes.join('')}</g>`;
}

function frame(left: number, top: number): string {
  return `<rect x="${left - 3}" y="${top - 3}" width="${TILE + 6}" height="${TILE + 6}" rx="6" fill="none" stroke="${RED}" stroke-width="2"/>`;
}
