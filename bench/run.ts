import { parseArgs } from 'node:util';

import { classify } from './classify.js';
import { memory } from './memory.js';
import { publish, type Report } from './report.js';

/** Every bench takes the pictures to work on and gives figures, each beside a limit measured in the same run. */
const BENCHES: Record<string, (options: { pictures?: string }) => Promise<Report>> = { classify, memory };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    pictures: { type: 'string' },
  },
});
const bench = BENCHES[positionals[0] ?? ''];
if (!bench || positionals.length > 1) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')} [--pictures FOLDER] [--json FILE]`);
  process.exit(2);
}
await publish(await bench({ pictures: values.pictures }), values.json);
