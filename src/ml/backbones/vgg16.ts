import { cached } from '../convert/cached.js';
import { CONVERTER_VERSION } from '../convert/convert.js';
import type { LayersModel } from '../convert/layers-model.js';
import { layersToOnnx } from '../convert/layers-to-onnx.js';
import { readKerasWeights } from '../keras/h5.js';
import type { Engine } from '../engine.js';
import { CHANNELS, extend, PREPROCESSING, vgg16Base } from '../vgg16/network.js';
import { FROZEN_SHRINKS, frozenPart } from '../vgg16/recipe.js';
import { findWeights, sizeOfWeights } from '../vgg16/weights.js';
import type { BackboneDefinition, Place } from './definition.js';
import { convertedPath } from './files.js';

const SIZE = 224;
const TAP = 'block5_pool';
/** Of block3_pool. */
const FROZEN_CHANNELS = 256;

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
  inTensorflow: async (place) => inTensorflow(await layers(place)),
} satisfies BackboneDefinition);

/**
 * The part of VGG16 that stays as it is when the rest is fine-tuned: block3_pool, all its numbers in one row. What it gives is
 * kept for as long as a run trains, and never among features.
 * @param size height and width of its squares, in pixels: a multiple of 32.
 */
export function frozenVgg16(size: number): BackboneDefinition {
  const layers = async (place: Place) => frozenPart(await vgg16Layers(place, size));
  return Object.freeze({
    ...vgg16,
    size,
    dimensions: (size / FROZEN_SHRINKS) ** 2 * FROZEN_CHANNELS,
    made: { ...vgg16.made, taps: ['block3_pool'], size },
    network: async (place) => layersToOnnx(await layers(place), { input: 'BYTES', output: 'features' }),
    layers,
    inTensorflow: async (place) => inTensorflow(await layers(place)),
  } satisfies BackboneDefinition);
}

/** VGG16 without its top. @throws WinnowError WEIGHTS_MISSING */
export async function vgg16Layers(place: Place, size: number): Promise<LayersModel> {
  const { path } = await findWeights(place);
  return vgg16Base(size, await readKerasWeights(path));
}

async function layers(place: Place): Promise<LayersModel> {
  const mean = { name: 'mean', type: 'GlobalAveragePooling2D', config: {}, inputs: [TAP] };
  return extend(await vgg16Layers(place, SIZE), [mean]);
}

async function inTensorflow(model: LayersModel): Promise<Engine> {
  const { openLayersEngine } = await import('../tensorflow-engine.js');
  return openLayersEngine(model);
}
