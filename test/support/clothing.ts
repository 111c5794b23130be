import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';

/** Why a test that wants the photographs was skipped. */
export const WITHOUT_CLOTHING =
  'no photographs: put them beside the clone in ../shared/data/clothing, or set TEST_CLOTHING to their folder';

/**
 * The folder of real photographs of clothes, one subfolder a kind (shoes, pants, dress, ...); they are not part of
 * the repository. Null when they are not here: pass `t` to skip that test with the reason, or use
 * `{ skip: clothing() === null && WITHOUT_CLOTHING }`.
 */
export function clothing(t?: TestContext): string | null {
  const folder = process.env.TEST_CLOTHING ?? fileURLToPath(new URL('../../../shared/data/clothing', import.meta.url));
  if (existsSync(folder)) return folder;
  t?.skip(WITHOUT_CLOTHING);
  return null;
}
