/** Which picture a key leads to from another one, on a wall of `columns`; null for a key that leads nowhere. */
export function step(key: string, from: number, columns: number, pageRows: number, length: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * pageRows,
    PageDown: columns * pageRows,
    Home: -from,
    End: length - 1 - from,
  };
  if (!(key in moves) || length === 0) return null;
  const to = from + moves[key];
  // Up and down keep to their column.
  if (key === 'ArrowUp' && to < 0) return from;
  if (key === 'ArrowDown' && to >= length)
    return Math.floor(from / columns) < Math.floor((length - 1) / columns) ? length - 1 : from;
  return Math.max(0, Math.min(length - 1, to));
}
