import type { ServerResponse } from 'node:http';

import type { Waiting } from '../db.js';
import { WinnowError } from '../errors.js';

/**
 * Answers TIMEOUT, by `refuse`, to a request that is not answered within `limit` milliseconds.
 * @returns what is over then, and when the client goes away, so that work for the request stops
 */
export function deadline(limit: number, response: ServerResponse, refuse: (error: WinnowError) => void): Waiting {
  const waiting: Waiting = { over: null };
  const timer = setTimeout(() => {
    const message = `This took longer than ${limit / 1000} seconds and was stopped. Ask for less at a time.`;
    const late = new WinnowError('TIMEOUT', message);
    waiting.over = late;
    refuse(late);
  }, limit);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) waiting.over ??= new WinnowError('CANCELLED', 'The client went away.');
  });
  return waiting;
}
