type Items<T> = AsyncIterable<T> | Iterable<T>;

/**
 * Runs `work` over `items`, at most `limit` at once, and yields the results as they get ready (not in order).
 * Back-pressure: an item is taken only while fewer than `limit` are under way or wait to be taken from here, so memory
 * is flat however long `items` is. The first error, the consumer's `break` and `signal` end it; it then waits for what
 * is under way, so nothing runs on behind the caller's back.
 */
export async function* mapConcurrent<T, R>(
  items: Items<T>,
  limit: number,
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const ready: { value: R; taken: () => void }[] = [];
  const failed: { error: unknown }[] = [];
  let stopped = false;
  let wake = () => {};

  const lane = async (): Promise<void> => {
    while (!stopped) {
      const next = await iterator.next();
      if (next.done || stopped) return;
      const value = await work(next.value);
      await new Promise<void>((taken) => {
        ready.push({ value, taken });
        wake();
        if (stopped) taken();
      });
    }
  };
  const stop = () => {
    stopped = true;
    for (const { taken } of ready) taken();
    wake();
  };
  const abort = () => {
    failed.push({ error: signal?.reason });
    stop();
  };

  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort, { once: true });
  let lanes = limit;
  const ended = Array.from({ length: limit }, () =>
    lane()
      .catch((error: unknown) => {
        failed.push({ error });
        stop();
      })
      .finally(() => {
        lanes -= 1;
        wake();
      }),
  );
  try {
    while (failed.length === 0 && (ready.length > 0 || lanes > 0)) {
      const result = ready.shift();
      if (result) {
        result.taken();
        yield result.value;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    if (failed.length > 0) throw failed[0].error;
  } finally {
    signal?.removeEventListener('abort', abort);
    stop();
    await Promise.all(ended);
    await iterator.return?.();
  }
}

/** Groups what comes into arrays of `size`; an array is also handed over `patience` milliseconds after the last one. */
export async function* inBatches<T>(items: Items<T>, size: number, patience = Infinity): AsyncGenerator<T[]> {
  let batch: T[] = [];
  let since = performance.now();
  for await (const item of items) {
    batch.push(item);
    if (batch.length >= size || performance.now() - since >= patience) {
      yield batch;
      batch = [];
      since = performance.now();
    }
  }
  if (batch.length > 0) yield batch;
}
