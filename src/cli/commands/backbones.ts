import { hostname } from 'node:os';

import type { AvailableBackbone } from '../../catalog/backbones.js';
import { listBackbones } from '../../runs/backbones.js';
import { absolute, constant, given } from '../flags.js';
import { formatCount, formatRate, tableLines } from '../format.js';
import { print } from '../output.js';
import { localUser, withDatabase } from '../session.js';

export interface BackbonesFlags {
  measure?: boolean;
  json?: boolean;
}

export interface AddBackboneFlags {
  name: string;
  onnx: string;
  size: number;
  output: string;
  mean?: number[];
  std?: number[];
  layout: string;
  channels: string;
  pooling?: string;
  licence?: string;
  json?: boolean;
}

/** `winnow backbones` */
export function showBackbones({ measure, json }: BackbonesFlags): Promise<void> {
  return withDatabase(async (db, config) => {
    if (measure) {
      const { findBackbone } = await import('../../runs/backbones.js');
      const { measureSpeed } = await import('../../runs/add-backbone.js');
      for (const { name, missing } of await listBackbones(db, config)) {
        if (missing === null) await measureSpeed(db, config, await findBackbone(db, name));
      }
    }
    const backbones = await listBackbones(db, config);
    print(json, { machine: hostname(), backbones }, () => [
      ...tableLines(
        ['backbone', 'licence', 'pixels', 'numbers', 'MB', 'images/s here'],
        backbones.map(cellsOf),
        [0, 1, 5],
      ),
      ...backbones.flatMap(({ name, missing }) => (missing === null ? [] : ['', `${name}: ${missing}`])),
    ]);
  });
}

/** `winnow backbones add` */
export function addNetwork({ json, onnx, pooling, ...flags }: AddBackboneFlags): Promise<void> {
  return withDatabase(async (db, config) => {
    const { addBackbone } = await import('../../runs/add-backbone.js');
    const request = given({ ...flags, onnx: absolute(onnx), pooling: pooling && constant(pooling) });
    const { definition, imagesPerSecond } = await addBackbone(db, config, request, localUser());
    const { name, size, dimensions, made, squaresPerRun } = definition;
    print(json, { name, size, dimensions, made, squaresPerRun, imagesPerSecond }, () => [
      `${name}: ${dimensions} numbers from squares of ${size} pixels (pooling ${String(made.pooling)}), ${formatRate(imagesPerSecond)} here` +
        `${squaresPerRun === 1 ? ', one picture at a time' : ''}. Use it with --backbone ${name}.`,
    ]);
  });
}

function cellsOf({ name, licence, size, dimensions, bytes, missing, speeds }: AvailableBackbone): string[] {
  const here = speeds.filter(({ machine }) => machine === hostname());
  const rates = here.map(
    ({ precision, provider, imagesPerSecond }) => `${formatRate(imagesPerSecond)} (${precision}, ${provider})`,
  );
  const megabytes = bytes === null ? 'missing' : (bytes / 1e6).toFixed(1);
  const rate = missing === null ? rates.join(', ') || 'not measured' : '-';
  return [name, licence ?? 'not said', String(size), formatCount(dimensions), megabytes, rate];
}
