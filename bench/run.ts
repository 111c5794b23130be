import { parseArgs } from 'node:util';

import { api } from './api.js';
import { calibration } from './calibration.js';
import { classify } from './classify.js';
import { memory } from './memory.js';
import { models } from './models.js';
import { page } from './page.js';
import { publish, type Report } from './report.js';
import { rescore } from './rescore.js';
import { screen } from './screen.js';

interface Options {
  /** Where the pictures to work on are. */
  pictures?: string;
  /** The most scores in a catalog, or images. */
  most?: number;
  /** Parts of the bench; none: only what comes before them. */
  only?: string[];
  /** Where what was filled is kept for the next time. */
  home?: string;
}

/** Every bench gives figures, each beside a limit measured in the same run. */
const BENCHES: Record<string, (options: Options) => Promise<Report>> = {
  api,
  calibration,
  classify,
  memory,
  models,
  page,
  rescore,
  screen,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    home: { type: 'string' },
    json: { type: 'string' },
    most: { type: 'string' },
    only: { type: 'string' },
    pictures: { type: 'string' },
  },
});
const bench = BENCHES[positionals[0] ?? ''];
if (!bench || positionals.length > 1) {
  console.error(
    `usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')} [--pictures FOLDER] [--most SCORES] [--only PART,...] [--home FOLDER] [--json FILE]`,
  );
  process.exit(2);
}
const { pictures, most, only, home } = values;
await publish(
  await bench({
    pictures,
    most: most === undefined ? undefined : Number(most),
    only: only?.split(',').filter(Boolean),
    home,
  }),
  values.json,
);
