import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureCollection } from '../../src/catalog/collections.js';
import { readFeatures } from '../../src/catalog/features.js';
import { rows } from '../../src/db.js';
import { fromFloat16 } from '../../src/ml/float16.js';
import { nearDuplicateGroups } from '../../src/ml/groups.js';
import { headToOnnx } from '../../src/ml/heads-onnx.js';
import { rocAuc } from '../../src/ml/metrics.js';
import { createRandom } from '../../src/ml/random.js';
import { openScorer } from '../../src/ml/scorer.js';
import { DEFAULT_TRAIN_OPTIONS, trainHead, type TrainingSet } from '../../src/ml/training.js';
import type { Figure } from '../report.js';
import { execute, type Scratch } from '../scratch.js';

/** Kinds that are a yes, and those that are a no: all others where there are none. */
const QUESTIONS: readonly { name: string; yes: string[]; no?: string[] }[] = [
  { name: 'shoes', yes: ['shoes'] },
  { name: 'pants', yes: ['pants'] },
  { name: 'tShirtOrLongsleeve', yes: ['t-shirt'], no: ['longsleeve'] },
  { name: 'dressOrSkirt', yes: ['dress', 'skirt'] },
];
const SEEDS = [1, 2, 3, 4, 5];
const FEW = 100;

interface Pictures extends TrainingSet {
  readonly kinds: readonly string[];
}

/**
 * The AUC of a LINEAR head on each question: with 100 + 100 labels, on the pictures that have none; and with all labels, each
 * judged by a head that has not seen it. Means of five seeds, with the deviation between them.
 */
export async function aucFigures(
  scratch: Scratch,
  folder: string,
  { figure, backbone, precision }: { figure: string; backbone: string; precision: 'FP32' | 'INT8' },
): Promise<Record<string, Figure>> {
  const collection = 'all';
  await ensureCollection(scratch.dataSource, collection);
  await execute(scratch, 'INGEST', { paths: [folder] }, undefined, collection);
  await execute(scratch, 'EMBED', { backbone, precision }, undefined, collection);
  const pictures = await readPictures(scratch, backbone, precision);
  const figures: Record<string, Figure> = {};
  for (const question of QUESTIONS) {
    const asked = askedOf(pictures, question);
    const few = await Promise.all(SEEDS.map((seed) => aucOfFew(asked, seed)));
    const all: number[] = [];
    for (const seed of SEEDS) all.push(await aucOfAll(asked, seed));
    for (const [name, values] of [
      [`${FEW + FEW}`, few],
      ['All', all],
    ] as const) {
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      figures[`${figure}.${question.name}${name}`] = {
        value: mean,
        unit: `AUC, ± ${deviation.toFixed(4)} over 5 seeds`,
      };
    }
  }
  return figures;
}

async function readPictures({ dataSource }: Scratch, backbone: string, precision: string): Promise<Pictures> {
  const [{ id: backboneId, dimensions }] = await rows<{ id: number; dimensions: number }>(
    dataSource,
    `select b.id, b.dimensions from winnow.backbones b join winnow.features f on f.backbone_id = b.id
      where b.name = $1 and b.spec ->> 'arithmetic' = $2 group by b.id order by b.id desc limit 1`,
    [backbone, precision],
  );
  const found = await rows<{ id: number; phash: string; kind: string }>(
    dataSource,
    `select distinct on (i.id) i.id, i.phash::text, split_part(s.uri, '/', -2) as kind
       from winnow.images i join winnow.sources s on s.image_id = i.id order by i.id`,
  );
  const { imageIds, vectors } = await readFeatures(dataSource, { backboneId, imageIds: found.map(({ id }) => id) });
  const known = new Map(found.map((row) => [row.id, row]));
  const features = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, i) => fromFloat16(vector, features, i * dimensions));
  const images = Array.from(imageIds, (id) => known.get(id)!);
  return {
    features,
    dimensions,
    labels: new Uint8Array(images.length),
    groups: nearDuplicateGroups(BigInt64Array.from(images, ({ phash }) => BigInt(phash))),
    kinds: images.map(({ kind }) => kind),
  };
}

/** The pictures that a question is about, labelled by their folder. */
function askedOf(pictures: Pictures, { yes, no }: (typeof QUESTIONS)[number]): TrainingSet {
  const chosen = pictures.kinds.flatMap((kind, i) =>
    yes.includes(kind) || no === undefined || no.includes(kind) ? [i] : [],
  );
  const set = subset(pictures, chosen);
  return { ...set, labels: Uint8Array.from(chosen, (i) => (yes.includes(pictures.kinds[i]) ? 1 : 0)) };
}

function subset({ features, dimensions, labels, groups }: TrainingSet, chosen: readonly number[]): TrainingSet {
  const some = new Float32Array(chosen.length * dimensions);
  chosen.forEach((i, row) => some.set(features.subarray(i * dimensions, (i + 1) * dimensions), row * dimensions));
  return {
    features: some,
    dimensions,
    labels: Uint8Array.from(chosen, (i) => labels[i]),
    groups: Int32Array.from(chosen, (i) => groups[i]),
  };
}

async function aucOfFew(set: TrainingSet, seed: number): Promise<number> {
  const random = createRandom(seed);
  const order = random.shuffle(Int32Array.from(set.labels, (_, i) => i));
  const drawn = [0, 1].flatMap((label) => [...order].filter((i) => set.labels[i] === label).slice(0, FEW));
  const labelled = new Set(drawn);
  const rest = subset(
    set,
    [...order].filter((i) => !labelled.has(i)),
  );
  const { weights } = await train(subset(set, drawn), seed);
  const scorer = await openScorer(headToOnnx(weights), set.dimensions, { threads: 2 });
  const { logits } = await scorer.score(rest.features, rest.labels.length);
  await scorer.dispose();
  return rocAuc(logits, rest.labels)!;
}

async function aucOfAll(set: TrainingSet, seed: number): Promise<number> {
  return (await train(set, seed)).metrics.validationAuc!;
}

async function train(set: TrainingSet, seed: number) {
  const directory = await mkdtemp(join(tmpdir(), 'winnow-head-'));
  try {
    return await trainHead(set, { ...DEFAULT_TRAIN_OPTIONS.LINEAR, seed }, { directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
