import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';

import { WinnowError } from '../errors.js';

/**
 * Answers TIMEOUT to a request that is not answered within `limit` milliseconds. Then, and when the client goes away, the request's
 * signal (`signalOf`) fires, so that work for it stops.
 */
export function deadline(limit: number, answer: ErrorRequestHandler): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const work = new AbortController();
    response.locals.signal = work.signal;
    const timer = setTimeout(() => {
      const message = `This took longer than ${limit / 1000} seconds and was stopped. Ask for less at a time.`;
      work.abort(new WinnowError('TIMEOUT', message));
      // Not through `next`: the handler at work may still call it.
      if (!response.headersSent) void answer(work.signal.reason, request, response, () => undefined);
    }, limit);
    response.once('close', () => {
      clearTimeout(timer);
      if (!response.writableFinished) work.abort(new WinnowError('CANCELLED', 'The client went away.'));
    });
    next();
  };
}

/** Fires when nobody waits for the answer any more. */
export function signalOf(response: Response): AbortSignal {
  return response.locals.signal as AbortSignal;
}
