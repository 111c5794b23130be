import { join } from 'node:path';

import { storeFeatures } from '../catalog/features.js';
import { filesOfNetwork, fineTunedBackbone, sumOfHalves } from '../ml/backbones/fine-tuned.js';
import { frozenVgg16, vgg16Layers } from '../ml/backbones/vgg16.js';
import { fromFloat16 } from '../ml/float16.js';
import { hashesOf } from '../ml/model-files.js';
import { fineTune, type FineTuned, type FrozenSet } from '../ml/vgg16/fine-tune.js';
import { makeFeatures, type MadeFeatures } from './features.js';
import { computeFrozenOutputs, openFrozenOutputs, requireRoom } from './frozen-outputs.js';
import { recordImageFailures } from './image-failures.js';
import { recordFeatureSpec, unrecordedSpec, type UnrecordedSpec } from './networks.js';
import { picturesOf, requireBothClasses } from './train-labels.js';
import { setOf, type Made, type TrainingAsked } from './training.js';
import { drawUnlabelled } from './unlabelled-sample.js';

/** What the backbone vgg16 sees. */
const USUAL_SIZE = 224;

/**
 * The seed's recipe: trains VGG16 from its fourth block on, together with a head. What stands before never changes, so its
 * output is computed once an image and kept on disk until training is over. The network becomes the model's own backbone.
 * @throws WinnowError BAD_INPUT when that would take too much room
 */
export async function trainNetwork(asked: TrainingAsked): Promise<Made> {
  const { run, chunk, scratch } = asked;
  const { config } = run;
  const { position, pad } = run.options;
  const size = run.options.size ?? USUAL_SIZE;
  const frozen = frozenVgg16(size);
  requireRoom(asked.labels.length, frozen, config);
  const outputs = await openFrozenOutputs(join(scratch, 'frozen'), frozen.dimensions);
  try {
    const begun = performance.now();
    const pictures = await picturesOf(run.dataSource, asked.labels);
    const letterbox = { size, position, pad };
    const failures = await computeFrozenOutputs(frozen, letterbox, pictures, outputs, config, chunk.signal);
    await chunk.advance({ failed: failures.length, total: failures.length }, (tx) =>
      recordImageFailures(tx, run.id, 'TRAIN', failures),
    );
    chunk.measure('networkSeconds', (performance.now() - begun) / 1000);

    const failed = new Set(failures.map(({ imageId }) => imageId));
    const rows = asked.labels.flatMap(({ imageId }, row) => (failed.has(imageId) ? [] : [row]));
    const labels = rows.map((row) => asked.labels[row]);
    requireBothClasses(labels);
    const read: FrozenSet['read'] = (some) => outputs.read(some.map((i) => rows[i]));
    const trained = await learn(asked, size, { ...setOf(labels), read });

    const files = filesOfNetwork(trained.network);
    const network = { size, hashes: hashesOf(files), read: () => Promise.resolve(trained.network) };
    const features = await unrecordedSpec(config, fineTunedBackbone(network), { position, pad });
    const seen = await unlabelledFeatures(asked, features);
    return {
      labels,
      trained,
      head: sumOfHalves(),
      features,
      files,
      sample: {
        imageIds: seen.map(({ imageId }) => imageId),
        logits: Float32Array.from(seen, ({ vector }) => fromFloat16(vector).reduce((sum, half) => sum + half)),
      },
      metrics: {},
      async record(tx) {
        const backboneId = await recordFeatureSpec(tx, config, features);
        await storeFeatures(tx, backboneId, seen);
        return backboneId;
      },
    };
  } finally {
    await outputs.close();
  }
}

async function learn(
  { run, chunk, options, scratch, onEpoch }: TrainingAsked,
  size: number,
  set: FrozenSet,
): Promise<FineTuned> {
  const begun = performance.now();
  const base = await vgg16Layers(run.config, size);
  const trained = await fineTune(base, size, set, options, { directory: scratch, onEpoch, signal: chunk.signal });
  chunk.measure('trainingSeconds', (performance.now() - begun) / 1000);
  return trained;
}

/** What the network makes of a random sample of the collection's images without a label, in the order of their ids. */
async function unlabelledFeatures(
  { run, chunk }: TrainingAsked,
  features: UnrecordedSpec,
): Promise<MadeFeatures['rows']> {
  const seen: MadeFeatures['rows'] = [];
  const collect = ({ rows }: MadeFeatures) => Promise.resolve(void seen.push(...rows));
  await makeFeatures(run, features, await drawUnlabelled(run), collect, chunk);
  return seen.sort((a, b) => a.imageId - b.imageId);
}
