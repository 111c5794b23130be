import type { TestContext } from 'node:test';

/**
 * Cleans up after everything else that the test registered with `t.after`, before or later: hooks run in order of
 * registration, and this one goes to the end of the line when its turn comes.
 */
export function lastly(t: TestContext, cleanUp: () => void | Promise<void>): void {
  t.after(() => {
    t.after(cleanUp);
  });
}
