import { cached } from '../convert/cached.js';
import { CONVERTER_VERSION } from '../convert/convert.js';
import type { LayersModel } from '../convert/layers-model.js';
import { layersToOnnx } from '../convert/layers-to-onnx.js';
import { readKerasWeights } from '../keras/h5.js';
import { CHANNELS, extend, PREPROCESSING, vgg16Base } from '../vgg16/network.js';
import { findWeights, sizeOfWeights } from '../vgg16/weights.js';
import type { BackboneDefinition, Place } from './definition.js';
import { convertedPath } from './files.js';

const SIZE = 224;
const TAP = 'block5_pool';

/** VGG16 as Keras trained it on ImageNet, frozen: the mean of its last block over space. Converted to ONNX at first use and kept. */
export const vgg16: BackboneDefinition = Object.freeze({
  name: 'vgg16',
  size: SIZE,
  dimensions: CHANNELS,
  precision: 'FP32' as const,
  about: {
    network: 'VGG16 without top (ImageNet)',
    source: 'keras.applications, by the Visual Geometry Group of Oxford; or the file that WINNOW_VGG16_WEIGHTS names',
    licence: 'CC-BY-4.0',
  },
  made: { taps: [TAP], size: SIZE, preprocessing: PREPROCESSING, conversion: CONVERTER_VERSION },
  weights: async (place) => (await findWeights(place)).sha256,
  bytes: sizeOfWeights,
  network: (place, fingerprint) =>
    cached(convertedPath(place.home, fingerprint), async () => {
      return layersToOnnx(await layers(place), { input: 'BYTES', output: 'features' });
    }),
  layers,
  inTensorflow: async (place) => {
    const { openLayersEngine } = await import('../tensorflow-engine.js');
    return openLayersEngine(await layers(place));
  },
} satisfies BackboneDefinition);

async function layers(place: Place): Promise<LayersModel> {
  const { path } = await findWeights(place);
  const base = vgg16Base(SIZE, await readKerasWeights(path));
  return extend(base, [{ name: 'mean', type: 'GlobalAveragePooling2D', config: {}, inputs: [TAP] }]);
}
