import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'pg';

import { readyUntilStopped, sayLast } from './child.js';

// What one would write by hand to answer just these questions, as fast as node http and pg allow: named prepared
// statements, rows as arrays of the text that Postgres sent, JSON put together as text.

const POOL_SIZE = 12; // that of the app
const pool = new Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: POOL_SIZE });
const asText = { getTypeParser: () => (text: string) => text };

// The inner limit is there for the planner: it then keeps one plan for all parameters, as for the statement of the app.
const PAGE = `
  select s.score, s.image_id,
         (select u.uri from winnow.sources u where u.image_id = s.image_id and u.replaced_at is null order by u.id limit 1),
         coalesce((select case l.value when 'POSITIVE' then 'OK' else 'NG' end from winnow.labels l
                    where l.collection_id = $5 and l.image_id = s.image_id and l.superseded_at is null),
                  case when s.score >= (select t.value from winnow.thresholds t where t.model_id = $1 order by t.id desc limit 1)
                       then 'OK' else 'NG' end)
    from (select score, image_id from winnow.scores
           where model_id = $1 and score >= $2::real and score <= $3::real
           order by score desc, image_id desc limit 1000) s
   order by s.score desc, s.image_id desc limit $4::integer`;

async function page(asked: URLSearchParams): Promise<string> {
  const size = Number(asked.get('first'));
  const values = [asked.get('model'), asked.get('min'), asked.get('max'), size + 1, asked.get('collection')];
  const found = await query('page', PAGE, values);
  const shown = found.slice(0, size).map(([score, , uri, verdict]) => {
    return `{"uri":${JSON.stringify(uri)},"score":${score},"verdict":"${verdict}"}`;
  });
  const last = found[Math.min(size, found.length) - 1];
  return `{"images":[${shown.join()}],"more":${found.length > size},"next":"${last?.[0]}:${last?.[1]}"}`;
}

async function image(asked: URLSearchParams): Promise<string> {
  const sql = `select encode(sha256, 'hex'), width, height, format, bytes from winnow.images where id = $1`;
  const [[sha256, width, height, format, bytes]] = await query('image', sql, [asked.get('id')]);
  return `{"sha256":"${sha256}","width":${width},"height":${height},"format":"${format}","bytes":${bytes}}`;
}

async function insert(asked: URLSearchParams): Promise<string> {
  const sql = 'insert into winnow.thresholds (model_id, value, who) values ($1, $2::real, $3) returning id, value';
  const [[id, value]] = await query('insert', sql, [asked.get('model'), asked.get('value'), 'bench']);
  return `{"id":${id},"value":${value}}`;
}

async function query(name: string, text: string, values: unknown[]): Promise<string[][]> {
  return (await pool.query<string[]>({ name, text, values, rowMode: 'array', types: asText })).rows;
}

const ROUTES: Record<string, (asked: URLSearchParams) => Promise<string>> = { page, image, insert };

async function answer(request: IncomingMessage): Promise<string> {
  const [path, asked] = (request.url ?? '').slice(1).split('?');
  return ROUTES[path](new URLSearchParams(asked));
}

const server = createServer((request, response) => {
  answer(request).then(
    (json) => {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.setHeader('Content-Length', Buffer.byteLength(json));
      response.end(json);
    },
    (error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    },
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
await readyUntilStopped({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
server.closeAllConnections();
server.close();
await pool.end();
sayLast({});
