const NUMBER = new Intl.NumberFormat('en');
const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** 12,345 */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** 1 picture, 2 pictures */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** 0.65, 0.655, 0.6553: a threshold with as many decimals as it has, at least two. */
export function threshold(value: number): string {
  const text = String(Number(value.toFixed(4)));
  return text.length < 4 ? value.toFixed(2) : text;
}

/** 0.642, of a score: cut off and not rounded, so that what lies below a threshold does not read as if it reached it. */
export function score(value: number | null | undefined): string {
  if (value == null) return '';
  // Scores are 32-bit floats: 0.65 is 0.64999998.
  return (Math.floor(value * 1000 + 1e-4) / 1000).toFixed(3);
}

/** 94.5%; a dash where there is nothing to divide. */
export function percent(share: number | null): string {
  return share === null ? '–' : share === 1 ? '100%' : `${(share * 100).toFixed(1)}%`;
}

/** +12, −3, 0: a difference with its sign. */
export function difference(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${count(Math.abs(value))}`;
}

export function dateTime(iso: string): string {
  return DATE.format(new Date(iso));
}

/** The last part of a path or a URL. */
export function baseName(uri: string | null): string {
  return uri?.split('/').pop() ?? 'no longer there';
}
