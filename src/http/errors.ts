import type { ServerResponse } from 'node:http';

import type { NextFunction, Request, Response } from 'express';

import { WinnowError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import { publicError } from '../schema/errors.js';
import type { Log } from '../log.js';

const STATUS: Partial<Record<ErrorCode, number>> = {
  BAD_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  DATABASE_UNAVAILABLE: 503,
  TOO_MANY_CONNECTIONS: 503,
  TIMEOUT: 503,
};

/** `refuse` for Express, which knows an error handler by its four parameters. */
export function errorHandler(log: Log) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return next(error);
    refuse(error, response, log);
  };
}

/**
 * Answers with what went wrong outside of GraphQL's own handling, as JSON in the shape of a GraphQL error response, so that a client
 * needs one way to read errors. Does nothing when there is an answer already.
 */
export function refuse(error: unknown, response: ServerResponse, log: Log): void {
  if (response.headersSent) return;
  const { code, message, status } = describe(error, log);
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="winnow"');
  sendJson(response, status, JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}

/** Sends JSON and ends the response. Has the type application/json unless another one was set. */
export function sendJson(response: ServerResponse, status: number, json: string): void {
  const bytes = Buffer.byteLength(json);
  response.statusCode = status;
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', bytes);
  // What is all ASCII is the same in Latin-1, which is sent without being encoded first.
  response.end(json, bytes === json.length ? 'latin1' : 'utf8');
}

/** What a refused client is told. */
export function describe(error: unknown, log: Log): { code: string; message: string; status: number } {
  const refusal = bodyRefusal(error);
  if (refusal) return refusal;
  const { code, message } = publicError(error, log);
  return {
    code,
    message,
    status: (error instanceof WinnowError && STATUS[error.code]) || (code === 'DATABASE_UNAVAILABLE' ? 503 : 500),
  };
}

/** What body-parser and the router refuse carries a 4xx status; its own message may quote the input, so ours replaces it. */
function bodyRefusal(error: unknown): { code: string; message: string; status: number } | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  const { status } = error;
  if (status < 400 || status > 499) return null;
  if (status === 413) return { code: 'BAD_INPUT', message: 'body: expected at most 100 kB, but got more.', status };
  if (status === 415)
    return { code: 'BAD_INPUT', message: 'body: expected UTF-8, uncompressed or gzip, deflate or br.', status };
  return { code: 'BAD_INPUT', message: 'body: expected JSON, but got something else.', status };
}
