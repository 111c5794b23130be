import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

import { columnsOf, harmless, padded, shortened, wrap } from './terminal-text.js';

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'gray' | 'bold';

/** Where lines go: a terminal, a pipe or a file. */
export type Sink = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

const times = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short' });
const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 3391 -> "3,391" */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** "0.8 s", "48 s", "4 m 05 s", "2 h 10 m" */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`;
}

/** Items a second: "0.42/s", "7.1/s", "1,204/s" */
export function formatRate(perSecond: number): string {
  if (perSecond >= 100) return `${formatCount(perSecond)}/s`;
  return `${perSecond.toFixed(perSecond >= 1 ? 1 : 2)}/s`;
}

/** 0.98765 -> "0.9877"; "-" where there is no such number. */
export function formatShare(value: number | null, digits = 4): string {
  return value === null ? '-' : value.toFixed(digits);
}

/** Colours the text if the sink shows colours: a terminal, without NO_COLOR. */
export function paint(sink: Sink, colours: Colour | Colour[], text: string): string {
  if (!sink.isTTY || !sink.hasColors?.()) return text;
  return [colours].flat().reduce((painted, colour) => styleText(colour, painted), text);
}

/** What a line may be long: the terminal's columns, as much as it likes where there is none. */
export function widthOf(sink: Sink = process.stdout): number {
  return sink.isTTY ? sink.columns || 80 : Infinity;
}

/** "2026-11-27 21:05", by the clock of this machine. */
export function formatTime(time: Date): string {
  return times.format(time);
}

/** validationAuc -> "validation AUC" */
export function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/\bauc\b/, 'AUC');
}

/** Writes a line, broken where the terminal ends. */
export function say(sink: Sink, text: string, colours: Colour | Colour[] = []): void {
  for (const line of wrap(harmless(text), widthOf(sink))) sink.write(`${paint(sink, colours, line)}\n`);
}

/** A table keeps at least so much of a text. */
const LEAST_WIDTH = 12;

/**
 * Lines of a table: the first column to the left, the others to the right unless they are `left`; a rule under the head. Where
 * `width` is too little, columns of text give way, the widest first: the last column goes on in a further line, others
 * lose their middle, so that a path keeps its beginning and its name.
 */
export function tableLines(head: string[], body: string[][], left: number[] = [0], width = widthOf()): string[] {
  const last = head.length - 1;
  const rows = body.map((cells) => cells.map(harmless));
  const widths = head.map((title, column) =>
    rows.reduce((width, cells) => Math.max(width, columnsOf(cells[column])), title.length),
  );
  for (let excess = widths.reduce((sum, one) => sum + one + 2, -2) - width; excess > 0; excess -= 1) {
    const widest = left.reduce((a, b) => (widths[b] > widths[a] ? b : a));
    if (widths[widest] <= LEAST_WIDTH) break;
    widths[widest] -= 1;
  }
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => padded(cell, widths[column], left.includes(column) ? 'LEFT' : 'RIGHT'))
      .join('  ')
      .trimEnd();
  const lines = (cells: string[]): string[] => {
    const fitted = cells.map((cell, column) => (column === last ? cell : shortened(cell, widths[column])));
    const [first, ...more] = left.includes(last) ? wrap(cells[last], widths[last]) : [cells[last]];
    const empty = cells.slice(0, last).map(() => '');
    return [
      line([...fitted.slice(0, last), shortened(first, widths[last])]),
      ...more.map((piece) => line([...empty, shortened(piece, widths[last])])),
    ];
  };
  return [line(head), widths.map((one) => '─'.repeat(one)).join('  '), ...rows.flatMap(lines)];
}
