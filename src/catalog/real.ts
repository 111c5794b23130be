/** The number itself, or 0 for one so small that Postgres would refuse it as a `real`, which scores and thresholds are. */
export function noUnderflow(value: number): number {
  return Math.fround(value) === 0 ? 0 : value;
}
