import { resolve } from 'node:path';

import { noUnderflow } from '../catalog/real.js';
import { WinnowError } from '../errors.js';

/** Checks one option: `name` is for the message, `value` is undefined when it was not given. */
export type Check<T> = (value: unknown, name: string) => T;

type Shape<T> = { readonly [K in keyof T]: Check<T[K]> };

/**
 * Options of a run, checked one by one. Null counts as not given; a name that is not in `shape` is refused.
 * @throws WinnowError BAD_INPUT that names the option, what was expected and what came.
 */
export function readOptions<T extends object>(input: unknown, shape: Shape<T>): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw bad(`The options must be an object, but are ${show(input)}.`);
  }
  const unknown = Object.keys(input).find((name) => !(name in shape));
  if (unknown !== undefined) {
    throw bad(`There is no option "${unknown}". The options are ${Object.keys(shape).join(', ')}.`);
  }
  const given = input as Record<string, unknown>;
  const names = Object.keys(shape) as (keyof T & string)[];
  return Object.fromEntries(names.map((name) => [name, shape[name](given[name] ?? undefined, name)])) as T;
}

export function optional<T, F>(check: Check<T>, fallback: F): Check<T | F> {
  return (value, name) => (value === undefined ? fallback : check(value, name));
}

export const text: Check<string> = (value, name) => {
  if (typeof value === 'string' && value.trim() !== '' && !value.includes('\0')) return value;
  throw bad(`${name} must be a text that is not empty, but is ${show(value)}.`);
};

/** A path, made absolute. */
export const path: Check<string> = (value, name) => resolve(text(value, name));

/** At least one path, each made absolute. */
export const paths: Check<string[]> = (value, name) => {
  if (Array.isArray(value) && value.length > 0) return value.map((item) => path(item, name));
  throw bad(`${name} must be a list with at least one path, but is ${show(value)}.`);
};

export const flag: Check<boolean> = (value, name) => {
  if (typeof value === 'boolean') return value;
  throw bad(`${name} must be true or false, but is ${show(value)}.`);
};

export function choice<T extends string>(...choices: readonly T[]): Check<T> {
  return (value, name) => {
    const found = choices.find((item) => item === value);
    if (found !== undefined) return found;
    throw bad(`${name} must be one of ${choices.join(', ')}, but is ${show(value)}.`);
  };
}

export function integer(min: number, max: number): Check<number> {
  return (value, name) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    throw bad(`${name} must be a whole number from ${min} to ${max}, but is ${show(value)}.`);
  };
}

/** What the catalog keeps as a `real`. */
export const share: Check<number> = (value, name) => {
  if (typeof value === 'number' && value >= 0 && value <= 1) return noUnderflow(value);
  throw bad(`${name} must be a number from 0 to 1, but is ${show(value)}.`);
};

export function bad(message: string): WinnowError {
  return new WinnowError('BAD_INPUT', message);
}

function show(value: unknown): string {
  const json = value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value);
  return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
