import { isAbort } from './abort';
import type { Operation } from './operation';
import { askForToken, authorization } from './token';

/** What the server, or the way to it, refused. `code` is that of the API, or UNREACHABLE. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/**
 * Asks the API. Where it wants a token, the person is asked for one and the question is asked again.
 * @throws ApiError, with the first error where some of the fields failed
 */
export async function ask<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const response = await send(operation, variables, signal);
  if (response.status === 401) {
    await askForToken();
    return ask(operation, variables, signal);
  }
  const { data, errors } = await answerOf<Data>(response);
  if (errors?.length) throw new ApiError(errors[0].extensions?.code ?? 'INTERNAL', errors[0].message);
  if (data == null) throw new ApiError('INTERNAL', `The server answered ${response.status} without data.`);
  return data;
}

function send(query: string, variables: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization() },
    body: JSON.stringify({ query, variables }),
    signal,
  }).catch((error: unknown) => {
    if (isAbort(error)) throw error;
    throw new ApiError('UNREACHABLE', 'The server does not answer. Is winnow serve running?');
  });
}

async function answerOf<Data>(response: Response): Promise<Answer<Data>> {
  try {
    return (await response.json()) as Answer<Data>;
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError('UNREACHABLE', `The server answered ${response.status} with something that is no JSON.`);
  }
}
