import { Field, Int, ObjectType } from 'type-graphql';

import type { Backbone } from '../entities/index.js';
import { PrecisionEnum } from './enums.js';

@ObjectType('Backbone', {
  description:
    'A pretrained network cut at named taps, together with its preprocessing, that made the features of a model: image in, feature vector out.',
})
export class BackboneType {
  constructor(private readonly row: Backbone) {}

  @Field(() => String, { description: 'Its name, such as mobilenet-v3: see the query `backbones`.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => String, {
    description:
      'A hash of everything that changes pixels or features, as 64 hexadecimal digits. Features of two fingerprints are never mixed.',
  })
  get fingerprint(): string {
    return this.row.fingerprint;
  }

  @Field(() => Int, { description: 'The side of the square that it sees, in pixels.' })
  get size(): number {
    return this.row.size;
  }

  @Field(() => Int, { description: 'The length of the feature vector of one image.' })
  get dimensions(): number {
    return this.row.dimensions;
  }

  @Field(() => PrecisionEnum, { description: 'The numeric precision in which it computes features.' })
  get precision(): keyof typeof PrecisionEnum {
    return this.row.spec.arithmetic === 'INT8' ? 'INT8' : 'FP32';
  }
}
