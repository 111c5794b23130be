import { Agent, request } from 'node:http';

/** Something that a client can do again and again; it throws when the answer is not what it should be. */
export type Ask = () => Promise<unknown>;

export interface Client {
  get(path: string): Promise<Record<string, unknown>>;
  /** A GraphQL request. @throws Error when the answer has errors */
  graphql(query: string, variables: object): Promise<Record<string, unknown>>;
  close(): void;
}

/** A client of one server, with as many connections as requests at a time, all kept open. */
export function createClient(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const { hostname, port } = new URL(url);

  const exchange = (method: string, path: string, body?: string): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request({ agent, hostname, port, method, path, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          if (response.statusCode === 200) resolve(JSON.parse(text) as Record<string, unknown>);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });

  return {
    get: (path) => exchange('GET', path),
    graphql: async (query, variables) => {
      const { data, errors } = await exchange('POST', '/graphql', JSON.stringify({ query, variables }));
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data as Record<string, unknown>;
    },
    close: () => agent.destroy(),
  };
}

/** Milliseconds of each of `count` times, one after the other. */
export async function latencies(count: number, ask: Ask): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    await ask();
    taken.push(performance.now() - begun);
  }
  return taken;
}

/** How often a second `clients` who ask one thing after the other are answered. */
export async function throughput(clients: number, milliseconds: number, ask: Ask): Promise<number> {
  const begun = performance.now();
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - begun < milliseconds) {
      await ask();
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return answered / ((performance.now() - begun) / 1000);
}

/** The value that this share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
