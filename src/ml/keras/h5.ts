import type { Group as H5Group } from 'h5wasm/node';

import { WinnowError } from '../../errors.js';
import type { Constant } from '../convert/graph-model.js';

/** The weights of each layer of a Keras file, in the file's own order (of a Conv2D: kernel, then bias). */
export type KerasWeights = ReadonlyMap<string, readonly KerasArray[]>;

export type KerasArray = Constant & { readonly values: Float32Array };

/**
 * Reads the weights that Keras saved in an HDF5 file, found by the names that the file itself lists: attribute
 * `layer_names` of the root, `weight_names` of each layer's group. Layers without weights are left out.
 * @throws WinnowError WEIGHTS_MISSING when the file is not of that kind or is cut short.
 */
export async function readKerasWeights(path: string): Promise<KerasWeights> {
  const { default: h5, Group, Dataset } = await import('h5wasm/node');
  (await h5.ready).activate_throwing_error_handler(); // Otherwise errors are printed.
  let file: InstanceType<typeof h5.File> | undefined;
  try {
    file = new h5.File(path, 'r');
    const weights = new Map<string, KerasArray[]>();
    for (const layer of namesIn(file, 'layer_names')) {
      const group = file.get(layer);
      if (!(group instanceof Group)) throw new Error(`it has no group ${layer}`);
      const arrays = namesIn(group, 'weight_names').map((name) => {
        const dataset = group.get(name);
        const value = dataset instanceof Dataset ? dataset.value : null;
        if (!(value instanceof Float32Array)) throw new Error(`${layer} has no float32 numbers called ${name}`);
        return { shape: (dataset as InstanceType<typeof Dataset>).shape ?? [], values: value };
      });
      if (arrays.length > 0) weights.set(layer, arrays);
    }
    return weights;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    // HDF5 tells its whole stack; what was wrong stands in its last line of the form `in function(): reason`.
    const reason = Array.from(text.matchAll(/\(\): (.*)/g), ([, said]) => said).at(-1) ?? text;
    const message = `${path} must be an .h5 file of Keras weights, but cannot be read as one: ${reason}.`;
    throw new WinnowError('WEIGHTS_MISSING', message, { cause });
  } finally {
    file?.close();
  }
}

function namesIn({ attrs }: H5Group, attribute: string): string[] {
  const value: unknown = attrs[attribute]?.value;
  if (!Array.isArray(value)) throw new Error(`it has no list ${attribute}`);
  return value.map(String);
}
