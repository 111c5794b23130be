import type { EngineName } from '../config.js';
import { calibratedScore, uncalibrated, type Calibration } from './calibration.js';
import { openEngine, type Engine } from './engine.js';
import { headLayers } from './heads-layers.js';

/** A head that is ready to score. */
export interface HeadScorer {
  /**
   * @param features n x dimensions, row-major.
   * @returns n raw logits and n calibrated scores, 0..1. A row's are the same, bit for bit, whichever rows are beside it.
   */
  score(features: Float32Array, n: number): Promise<{ logits: Float32Array; scores: Float32Array }>;
  dispose(): Promise<void>;
}

/**
 * Rows in one run of the network. It holds the event loop for 0.3 ms with a LINEAR head and 60 ms with an MLP, and
 * bounds the memory for hidden layers; larger runs were not faster.
 */
const ROWS_PER_RUN = 256;

/**
 * Opens a head's .onnx file.
 * @param threads processor cores that one run may use.
 * @param engine ONNX Runtime when left out.
 * @param calibration makes scores of logits; by default their sigmoid.
 */
export async function openScorer(
  model: Uint8Array,
  dimensions: number,
  options: { threads: number; engine?: EngineName },
  calibration: Calibration = uncalibrated(),
): Promise<HeadScorer> {
  const engine = options.engine === 'TENSORFLOW' ? await openInTensorflow(model) : await openEngine(model, options);
  return {
    async score(features, n) {
      if (features.length !== n * dimensions) {
        throw new RangeError(`${n} rows need ${n} x ${dimensions} features, but got ${features.length}`);
      }
      const logits = new Float32Array(n);
      for (let first = 0; first < n; first += ROWS_PER_RUN) {
        const last = Math.min(n, first + ROWS_PER_RUN);
        const rows = features.subarray(first * dimensions, last * dimensions);
        await engine.run(rows, [last - first, dimensions], logits.subarray(first, last), [last - first, 1]);
      }
      return { logits, scores: logits.map((logit) => calibratedScore(calibration, logit)) };
    },
    dispose: () => engine.dispose(),
  };
}

async function openInTensorflow(model: Uint8Array): Promise<Engine> {
  const { openLayersEngine } = await import('./tensorflow-engine.js');
  return openLayersEngine(headLayers(model));
}
