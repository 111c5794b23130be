import type { BackboneDefinition } from './backbones/definition.js';
import { fineTunedBackbone, NETWORK_FILE } from './backbones/fine-tuned.js';
import { readLayersModel, WEIGHTS_FILE } from './convert/layers-model.js';
import { readIntact, readModelSpec } from './model-files.js';

/**
 * The backbone of a fine-tuned model, which lies in the model's directory. Reads no more than the spec until it is loaded.
 * @throws WinnowError MODEL_DAMAGED
 */
export async function fineTunedIn(directory: string): Promise<BackboneDefinition> {
  const { spec } = await readModelSpec(directory);
  const { size } = spec.letterbox as { size: number };
  return fineTunedBackbone({
    size,
    hashes: spec.files,
    async read() {
      const files = [NETWORK_FILE, WEIGHTS_FILE].map((name) => readIntact(directory, spec, name));
      const [json, weights] = await Promise.all(files);
      return readLayersModel({ json, weights });
    },
  });
}
