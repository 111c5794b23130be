import { Router } from 'express';
import type { Request, Response } from 'express';

import type { Log } from '../log.js';
import { pageOnDisk } from './page-build.js';
import type { Encoding, PageFile } from './page-files.js';

/** Addresses within the page: src/web/app.tsx says what is shown at each. */
const VIEWS = ['/', '/label', '/runs{/*rest}', '/models{/*rest}', '/images/:image'];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  Vary: 'Accept, Accept-Encoding',
};

/**
 * The page, to browsers: what asks for anything but HTML gets nothing here. It holds nothing secret and is open to
 * everybody; what it shows comes from /graphql and /pictures, which ask for the token.
 */
export function page(log: Log): Router {
  const stateOf = pageOnDisk(log);
  const router = Router();

  router.get('/assets/:name', async (request: Request, response: Response, next) => {
    const state = await stateOf();
    const file = typeof state === 'string' ? undefined : state.get(`assets/${String(request.params.name)}`);
    if (file === undefined) return next();
    send(request, response, file);
  });

  router.get(VIEWS, async (request: Request, response: Response, next) => {
    if (request.accepts('text/plain', 'html') !== 'html') return next();
    response.set(HEADERS);
    const state = await stateOf();
    if (state === 'BUILDING') return void response.set('Cache-Control', 'no-store').status(200).send(BUILDING);
    const index = state === 'UNBUILT' ? undefined : state.get('index.html');
    if (index === undefined) return void response.set('Cache-Control', 'no-store').status(503).send(UNBUILT);
    send(request, response, index);
  });

  return router;
}

function send(request: Request, response: Response, { type, immutable, etag, bytes }: PageFile): void {
  response.set({
    'Content-Type': type,
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    Vary: 'Accept, Accept-Encoding',
  });
  if (request.headers['if-none-match']?.includes(etag)) return void response.status(304).end();
  const encoding = (request.acceptsEncodings(['br', 'gzip', 'identity']) || 'identity') as Encoding;
  const [used, body] = bytes.has(encoding) ? [encoding, bytes.get(encoding)!] : ['identity', bytes.get('identity')!];
  if (used !== 'identity') response.set('Content-Encoding', used);
  response.set('Content-Length', String(body.length));
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** What stands in for the page; plain, since it has to do without the page's styles. */
function notice(title: string, text: string, refresh = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8">${refresh}<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Winnow</title><h1>${title}</h1><p>${text}</p></html>\n`;
}

const BUILDING = notice('Building the page', 'It appears here in a moment.', '<meta http-equiv="refresh" content="1">');
const UNBUILT = notice(
  'The page is not built',
  'Run <code>npm ci</code> and <code>npm run build</code> in the folder of Winnow, then reload. The log says what went wrong. The API is at <code>/graphql</code>.',
);
