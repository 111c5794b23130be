import type { Client } from 'graphql-ws';

import { ApiError } from './client';
import type { Operation } from './operation';
import { authorization } from './token';

let client: Promise<Client> | null = null;

/**
 * Follows a subscription until it ends or `stop` is called; the connection is made again when it is lost.
 * The code for it is loaded when it is first needed.
 */
export function subscribe<Data, Variables extends Record<string, unknown>>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  observer: { next: (data: Data) => void; error?: (error: ApiError) => void; complete?: () => void },
): () => void {
  let stopped = false;
  let stop = (): void => undefined;
  void connect().then((connected) => {
    if (stopped) return;
    stop = connected.subscribe<Data>(
      { query: operation, variables },
      {
        next: ({ data, errors }) => {
          if (errors?.length) observer.error?.(new ApiError('INTERNAL', errors[0].message));
          else if (data != null) observer.next(data);
        },
        error: (error) => observer.error?.(new ApiError('UNREACHABLE', messageOf(error))),
        complete: () => observer.complete?.(),
      },
    );
  });
  return () => {
    stopped = true;
    stop();
  };
}

function connect(): Promise<Client> {
  return (client ??= import('graphql-ws').then(({ createClient }) =>
    createClient({
      url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
      lazy: true,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      connectionParams: authorization,
    }),
  ));
}

function messageOf(error: unknown): string {
  const [first] = Array.isArray(error) ? (error as { message?: string }[]) : [];
  return first?.message ?? 'The connection to the server was lost.';
}
