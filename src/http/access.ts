import { createHash, timingSafeEqual } from 'node:crypto';

import type { NextFunction, Request, RequestHandler, Response } from 'express';

import { isLoopback } from '../config.js';
import type { Config } from '../config.js';
import { WinnowError } from '../errors.js';
import type { Viewer } from '../schema/context.js';

/**
 * Lets a request in or not, and says who asks (`viewerOf`).
 * With tokens: `Authorization: Bearer <token>`, compared in constant time; the read token reads, the write token does everything.
 * Without: this machine only, which the address listened on ensures. A page of another site could still make the browser here
 * send requests (by a form, or by a host name that it points at 127.0.0.1), so Host must be a loopback name and Origin, if there is one, ours.
 */
export function access(config: Config): RequestHandler {
  const { read, write } = config.tokens;
  const check = read === null && write === null ? localViewer : tokenViewer(read, write);
  return (request: Request, response: Response, next: NextFunction) => {
    response.locals.viewer = check(request);
    next();
  };
}

/** Who asks, after `access` let the request in. */
export function viewerOf(response: Response): Viewer {
  return response.locals.viewer as Viewer;
}

function localViewer(request: Request): Viewer {
  const host = request.headers.host ?? '';
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : '';
  if (!isLoopback(name)) {
    throw new WinnowError(
      'FORBIDDEN',
      'Host: expected localhost, 127.0.0.1 or [::1], because no token is set. Use one of these, or set WINNOW_WRITE_TOKEN.',
    );
  }
  const { origin } = request.headers;
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host)) {
    throw new WinnowError(
      'FORBIDDEN',
      'Origin: expected this server itself, because no token is set. Pages of other sites may not call it.',
    );
  }
  return { name: 'local', mayWrite: true };
}

function tokenViewer(read: string | null, write: string | null): (request: Request) => Viewer {
  return (request) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) {
      throw new WinnowError('UNAUTHENTICATED', 'Authorization: expected "Bearer <token>", but got none.');
    }
    // Both are compared every time, so that the time taken does not tell which one was nearly right.
    const reads = same(token, read);
    const writes = same(token, write);
    if (!reads && !writes) throw new WinnowError('UNAUTHENTICATED', 'Authorization: this token is not known here.');
    return { name: writes ? 'write-token' : 'read-token', mayWrite: writes };
  };
}

function same(given: string, expected: string | null): boolean {
  return timingSafeEqual(digest(given), digest(expected ?? '')) && expected !== null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
