import { rows, type Db } from '../db.js';
import { reachedSql } from './score-bins.js';

/**
 * How many scores of a model lie from `min` to `max`, both included: exact, and by the bins, so without a scan.
 * @param range 0..1 each
 */
export async function countScores(
  db: Db,
  { modelId, min, max }: { modelId: number; min: number; max: number },
): Promise<number> {
  const [{ count }] = await rows<{ count: number }>(
    db,
    `select (low.images - high.images)::integer as count
       from ${reachedSql('$1', '$2::real')} low cross join ${reachedSql('$1', '$3::real')} high`,
    [modelId, min, nextUp(max)],
    'count-scores',
  );
  return Math.max(0, count);
}

/** The smallest `real` above a number of 0..1: more than `max` is this or more. */
export function nextUp(value: number): number {
  const bits = new Int32Array(new Float32Array([value + 0]).buffer);
  bits[0] += 1;
  return new Float32Array(bits.buffer)[0];
}
