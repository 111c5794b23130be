import assert from 'node:assert/strict';
import { test } from 'node:test';

import { validationAt, validationOf, validationPoints } from '../../src/catalog/validation-points.js';
import { freshDatabase } from '../support/database.js';
import { fillCatalog } from '../schema/catalog.js';

test('the validation labels at every threshold where anything changes, and at any other one', async (t) => {
  const db = await freshDatabase(t);
  // Image i scores (i + 0.5) / 10. Held out: 9, 7 and 2 as POSITIVE, 8 and 0 as NEGATIVE; 5 was trained on.
  const { modelId, imageIds } = await fillCatalog(db, 10);
  const parts = [
    [9, 'POSITIVE', 'VALIDATION'],
    [8, 'NEGATIVE', 'VALIDATION'],
    [7, 'POSITIVE', 'VALIDATION'],
    [5, 'POSITIVE', 'TRAINING'],
    [2, 'POSITIVE', 'VALIDATION'],
    [0, 'NEGATIVE', 'VALIDATION'],
  ] as const;
  for (const [image, value, part] of parts) {
    await db.query(
      'insert into winnow.model_labels (model_id, image_id, value, part, held_out_score) values ($1, $2, $3, $4, $5)',
      [modelId, imageIds[image], value, part, part === 'VALIDATION' ? (image + 0.5) / 10 : null],
    );
  }
  const [validation, none] = await validationOf(db, [modelId, modelId + 1]);
  const counts = (points: ReturnType<typeof validationPoints>) =>
    points.map(({ threshold, truePositives, falsePositives, trueNegatives, falseNegatives }) => [
      Number(threshold.toFixed(2)),
      truePositives,
      falsePositives,
      trueNegatives,
      falseNegatives,
    ]);
  assert.deepEqual(counts(validationPoints(validation, 100)), [
    [0.95, 1, 0, 2, 2],
    [0.85, 1, 1, 1, 2],
    [0.75, 2, 1, 1, 1],
    [0.25, 3, 1, 1, 0],
    [0.05, 3, 2, 0, 0],
  ]);
  // Fewer are chosen evenly, the strictest and the most lenient among them.
  assert.deepEqual(counts(validationPoints(validation, 3)), [
    [0.95, 1, 0, 2, 2],
    [0.75, 2, 1, 1, 1],
    [0.05, 3, 2, 0, 0],
  ]);
  // A score reaches the threshold that it equals, as 32-bit floats.
  assert.deepEqual(counts([validationAt(validation, 0.75)!]), [[0.75, 2, 1, 1, 1]]);
  assert.deepEqual(counts([validationAt(validation, 0.7501)!]), [[0.75, 1, 1, 1, 2]]);
  assert.deepEqual(counts([validationAt(validation, 1)!, validationAt(validation, 0)!]), [
    [1, 0, 0, 2, 3],
    [0, 3, 2, 0, 0],
  ]);
  assert.deepEqual([validationPoints(none, 10), validationAt(none, 0.5)], [[], null]);
});
