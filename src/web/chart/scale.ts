/** From values to places, linear. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/**
 * @param domain the least and the greatest value; widened where they are equal
 * @param range the places of the two
 * @param about how many ticks there are to be
 */
export function linear(domain: readonly [number, number], range: readonly [number, number], about: number): Scale {
  const [low, high] = domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain;
  const place = (value: number): number => range[0] + ((value - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(place, { ticks: ticksOf(low, high, about) });
}

/** Round numbers between two values: steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(low: number, high: number, about: number): number[] {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((one) => one * power >= rough * 0.999) ?? 10);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}
