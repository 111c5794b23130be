import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'gray' | 'bold';

/** Where lines go: a terminal, a pipe or a file. */
export type Sink = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

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

/** Lines of a table: the first column to the left, the others to the right unless they are `left`; a rule under the head. */
export function tableLines(head: string[], body: string[][], left: number[] = [0]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((cells) => cells[column].length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => (left.includes(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)];
}
