import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { withLock } from '../../src/embedded/lock.js';

/*
 * Adds one to the number in a file, a hundred times, each under the lock: `lock-process.ts <lock folder> <file>`.
 * Reading and writing are far enough apart that two at once would lose an addition.
 */
const [, , directory, file] = process.argv;
for (let turn = 0; turn < 100; turn += 1) {
  await withLock(directory, async () => {
    const number = Number(await readFile(file, 'utf8'));
    await sleep(1);
    await writeFile(`${file}.next`, String(number + 1));
    await rename(`${file}.next`, file);
    console.log(number + 1);
  });
}
