import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findBreaches } from '../scripts/check-imports.js';

test('imports run one way', async () => {
  assert.deepEqual(await findBreaches(fileURLToPath(new URL('../src', import.meta.url))), []);
});

test('an import against the way is found, with its place', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'winnow-imports-'));
  t.after(() => rm(root, { recursive: true }));
  const files = {
    'src/images/a.ts': `import { x } from '../ml/x.js';\nimport pg from 'pg';\nimport { y } from './y.js';\n`,
    'src/ml/deep/b.ts': `\nexport const b = () => import('../../catalog/c.js');\n`,
    'src/catalog/c.ts': `import type { D } from '../schema/d.js';\nexport * from '../images/a.js';\n`,
    'src/schema/d.ts': `import { r } from '../runs/request.js';\nimport { s } from '../runs/stage.js';\nimport { c } from '../catalog/c.js';\n`,
    'src/runs/e.ts': `import { a } from '../images/a.js';\nimport { b } from '../ml/b.js';\nimport { c } from '../catalog/c.js';\n`,
    'src/app.ts': `import './images/a.js';\nimport './schema/d.js';\n`,
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const places = (await findBreaches(join(root, 'src'))).map(({ place }) => place);
  assert.deepEqual(places.sort(), [
    'src/catalog/c.ts:1',
    'src/catalog/c.ts:2',
    'src/images/a.ts:1',
    'src/images/a.ts:2',
    'src/ml/deep/b.ts:2',
    'src/schema/d.ts:2',
  ]);
});
