import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until `condition` gives something truthy, and gives that. Fails after `timeout` milliseconds. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeout = 30_000,
): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > giveUpAt) throw new Error(`Not within ${timeout} ms: ${what}`);
    await sleep(10);
  }
}
