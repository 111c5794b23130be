import assert from 'node:assert/strict';
import { test } from 'node:test';

import { recordBackbone, recordSpeed } from '../../src/catalog/backbones.js';
import { startApi } from './api.js';

const QUERY = `{
  backbones { name network source licence size dimensions bytes addedBy missing speeds { machine precision provider imagesPerSecond } }
}`;

test('the backbones: those of the program and those that were added, with their speeds', async (t) => {
  const api = await startApi(t);
  await recordBackbone(api.db, {
    name: 'dinov2',
    file: 'a'.repeat(64),
    bytes: 88_000_000,
    size: 224,
    dimensions: 384,
    squaresPerRun: null,
    about: { network: 'dinov2.onnx', source: 'added by ada', licence: 'Apache-2.0' },
    made: {},
    addedBy: 'ada',
  });
  const speed = { backbone: 'mobilenet-v3', precision: 'FP32', machine: 'laptop', provider: 'cpu' };
  await recordSpeed(api.db, { ...speed, imagesPerSecond: 100 });
  await recordSpeed(api.db, { ...speed, imagesPerSecond: 340 });
  const { backbones } = await api.data<{ backbones: Record<string, unknown>[] }>(QUERY);
  const find = (name: string) => backbones.find((backbone) => backbone.name === name)!;
  const { bytes, ...mobilenet } = find('mobilenet-v3');
  assert.ok(Number(bytes) > 4_000_000);
  assert.deepEqual(mobilenet, {
    name: 'mobilenet-v3',
    network: 'MobileNetV3-Large trunk of a CenterNet detector (ImageNet, then COCO)',
    source: 'npm package @vladmandic/human, models/centernet',
    licence: 'MIT',
    size: 224,
    dimensions: 1216,
    addedBy: null,
    missing: null,
    speeds: [{ machine: 'laptop', precision: 'FP32', provider: 'cpu', imagesPerSecond: 340 }],
  });
  const { missing, ...dinov2 } = find('dinov2');
  assert.match(String(missing), /The network of dinov2 is not there/);
  assert.deepEqual(dinov2, {
    name: 'dinov2',
    network: 'dinov2.onnx',
    source: 'added by ada',
    licence: 'Apache-2.0',
    size: 224,
    dimensions: 384,
    bytes: null,
    addedBy: 'ada',
    speeds: [],
  });
});
