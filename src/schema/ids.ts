import { badInput } from './input.js';

/** What an id can stand for. The word is part of the id, so that the id of one thing is refused where another is expected. */
const TYPES = ['collection', 'image', 'model', 'threshold', 'run', 'failure'] as const;
export type IdType = (typeof TYPES)[number];

const LARGEST = 2 ** 31 - 1;

/** The id that clients see: base64url of `type:number`. They are to treat it as opaque. */
export function encodeId(type: IdType, id: number): string {
  return Buffer.from(`${type}:${id}`, 'latin1').toString('base64url');
}

/**
 * The row's number behind an id.
 * @param argument the GraphQL argument or field the id came in, for the message
 * @throws WinnowError BAD_INPUT when it is not an id as encodeId gives it, or stands for another type
 */
export function decodeId(type: IdType, id: string, argument: string): number {
  const found = decode(id);
  if (found?.type === type) return found.number;
  const other = found === null ? 'something else' : `that of ${article(found.type)}`;
  throw badInput(argument, `the id of ${article(type)} as this API gave it out`, other);
}

/**
 * What an id stands for, whatever that is.
 * @throws WinnowError BAD_INPUT when it is not an id as encodeId gives it
 */
export function readId(id: string, argument: string): { type: IdType; number: number } {
  const found = decode(id);
  if (found !== null) return found;
  throw badInput(argument, 'an id as this API gave it out', 'something else');
}

function decode(id: string): { type: IdType; number: number } | null {
  const [word, digits] = Buffer.from(id, 'base64url').toString('latin1').split(':');
  const type = TYPES.find((one) => one === word);
  const number = Number(digits);
  if (type === undefined || !Number.isInteger(number) || number < 1 || number > LARGEST) return null;
  return encodeId(type, number) === id ? { type, number } : null;
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
