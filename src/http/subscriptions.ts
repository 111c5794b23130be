import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { GraphQLError } from 'graphql';
import { WebSocket, WebSocketServer } from 'ws';

import type { Config } from '../config.js';
import { WinnowError } from '../errors.js';
import type { Log } from '../log.js';
import { createContext } from '../schema/context.js';
import type { Services, Viewer } from '../schema/context.js';
import { formatError } from '../schema/errors.js';
import { buildWinnowSchema } from '../schema/schema.js';
import { prepareSubscription, refusal } from '../schema/subscription-request.js';
import { accessCheck, needsToken } from './access.js';
import { describe } from './errors.js';

export const SOCKET_LIMITS = {
  /** Bytes in one message, as in the body of a request. */
  message: 100 * 1024,
  connections: 200,
  /** Subscriptions at a time on one connection. */
  subscriptions: 20,
  /** Bytes that may wait for a client that does not read. */
  unread: 1024 * 1024,
  /** Milliseconds until a new connection must have said who asks. */
  initialisation: 3_000,
} as const;

/** A connection that does not answer a ping by the next one is dead. */
const PING_INTERVAL = 12_000;
/** How long connections may take to close when the server stops. */
const FAREWELL = 500;

interface Connection {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  viewer: Viewer | null;
}

/**
 * Serves subscriptions at /graphql over WebSocket, with the protocol of graphql-ws and the limits of a request.
 * Who asks is said by the Authorization header, or by `authorization` among the parameters of the connection, since browsers cannot set
 * the header. Without tokens the checks of Host and Origin hold here too.
 */
export async function serveSubscriptions(server: Server, config: Config, services: Services, log: Log) {
  const schema = await buildWinnowSchema();
  const check = accessCheck(config);
  const format = formatError(log);
  const shown = (errors: readonly GraphQLError[]) => errors.map((error) => format(error.toJSON(), error));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: SOCKET_LIMITS.message,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: SOCKET_LIMITS.initialisation,
    onConnect: ({ extra, connectionParams }) => {
      try {
        extra.viewer ??= check({ ...extra.request.headers, authorization: authorizationOf(connectionParams) });
        return true;
      } catch {
        return false; // closes with 4403
      }
    },
    onSubscribe: ({ extra, subscriptions }, _id, request) => {
      if (Object.keys(subscriptions).length > SOCKET_LIMITS.subscriptions) {
        return [
          refusal('QUERY_TOO_LARGE', `A connection may have ${SOCKET_LIMITS.subscriptions} subscriptions at a time.`),
        ];
      }
      const prepared = prepareSubscription(schema, request, { introspection: config.introspection });
      if ('errors' in prepared) return prepared.errors;
      return { ...prepared, schema, contextValue: createContext(services, extra.viewer!) };
    },
    onNext: (_context, _id, _request, _args, { errors, ...result }) =>
      errors === undefined ? undefined : { ...result, errors: shown(errors) },
    onError: (_context, _id, _request, errors) => shown(errors),
  });

  const serve = (socket: WebSocket, request: IncomingMessage, viewer: Viewer | null): void => {
    socket.on('error', () => undefined); // such as a message that is too large: it is closed with the code for that
    const fail = (error: unknown) => {
      log('a connection failed', { error });
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    };
    const stopPinging = keepAlive(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) => socket.on('message', (bytes: Buffer) => void receive(String(bytes)).catch(fail)),
      },
      { socket, request, viewer },
    );
    socket.once('close', (code, reason) => {
      stopPinging();
      closed(code, String(reason)).catch(fail);
    });
  };

  const admit = (request: IncomingMessage): Viewer | null => {
    if (request.url?.split('?')[0] !== '/graphql') {
      throw new WinnowError('NOT_FOUND', 'There is nothing at this address. The API is at /graphql.');
    }
    if (sockets.clients.size >= SOCKET_LIMITS.connections) {
      throw new WinnowError('TOO_MANY_CONNECTIONS', 'Too many connections are open. Close some, or try again later.');
    }
    // A token may still come with the connection's parameters.
    return needsToken(config) && request.headers.authorization === undefined ? null : check(request.headers);
  };

  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => undefined); // the client went away
    try {
      const viewer = admit(request);
      sockets.handleUpgrade(request, connection, head, (socket) => serve(socket, request, viewer));
    } catch (error) {
      refuse(connection, describe(error, log));
    }
  });

  return { stop: () => stop(sockets) };
}

function authorizationOf(params: Record<string, unknown> = {}): string | undefined {
  const [, value] = Object.entries(params).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value : undefined;
}

function send(socket: WebSocket, text: string): Promise<void> {
  if (socket.bufferedAmount > SOCKET_LIMITS.unread) socket.terminate();
  if (socket.readyState !== WebSocket.OPEN) return Promise.resolve();
  return new Promise((resolve) => socket.send(text, () => resolve())); // if it failed, 'close' follows
}

function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_INTERVAL);
  return () => clearInterval(timer);
}

/** Answers as an HTTP server does that speaks no WebSocket, in the shape of every other refusal. */
function refuse(
  connection: Duplex,
  { code, message, status }: { code: string; message: string; status: number },
): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer realm="winnow"'] : []),
  ];
  connection.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => connection.destroy());
}

async function stop(sockets: WebSocketServer): Promise<void> {
  const clients = [...sockets.clients];
  const closed = clients.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of clients) socket.close(1001, 'Going away');
  const giveUp = setTimeout(() => clients.forEach((socket) => socket.terminate()), FAREWELL);
  await Promise.all(closed);
  clearTimeout(giveUp);
}
