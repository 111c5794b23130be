import type { EngineName } from '../config.js';
import { pendingFeatures } from '../catalog/features.js';
import { verifyBackbone } from './backbones.js';
import { featureWriter, makeFeatures } from './features.js';
import { engineOption, featureOptions, featureSpecFor, type FeatureOptions } from './networks.js';
import { readOptions } from './options.js';
import { planSpans, type Span } from './spans.js';
import type { Stage } from './stage.js';

const SPAN_IMAGES = 4096;

interface EmbedOptions extends FeatureOptions {
  engine: EngineName | null;
}

/** Features of every image of a collection that has none yet. */
export const embed: Stage<EmbedOptions, Span> = {
  retries: true,
  parse: (input) => readOptions<EmbedOptions>(input, { ...featureOptions, engine: engineOption }),

  verify: verifyBackbone,

  plan: (run, tx) => planSpans(tx, run, SPAN_IMAGES),

  async work(run, chunk) {
    const { dataSource, collectionId, options } = run;
    const features = await featureSpecFor(run, options, { engine: options.engine, signal: chunk.signal });
    const pictures = await pendingFeatures(dataSource, {
      collectionId,
      backboneId: features.backboneId,
      span: chunk.span,
      runId: run.id,
    });
    await makeFeatures(run, features, pictures, featureWriter(run.id, 'EMBED', chunk, features), chunk);
    const { done, failed } = chunk.counted;
    await chunk.settle({ done, failed, skipped: chunk.span.images - done - failed });
  },

  finish: () => Promise.resolve({}),
};
