import { resolve } from 'node:path';

import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import { noUnderflow } from '../catalog/real.js';
import { WinnowError } from '../errors.js';

/** What every command takes. */
export interface CommonFlags {
  collection: string;
  json?: boolean;
}

/** The collection that is meant where none is named. */
export const DEFAULT_COLLECTION = 'default';

/** Adds --collection and --json. */
export function withCommonFlags(command: Command): Command {
  return command
    .option('--collection <name>', 'the set of images screened for one question', DEFAULT_COLLECTION)
    .option('--json', 'print the result as one JSON document');
}

/** Parses a whole number from min to max. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/** Parses a number from min to max. */
export function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return noUnderflow(value);
    throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
  };
}

/** Parses a model's number, or `latest`. */
export function modelNumber(text: string): number | 'latest' {
  return text === 'latest' ? text : whole(1)(text.replace(/^v/, ''));
}

/** --model; left out, it is the one in force. */
export function modelOption(): Option {
  return new Option('--model <number>', 'which model: its number, or latest')
    .argParser(modelNumber)
    .default('current', 'the one in force');
}

/** A path from the command line, made absolute. An empty one, of a variable that is not set, would be the folder one stands in. */
export function absolute(path: string): string {
  if (path !== '') return resolve(path);
  throw new WinnowError('BAD_INPUT', 'Expected a path, but it is empty.');
}

/** Collects the values of a flag that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Upper case with underscores, as the catalog has it: "top-left" -> "TOP_LEFT". */
export function constant(text: string): string {
  return text.toUpperCase().replaceAll('-', '_');
}

/** The flags that were given, without the undefined ones. */
export function given<T extends object>(flags: T): Partial<T> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as Partial<T>;
}
