import { setTimeout as sleep } from 'node:timers/promises';

/** What `work` gave, in a tuple; null when it took longer than `ms`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<[T] | null> {
  const timer = new AbortController();
  const late = sleep(ms, null, { signal: timer.signal }).catch(() => null);
  const result = await Promise.race([work.then((value): [T] => [value]), late]);
  timer.abort();
  return result;
}
