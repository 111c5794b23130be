import stringWidth from 'string-width';

/** Control characters, and those that turn the direction of what follows: names of scraped files may hold any. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const graphemes = new Intl.Segmenter();

/** Columns of a terminal that a text takes: two for a Chinese character or an emoji, however many code units it has. */
export const columnsOf: (text: string) => number = stringWidth;

/** A text that does nothing to a terminal but stand there: "a\x1b[2J.jpg" with the escape spelt out, as it is here. */
export function harmless(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** "/pictures/of/a/cat.jpg" -> "/pictures/…/cat.jpg", in `columns` at most. */
export function shortened(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const pieces = piecesOf(text);
  const begin = fitting(pieces, Math.floor((columns - 1) / 3));
  const end = fitting(pieces.toReversed(), columns - 1 - columnsOf(begin.join('')));
  return `${begin.join('')}…${end.reverse().join('')}`;
}

/**
 * One line as several that fit, broken at spaces and indented alike; a word that is longer stays whole, and every letter as the
 * file system has it (wrap-ansi would normalise it).
 */
export function wrap(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)![0];
  const lines: string[] = [];
  let rest = line;
  while (columnsOf(rest) > columns) {
    const fits = fitting(piecesOf(rest), columns).join('').length;
    const within = rest.lastIndexOf(' ', fits);
    const at = within > indent.length ? within : rest.indexOf(' ', Math.max(fits, indent.length));
    if (at < 0) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** A text with spaces after it, or before it, to fill `columns`. */
export function padded(text: string, columns: number, to: 'LEFT' | 'RIGHT'): string {
  const space = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return to === 'LEFT' ? text + space : space + text;
}

/** What is never cut: letters with their marks, emoji of several parts. */
function piecesOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** As many of the first pieces as take `columns` at most. */
function fitting(pieces: string[], columns: number): string[] {
  let taken = 0;
  const tooMany = pieces.findIndex((piece) => (taken += columnsOf(piece)) > columns);
  return tooMany < 0 ? pieces : pieces.slice(0, tooMany);
}
