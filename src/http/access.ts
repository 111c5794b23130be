import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { NextFunction, Request, RequestHandler, Response } from 'express';

import { isLoopback } from '../config.js';
import type { Config } from '../config.js';
import { WinnowError } from '../errors.js';
import type { Viewer } from '../schema/context.js';

/** Says who asks, from the headers alone. @throws WinnowError UNAUTHENTICATED or FORBIDDEN */
export type AccessCheck = (headers: IncomingHttpHeaders) => Viewer;

/**
 * Who may come in, and as whom.
 * With tokens: `Authorization: Bearer <token>`, compared in constant time; the read token reads, the write token does everything.
 * Without: this machine only, which the address listened on ensures. A page of another site could still make the browser here
 * send requests (by a form, or by a host name that it points at 127.0.0.1), so Host must be a loopback name and Origin, if there is one, ours.
 */
export function accessCheck(config: Config): AccessCheck {
  const { read, write } = config.tokens;
  return needsToken(config) ? tokenViewer(read, write) : localViewer;
}

/** Whether there are tokens, so that being on this machine is neither needed nor enough. */
export function needsToken({ tokens }: Config): boolean {
  return tokens.read !== null || tokens.write !== null;
}

/** Lets a request in or not, and says who asks (`viewerOf`). */
export function access(config: Config): RequestHandler {
  const check = accessCheck(config);
  return (request: Request, response: Response, next: NextFunction) => {
    response.locals.viewer = check(request.headers);
    next();
  };
}

/** Who asks, after `access` let the request in. */
export function viewerOf(response: Response): Viewer {
  return response.locals.viewer as Viewer;
}

function localViewer({ host = '', origin }: IncomingHttpHeaders): Viewer {
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : '';
  if (!isLoopback(name)) {
    throw new WinnowError(
      'FORBIDDEN',
      'Host: expected localhost, 127.0.0.1 or [::1], because no token is set. Use one of these, or set WINNOW_WRITE_TOKEN.',
    );
  }
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host)) {
    throw new WinnowError(
      'FORBIDDEN',
      'Origin: expected this server itself, because no token is set. Pages of other sites may not call it.',
    );
  }
  return { name: 'local', mayWrite: true };
}

function tokenViewer(read: string | null, write: string | null): AccessCheck {
  return ({ authorization = '' }) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
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
