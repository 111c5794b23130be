import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Request, RequestHandler, Response } from 'express';

import type { Config } from '../config.js';
import { viewerOf } from './access.js';

const COOKIE = 'winnow_pictures';
/** Seconds that a pass is good for; the page gets a new one each time it is opened. */
const LIFETIME = 12 * 3600;

/**
 * An <img> cannot send a bearer token. So whoever has one exchanges it, by POST /picture-pass, for a cookie that lets pictures
 * be looked at and nothing else: it is sent to /pictures only, scripts cannot read it, and no other site can make
 * the browser send it. It holds a deadline signed with the token, so there is nothing to remember here.
 */
export function givePicturePass(config: Config): RequestHandler {
  return (request: Request, response: Response) => {
    const { name } = viewerOf(response);
    const token = name === 'write-token' ? config.tokens.write : config.tokens.read;
    response.set('Cache-Control', 'no-store');
    if (token !== null) {
      const until = Math.floor(Date.now() / 1000) + LIFETIME;
      response.cookie(COOKIE, `${until}.${signature(token, until)}`, {
        path: '/pictures',
        httpOnly: true,
        sameSite: 'strict',
        secure: request.headers['x-forwarded-proto'] === 'https' || request.secure,
        maxAge: LIFETIME * 1000,
      });
    }
    response.status(204).end();
  };
}

/** Whether a request carries a pass that a token of now has signed and that is still good. */
export function hasPicturePass({ tokens }: Config, { headers }: Request): boolean {
  const [, until = '', given = ''] =
    /(?:^|;\s*)winnow_pictures=(\d{1,12})\.([\w-]{43})(?:;|$)/.exec(headers.cookie ?? '') ?? [];
  if (Number(until) < Date.now() / 1000) return false;
  return [tokens.read, tokens.write].some(
    (token) => token !== null && timingSafeEqual(Buffer.from(given), Buffer.from(signature(token, Number(until)))),
  );
}

function signature(token: string, until: number): string {
  return createHmac('sha256', token).update(`pictures until ${until}`).digest('base64url');
}
