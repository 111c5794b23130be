import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

import type { PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { EntityManager } from 'typeorm';

import { pool, transactionClient, type Db } from '../db.js';

/** Opens every binary COPY stream: signature, flags, length of an extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = -1;
const BLOCK_BYTES = 64 * 1024;

/** Bytes of one field that `encodeRows` can write, by its type. */
const FIELD_BYTES = { integer: 4, real: 4 } as const;
export type FieldType = keyof typeof FIELD_BYTES;

export interface CopyColumn {
  type: FieldType;
  /** The value in row i. */
  value: (row: number) => number;
}

/**
 * COPY into a table, binary, in blocks of 64 kB that wait for the socket.
 * @param target the table and its columns as SQL: `winnow.scores_r1 (model_id, image_id)`
 */
export async function copyIn(
  tx: EntityManager,
  target: string,
  columns: readonly CopyColumn[],
  count: number,
): Promise<void> {
  const client = await transactionClient(tx);
  const sink = client.query(copyFrom(`copy ${target} from stdin with (format binary)`));
  await pipeline(Readable.from(encodeRows(columns, count)), sink);
}

/**
 * COPY out of a query, binary; only for results that may sit in memory. Twice as fast as rows for long `bytea`s: rows come
 * as hexadecimal text, and the driver's binary mode spoils bytes.
 * @param query SQL without parameters, which COPY cannot take
 * @returns each row's fields, as views of one buffer; null for NULL
 */
export async function copyOut(db: Db, query: string): Promise<(Buffer | null)[][]> {
  const held = db instanceof EntityManager && db.queryRunner ? await transactionClient(db) : null;
  const client: PoolClient = held ?? (await pool(db instanceof EntityManager ? db.dataSource : db).connect());
  try {
    const blocks: Buffer[] = [];
    await pipeline(client.query(copyTo(`copy (${query}) to stdout with (format binary)`)), async (source) => {
      for await (const block of source as AsyncIterable<Buffer>) blocks.push(block);
    });
    return decodeRows(Buffer.concat(blocks));
  } finally {
    if (held === null) client.release();
  }
}

function* encodeRows(columns: readonly CopyColumn[], count: number): Generator<Buffer> {
  const rowBytes = 2 + columns.reduce((sum, { type }) => sum + 4 + FIELD_BYTES[type], 0);
  const rowsPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  yield HEADER;
  for (let first = 0; first < count; first += rowsPerBlock) {
    const last = Math.min(count, first + rowsPerBlock);
    const block = Buffer.allocUnsafe((last - first) * rowBytes);
    let at = 0;
    for (let row = first; row < last; row += 1) {
      at = block.writeInt16BE(columns.length, at);
      for (const { type, value } of columns) {
        at = block.writeInt32BE(FIELD_BYTES[type], at);
        at = type === 'real' ? block.writeFloatBE(value(row), at) : block.writeInt32BE(value(row), at);
      }
    }
    yield block;
  }
  const end = Buffer.alloc(2);
  end.writeInt16BE(TRAILER);
  yield end;
}

function decodeRows(bytes: Buffer): (Buffer | null)[][] {
  const found: (Buffer | null)[][] = [];
  let at = HEADER.length + bytes.readInt32BE(HEADER.length - 4);
  for (let fields = bytes.readInt16BE(at); fields !== TRAILER; fields = bytes.readInt16BE(at)) {
    at += 2;
    const row: (Buffer | null)[] = [];
    for (let field = 0; field < fields; field += 1) {
      const length = bytes.readInt32BE(at);
      at += 4;
      row.push(length < 0 ? null : bytes.subarray(at, at + length));
      at += Math.max(0, length);
    }
    found.push(row);
  }
  return found;
}
