import type { ServerResponse } from 'node:http';

import { WinnowError } from '../errors.js';

/**
 * Answers TIMEOUT, by `refuse`, to a request that is not answered within `limit` milliseconds.
 * @returns a signal that fires then, and when the client goes away, so that work for the request stops
 */
export function deadline(limit: number, response: ServerResponse, refuse: (error: WinnowError) => void): AbortSignal {
  const work = new AbortController();
  const timer = setTimeout(() => {
    const message = `This took longer than ${limit / 1000} seconds and was stopped. Ask for less at a time.`;
    const late = new WinnowError('TIMEOUT', message);
    work.abort(late);
    refuse(late);
  }, limit);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) work.abort(new WinnowError('CANCELLED', 'The client went away.'));
  });
  return work.signal;
}
