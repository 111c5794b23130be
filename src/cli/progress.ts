import { formatCount, formatRate, formatSeconds, paint } from './format.js';
import type { Sink } from './format.js';

/** How far a run is. `total` is null until it is known; `seconds` counts from its start. */
export interface Position {
  done: number;
  skipped: number;
  failed: number;
  total: number | null;
  seconds: number;
}

export interface Progress {
  /** Shows the position; cheap enough to be called on every look at the run. */
  update(position: Position): void;
  /** Leaves the last line standing. `remark` says in a word or two what came of it when that is not success. */
  end(position: Position, remark?: string): void;
}

const PLAIN_INTERVAL = 5; // seconds between lines where there is no terminal
const RATE_WINDOW = 5; // seconds that the rate shown is measured over
const NAME_WIDTH = 9;
const BAR_WIDTH = 32;
const PLACE_WIDTH = 13; // "75,000/75,000"
const RATE_WIDTH = 7;

/** A bar that redraws itself on a terminal; a line now and then anywhere else. */
export function startProgress(name: string, sink: Sink): Progress {
  return sink.isTTY ? startBar(name, sink) : startLines(name, sink);
}

/**
 * Items a second over the last few seconds. Skipped items cost nothing, so they do not count. A run that is taken up again may
 * count from 0 again: then so does the rate.
 */
export function rateMeter(): (position: Position) => number | null {
  const seen: { items: number; seconds: number }[] = [];
  return (position) => {
    const items = position.done + position.failed;
    if (items < (seen.at(-1)?.items ?? 0)) seen.length = 0;
    if (seen.at(-1)?.items !== items || seen.length === 0) seen.push({ items, seconds: position.seconds });
    while (seen.length > 2 && position.seconds - seen[1].seconds > RATE_WINDOW) seen.shift();
    const elapsed = position.seconds - seen[0].seconds;
    return elapsed > 0.2 ? (items - seen[0].items) / elapsed : null;
  };
}

function startBar(name: string, sink: Sink): Progress {
  const rate = rateMeter();
  const draw = (position: Position, right: string, remark = ''): string => {
    const label = `  ${name.padEnd(NAME_WIDTH)}`;
    const place = placeOf(position).padStart(PLACE_WIDTH);
    const room = (sink.columns ?? 80) - label.length - place.length - right.length - remark.length - 4;
    return `${label}${bar(sink, position, Math.max(4, Math.min(BAR_WIDTH, room)))} ${place}  ${right}`;
  };
  return {
    update(found) {
      const position = { ...found, total: found.total || null }; // 0 of 0: nothing is counted yet
      const perSecond = rate(position);
      sink.write(`\r\x1b[2K${draw(position, speedOf(position, perSecond))}`);
    },
    end(position, remark) {
      const extra = remark === undefined ? '' : `  ${remark}`;
      sink.write(`\r\x1b[2K${draw(position, totalSpeedOf(position), extra)}${paint(sink, 'yellow', extra)}\n`);
    },
  };
}

function startLines(name: string, sink: Sink): Progress {
  const rate = rateMeter();
  let written = 0;
  return {
    update(position) {
      const perSecond = rate(position);
      if (position.seconds - written < PLAIN_INTERVAL) return;
      written = position.seconds;
      const speed = speedOf(position, perSecond).trim().replace(/ {2,}/, ', ');
      sink.write(`${name}: ${placeOf(position)}, ${speed}\n`);
    },
    end(position, remark) {
      const speed = totalSpeedOf(position).trim().replace(/ {2,}/, ' in ');
      sink.write(`${name}: ${placeOf(position)}, ${speed}${remark ? `, ${remark}` : ''}\n`);
    },
  };
}

function bar(sink: Sink, position: Position, width: number): string {
  const gone = position.done + position.skipped + position.failed;
  if (position.total === null) {
    // The total is not known yet: a piece that wanders with time.
    const at = Math.floor(position.seconds * 8) % width;
    return [...Array(width).keys()]
      .map((i) => ((i - at + width) % width < 4 ? paint(sink, 'cyan', '━') : paint(sink, 'gray', '─')))
      .join('');
  }
  const whole = position.total === 0 ? 1 : Math.min(1, gone / position.total);
  const filled = Math.floor(whole * width);
  return (
    paint(sink, whole === 1 ? 'green' : 'cyan', '━'.repeat(filled)) + paint(sink, 'gray', '─'.repeat(width - filled))
  );
}

function placeOf({ done, skipped, failed, total }: Position): string {
  const gone = formatCount(done + skipped + failed);
  return total === null ? gone : `${gone}/${formatCount(total)}`;
}

function speedOf(position: Position, perSecond: number | null): string {
  if (perSecond === null || perSecond === 0) return `${''.padStart(RATE_WIDTH)}  ${formatSeconds(position.seconds)}`;
  const speed = formatRate(perSecond).padStart(RATE_WIDTH);
  if (position.total === null) return `${speed}  ${formatSeconds(position.seconds)}`;
  const left = position.total - position.done - position.skipped - position.failed;
  return `${speed}  ${formatSeconds(left / perSecond)} left`;
}

function totalSpeedOf(position: Position): string {
  const items = position.done + position.failed;
  const speed = items > 0 && position.seconds > 0 ? formatRate(items / position.seconds) : '';
  return `${speed.padStart(RATE_WIDTH)}  ${formatSeconds(position.seconds)}`;
}
