import { badInput } from './input.js';

/** What an id can stand for. The word is part of the id, so that the id of one thing is refused where another is expected. */
export type IdType = 'collection' | 'image' | 'label' | 'model' | 'threshold' | 'run' | 'failure';

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
  const [found, digits] = Buffer.from(id, 'base64url').toString('latin1').split(':');
  const number = Number(digits);
  const genuine =
    Number.isInteger(number) && number > 0 && number <= LARGEST && encodeId(found as IdType, number) === id;
  if (genuine && found === type) return number;
  const other = genuine && /^[a-z]{1,20}$/.test(found) ? `that of ${article(found)}` : 'something else';
  throw badInput(argument, `the id of ${article(type)} as this API gave it out`, other);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
