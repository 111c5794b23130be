import { badInput } from './input.js';

/**
 * A cursor is the keyset of one row, such as its score and image, in a form that clients cannot mistake for something to build.
 * It says where a row stands, not which page it was on, so it stays good while rows are being added.
 * @param kind the order it is a place in; a cursor of one order is refused in another
 */
export function encodeCursor(kind: string, keys: readonly number[]): string {
  const text = `${kind}:${keys.join(':')}`;
  return Buffer.from(`${text}:${checksum(text)}`, 'latin1').toString('base64url');
}

/**
 * The keyset in a cursor.
 * @param length how many numbers that order's keyset has
 * @throws WinnowError BAD_INPUT that names the argument when the cursor was changed or comes from another order
 */
export function decodeCursor(kind: string, cursor: string, length: number, argument: string): number[] {
  const parts = Buffer.from(cursor, 'base64url').toString('latin1').split(':');
  const keys = parts.slice(1, -1).map(Number);
  if (parts.length === length + 2 && keys.every(Number.isFinite) && encodeCursor(kind, keys) === cursor) return keys;
  throw badInput(argument, 'a cursor from another page of this same connection', 'something else');
}

/**
 * The kind of a cursor of a query with arguments: a cursor of the same query with others is refused.
 * @param asked all that decides which rows there are and in which order
 */
export function cursorKind(kind: string, asked: unknown): string {
  return `${kind}~${checksum(JSON.stringify(asked))}`;
}

/** FNV-1a, 32 bits: catches a cursor that was cut or edited. It keeps nothing secret; a cursor holds nothing secret. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
