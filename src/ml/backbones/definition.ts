import type { LayersModel } from '../convert/layers-model.js';
import type { Engine } from '../engine.js';

export const PRECISIONS = ['FP32', 'INT8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Where weights and networks lie that are no part of the program. */
export interface Place {
  /** WINNOW_HOME; networks stand in its folder `backbones`. */
  readonly home: string;
  /** The .h5 file of VGG16; null or left out for the official one, which is downloaded. */
  readonly vgg16Weights?: string | null;
}

/** What a reader wants to know of a backbone. */
export interface About {
  readonly network: string;
  readonly source: string;
  /** Null when whoever added it did not say. */
  readonly licence: string | null;
}

/**
 * How to come by a backbone. The registry knows some by name (built-in.ts), the catalog others, and all are described and
 * loaded by the same two functions (../backbones.ts).
 */
export interface BackboneDefinition {
  readonly name: string;
  /** Height and width of the squares it sees, in pixels. */
  readonly size: number;
  /** Numbers in a feature vector. */
  readonly dimensions: number;
  readonly precision: Precision;
  /** Squares in one run of the network: 1 for a network that takes no more; left out, what is fastest. */
  readonly squaresPerRun?: number | null;
  readonly about: About;
  /** All that decides the features beside the weights: taps, preprocessing, version of the conversion. JSON. */
  readonly made: Readonly<Record<string, unknown>>;
  /**
   * Hex SHA-256 of the weights as they came. Asked for often, so it remembers what it has read. May download them first.
   * @throws WinnowError WEIGHTS_MISSING that says where they come from
   */
  weights(place: Place): Promise<string>;
  /** Size of the weights in bytes. Fetches nothing. @throws WinnowError WEIGHTS_MISSING as above */
  bytes(place: Place): Promise<number>;
  /**
   * The network as an .onnx file: input `pixels`, uint8 [n, size, size, 3], RGB row by row; output `features`,
   * float32 [n, dimensions]; for any n.
   * @param fingerprint names what the definition makes, for those that keep it on disk
   * @throws WinnowError WEIGHTS_MISSING that says where they come from
   */
  network(place: Place, fingerprint: string): Promise<Uint8Array>;
  /** The same as a layers model of TensorFlow.js: pictures, RGB 0..255, in. Left out where it is no such model. */
  readonly layers?: (place: Place) => Promise<LayersModel>;
  /**
   * The same in TensorFlow.js, from the same weights; left out where it cannot be.
   * @throws WinnowError WEIGHTS_MISSING that says where they come from
   */
  readonly inTensorflow?: (place: Place) => Promise<Engine>;
}
