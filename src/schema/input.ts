import { isAbsolute } from 'node:path';

import { noUnderflow } from '../catalog/real.js';
import { WinnowError } from '../errors.js';

/**
 * A text from a client: not blank, no longer than `max` characters and free of the zero byte, which Postgres cannot store.
 * @throws WinnowError BAD_INPUT that names the argument
 */
export function text(argument: string, value: string, max: number): string {
  if (value.trim() === '') throw badInput(argument, `a text of 1 to ${max} characters`, 'blank');
  if (value.length > max) throw badInput(argument, `a text of 1 to ${max} characters`, `${value.length} long`);
  if (value.includes('\0')) throw badInput(argument, 'a text without zero bytes', 'one with a zero byte');
  return value;
}

/** An absolute path from a client, who does not know where the server stands. @throws WinnowError BAD_INPUT that names the argument */
export function absolutePath(argument: string, value: string): string {
  if (isAbsolute(text(argument, value, 4096))) return value;
  throw badInput(argument, 'an absolute path', JSON.stringify(value.slice(0, 80)));
}

/** Like `text`, for an argument that may be left out. */
export function optionalText(argument: string, value: string | null | undefined, max: number): string | undefined {
  return value == null ? undefined : text(argument, value, max);
}

/** A number from a client, bounds included. @throws WinnowError BAD_INPUT that names the argument */
export function within(argument: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return noUnderflow(value);
  throw badInput(argument, `a number from ${min} to ${max}`, `${value}`);
}

/** A list from a client. @throws WinnowError BAD_INPUT that names the argument when it is empty or longer than `max` */
export function list<T>(argument: string, value: readonly T[], max: number): readonly T[] {
  if (value.length >= 1 && value.length <= max) return value;
  throw badInput(argument, `a list of 1 to ${max} items`, `${value.length} long`);
}

/** Every refusal of an argument reads the same way: which, what was expected, what came. */
export function badInput(argument: string, expected: string, actual: string): WinnowError {
  return new WinnowError('BAD_INPUT', `${argument} must be ${expected}, but is ${actual}.`);
}
