import type { IncomingMessage, ServerResponse } from 'node:http';

import express from 'express';
import type { Request, Response } from 'express';

import { WinnowError } from '../errors.js';

/** Bytes of a body, unpacked. */
const LIMIT = 100 * 1024;
const anyJson = express.json({ limit: LIMIT });
const PLAIN_TYPE = /^application\/json(; ?charset=utf-8)?$/i;
const utf8 = new TextDecoder();

/**
 * The JSON object or list in the body of a request; undefined when there is none or it says that it is something else.
 * @throws WinnowError BAD_INPUT, or an error with the `status` of a refusal: larger than 100 kB, no JSON, another character set,
 *   packed in an unknown way
 */
export function readBody(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  return isPlain(request) ? readPlain(request) : readAny(request as Request, response as Response);
}

/** What nearly every client sends: it says how long it is, and is neither packed nor in another character set. */
function isPlain({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= LIMIT &&
    headers['content-encoding'] === undefined &&
    PLAIN_TYPE.test(headers['content-type'] ?? '')
  );
}

function readPlain(request: IncomingMessage): Promise<unknown> {
  return new Promise<string>((resolve, reject) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', reject);
    request.on('end', () => resolve(utf8.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts))));
  }).then(parse);
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WinnowError('BAD_INPUT', 'body: expected JSON, but got something else.', { cause });
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new WinnowError('BAD_INPUT', 'body: expected a JSON object, but got something else.');
}

function readAny(request: Request, response: Response): Promise<unknown> {
  return new Promise((resolve, reject) => {
    anyJson(request, response, (error?: Error | 'router' | 'route') =>
      error instanceof Error ? reject(error) : resolve(request.body),
    );
  });
}
