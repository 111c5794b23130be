import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import express from 'express';
import type { Request, Response } from 'express';

import type { Config } from '../config.js';
import { rows } from '../db.js';
import { systemCode, WinnowError } from '../errors.js';
import type { Log } from '../log.js';
import type { Services } from '../schema/context.js';
import { access } from './access.js';
import { errorHandler } from './errors.js';
import { createGraphql } from './graphql.js';
import { originals } from './originals.js';
import { page } from './page.js';
import { givePicturePass, hasPicturePass } from './picture-pass.js';
import { pictures } from './pictures.js';
import { serveSubscriptions } from './subscriptions.js';

export interface HttpServer {
  /** Where it is reached from this machine, such as http://127.0.0.1:4000. */
  readonly url: string;
  /** Lets the requests under way finish, for a moment, and takes no more. */
  stop(): Promise<void>;
}

export interface HttpServices extends Services {
  /** The file of an image's letterboxed square, from its SHA-256. */
  readonly squareOf: (sha256: string) => string;
}

const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;
/** Until a request is answered with TIMEOUT: long enough for a statement of the greatest length and then some. */
const ANSWER_TIMEOUT = 20_000;
/** How long requests under way may take to finish when the server stops. */
const FAREWELL = 5_000;

/**
 * Serves the page, /graphql, /pictures/:image and its /original, /healthz and, to what is no browser, a word of welcome at /.
 * @throws WinnowError CONFIGURATION when the address cannot be listened on
 */
export async function startHttp(
  config: Config,
  services: HttpServices,
  log: Log,
  { timeout = ANSWER_TIMEOUT }: { timeout?: number } = {},
): Promise<HttpServer> {
  const graphql = await createGraphql(config, services, log, timeout);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false); // answers change; pictures set their own
  app.use((_request: Request, response: Response, next) => {
    response.set('X-Content-Type-Options', 'nosniff');
    next();
  });
  const checked = access(config);
  app.get('/healthz', health(services));
  app.use(page(log));
  app.get('/pictures/{*rest}', (request, response, next) =>
    hasPicturePass(config, request) ? next() : checked(request, response, next),
  );
  app.get('/pictures/:image', pictures(services.dataSource, services.squareOf));
  app.get('/pictures/:image/original', originals(config, services));
  app.use(checked);
  app.post('/picture-pass', givePicturePass(config));
  app.get('/', welcome);
  app.use(() => {
    throw new WinnowError('NOT_FOUND', 'There is nothing at this address. The API is at /graphql.');
  });
  app.use(errorHandler(log));
  const server = await listen(
    (request, response) => void (graphql.isFor(request) ? graphql.handle(request, response) : app(request, response)),
    config,
  );
  const subscriptions = await serveSubscriptions(server, config, services, log);
  const stopAll = async () => {
    await Promise.all([stop(server), subscriptions.stop()]);
    await graphql.stop();
  };
  return { url: urlOf(server, config.host), stop: stopAll };
}

/** 200 when the database answers, else 503. Open to everybody: it tells nothing else. */
function health({ dataSource }: Services) {
  return async (_request: Request, response: Response): Promise<void> => {
    const answers = await rows(dataSource, 'select 1').then(
      () => true,
      () => false,
    );
    response.set('Cache-Control', 'no-store');
    response.status(answers ? 200 : 503).json({ status: answers ? 'ok' : 'the database does not answer' });
  };
}

function welcome(request: Request, response: Response): void {
  const url = `${request.protocol}://${request.headers.host}/graphql`;
  response.type('text/plain').send(
    `Winnow screens scraped images. This is its GraphQL API.

curl -s ${url} -H 'content-type: application/json' \\
  -d '{"query":"{ collections { edges { node { name imageCount latestModel { number threshold { value } } } } } }"}'
`,
  );
}

async function listen(answer: RequestListener, { host, port }: Config): Promise<Server> {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT }, answer);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => resolve(server));
  });
}

function cannotListen(error: Error, host: string, port: number): WinnowError {
  const why: Record<string, string> = {
    EADDRINUSE: `WINNOW_PORT is ${port}, which another program listens on. Stop that one, or set WINNOW_PORT to another port, or to 0 for any free one.`,
    EACCES: `WINNOW_PORT is ${port}, which this user may not listen on. Set it to 1024 or more.`,
    EADDRNOTAVAIL: `WINNOW_HOST is ${host}, which is no address of this machine. Set it to 127.0.0.1, or to 0.0.0.0 for all.`,
    ENOTFOUND: `WINNOW_HOST is ${host}, which is no address of this machine. Set it to 127.0.0.1, or to 0.0.0.0 for all.`,
  };
  const code = systemCode(error) ?? 'unknown error';
  const message = why[code] ?? `Cannot listen on ${host}, port ${port} (${code}).`;
  return new WinnowError('CONFIGURATION', message, { cause: error });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const giveUp = setTimeout(() => server.closeAllConnections(), FAREWELL);
  await closed;
  clearTimeout(giveUp);
}
