/** Labels a minute that a person managed in the seed: 5,000 in six hours. */
export const SEED_PACE = 14;

/** A longer pause than this many milliseconds is no labelling. */
const PAUSE = 20_000;
/** Fewer labels than these tell nothing. */
const ENOUGH = 5;

/**
 * Labels a minute, of those given at these times (milliseconds, rising), pauses left out; null while it is too early to tell.
 */
export function paceOf(times: readonly number[]): number | null {
  if (times.length < ENOUGH) return null;
  let worked = 0;
  for (let i = 1; i < times.length; i += 1) worked += Math.min(times[i] - times[i - 1], PAUSE);
  return worked === 0 ? null : ((times.length - 1) * 60_000) / worked;
}
