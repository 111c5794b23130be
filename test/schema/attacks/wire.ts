import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { WebSocket } from 'ws';

/** What came back: an HTTP status or the code of a closed WebSocket, the code of the first error, and every byte as text. */
export interface Reply {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

export interface ServerProcess {
  readonly url: string;
  /** Bytes of memory that the process holds; null where the system does not tell. */
  memory(): Promise<number | null>;
}

/** The service, as it is started, in a process of its own. */
export async function startServer(t: TestContext, environment: Record<string, string>): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, WINNOW_PORT: '0', WINNOW_WORKER: 'external', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  });
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    const { message, url } = JSON.parse(line) as { message: string; url?: string };
    if (message !== 'listening') continue;
    child.stderr.resume();
    const memory = async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
      return kilobytes === undefined ? null : Number(kilobytes) * 1024;
    };
    return { url: url!, memory };
  }
  throw new Error(`The server did not start: ${said.join('\n')}`);
}

export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** One HTTP request, with any method, path and headers. */
export function http(url: string, { method = 'POST', path = '/graphql', headers = {}, body }: Sent): Promise<Reply> {
  const { hostname, port } = new URL(url);
  const all = { ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }), ...headers };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers: all, agent: false });
    let answered = false;
    asked.on('response', (response: IncomingMessage) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      const end = () => resolve(replyOf(response.statusCode!, Buffer.concat(chunks).toString()));
      response.on('end', end).on('error', end);
    });
    asked.on('upgrade', (_response, socket) => {
      answered = true;
      socket.destroy();
      resolve(replyOf(101, ''));
    });
    // A body that is too large may be refused before it is sent.
    asked.on('error', (error) => (answered ? undefined : reject(error)));
    asked.end(body);
  });
}

/** Bytes as they are, to a server that closes the connection after its answer. */
export function bytes(url: string, text: string): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let seen = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(replyOf(Number(/^HTTP\/1\.1 (\d+)/.exec(seen)?.[1] ?? 0), seen)));
    socket.setTimeout(5_000, () => socket.destroy());
  });
}

export interface Conversation {
  /** Sent one after the other, the second and later ones after the first answer; objects as JSON. */
  messages: (object | string | Buffer)[];
  protocol?: string;
  headers?: Record<string, string>;
}

/** A WebSocket, until the server closes it or refuses an operation (which the test then closes, with the status 1000). */
export function socket(
  url: string,
  { messages, protocol = 'graphql-transport-ws', headers }: Conversation,
): Promise<Reply> {
  const client = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, { headers });
  const [first, ...others] = messages.map((message) =>
    typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
  );
  let seen = '';
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => client.terminate(), 5_000);
    client.on('open', () => first !== undefined && client.send(first));
    client.on('message', (message: Buffer) => {
      const text = String(message);
      seen += text;
      if (/"type":"connection_ack"/.test(text)) for (const other of others) client.send(other);
      if (/"errors"|"type":"error"/.test(text)) client.close(1000);
    });
    client.on('error', (error) => (client.readyState === WebSocket.CONNECTING ? reject(error) : undefined));
    client.on('close', (code, reason) => {
      clearTimeout(giveUp);
      resolve(replyOf(code, `${seen}${String(reason)}`));
    });
  });
}

function replyOf(status: number, text: string): Reply {
  return { status, code: /"code":"(\w+)"/.exec(text)?.[1] ?? null, text };
}
