import type { BackboneDefinition } from './definition.js';
import { graphModelBackbone } from './graph-model.js';
import { vgg16 } from './vgg16.js';

const mobilenetV3 = graphModelBackbone({
  name: 'mobilenet-v3',
  size: 224,
  dimensions: 88 + 528 + 120 + 480,
  input: 'tower_0/images',
  taps: [
    'tower_0/MobilenetV3/expanded_conv_11/add',
    'tower_0/MobilenetV3/expanded_conv_12/depthwise/hard_swish/mul_1',
    'tower_0/MobilenetV3/expanded_conv_14/add',
    'tower_0/extern1/hard_swish/mul_1',
  ],
  weights: { package: '@vladmandic/human', path: '../models/centernet' },
  about: {
    network: 'MobileNetV3-Large trunk of a CenterNet detector (ImageNet, then COCO)',
    source: 'npm package @vladmandic/human, models/centernet',
    licence: 'MIT',
    input: 'RGB 0..255',
  },
});

/** The backbones that come with the program. Those that people add stand in the catalog. */
export const BUILT_IN: readonly BackboneDefinition[] = [mobilenetV3, vgg16];

export const DEFAULT_BACKBONE = mobilenetV3.name;

export function builtInBackbone(name: string): BackboneDefinition | undefined {
  return BUILT_IN.find((definition) => definition.name === name);
}
