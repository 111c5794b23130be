import type { Reply, Sent } from './wire.js';
import { http } from './wire.js';

export const READ = 'read-0123456789abcdef';
export const WRITE = 'write-0123456789abcdef';

export interface Attack {
  readonly name: string;
  readonly send: () => Promise<Reply>;
  /** What must come back: status and code; the code is null where the HTTP server itself answers, or closes a WebSocket. */
  readonly refused: readonly [status: number, code: string | null];
}

export interface Targets {
  /** The URL of a server without tokens. */
  readonly open: string;
  /** The URL of a server with both tokens, and without introspection. */
  readonly closed: string;
  /** A folder that may be used; has the symbolic links `way-out` to /etc and `nowhere` to a file of /etc that is not there. */
  readonly folder: string;
  readonly model: string;
  readonly collection: string;
  readonly run: string;
  readonly image: string;
}

export const JSON_BODY = { 'content-type': 'application/json' };
/** Those who accept this are told by the status too. */
export const TELLING = { ...JSON_BODY, accept: 'application/graphql-response+json' };
export const writer = { authorization: `Bearer ${WRITE}` };
export const NAMES = '{ collections { edges { node { name } } } }';
export const INGEST = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
export const EXPORT = 'mutation ($input: ExportInput!) { export(input: $input) { id } }';
export const CREATE = 'mutation { createCollection(name: "stolen") { id } }';

/** A query with the write token. */
export function ask({ closed }: Targets, query: string, variables: object = {}, sent: Sent = {}): Promise<Reply> {
  return http(closed, { headers: { ...TELLING, ...writer }, body: JSON.stringify({ query, variables }), ...sent });
}
