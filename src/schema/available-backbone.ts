import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Ctx, Field, Float, Int, ObjectType, Query, Resolver } from 'type-graphql';

import type { AvailableBackbone, MeasuredSpeed } from '../catalog/backbones.js';
import type { Context } from './context.js';
import { PrecisionEnum } from './enums.js';

@ObjectType('BackboneSpeed', {
  description: 'How fast a backbone was when it was last measured, with a machine to itself.',
  simpleResolvers: true,
})
class BackboneSpeedType implements MeasuredSpeed {
  @Field(() => String, { description: 'The host name of the machine.' })
  machine!: string;

  @Field(() => PrecisionEnum, { description: 'The numeric precision.' })
  precision!: string;

  @Field(() => String, { description: 'The execution provider of ONNX Runtime: cpu, webgpu, cuda, ...' })
  provider!: string;

  @Field(() => Float, { description: 'Letterboxed images a second.' })
  imagesPerSecond!: number;

  @Field(() => GraphQLDateTime, { description: 'When it was measured.' })
  measuredAt!: Date;
}

@ObjectType('AvailableBackbone', {
  description: 'A pretrained network that EMBED and TRAIN may be asked to use by its name.',
})
class AvailableBackboneType {
  constructor(private readonly backbone: AvailableBackbone) {}

  @Field(() => String, { description: 'Its name, as `backbone` of embed and train takes it.' })
  get name(): string {
    return this.backbone.name;
  }

  @Field(() => String, { description: 'The network, or the name of the file that was added.' })
  get network(): string {
    return this.backbone.network;
  }

  @Field(() => String, { description: 'Where its weights come from.' })
  get source(): string {
    return this.backbone.source;
  }

  @Field(() => String, { nullable: true, description: 'Its licence; null when whoever added it did not say.' })
  get licence(): string | null {
    return this.backbone.licence;
  }

  @Field(() => Int, { description: 'The side of the square that it sees, in pixels.' })
  get size(): number {
    return this.backbone.size;
  }

  @Field(() => Int, { description: 'The length of the feature vector of one image.' })
  get dimensions(): number {
    return this.backbone.dimensions;
  }

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Size of its weights in bytes; null while they are missing.',
  })
  get bytes(): number | null {
    return this.backbone.bytes;
  }

  @Field(() => String, { nullable: true, description: 'Who added it; null for those that come with the program.' })
  get addedBy(): string | null {
    return this.backbone.added?.by ?? null;
  }

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was added; null for those that come with the program.',
  })
  get addedAt(): Date | null {
    return this.backbone.added?.at ?? null;
  }

  @Field(() => String, {
    nullable: true,
    description: 'What has to be done before it can be used, for people to read; null when it can be used.',
  })
  get missing(): string | null {
    return this.backbone.missing;
  }

  @Field(() => [BackboneSpeedType], {
    description: 'How fast it was on each machine and in each precision that it was measured in, the fastest first.',
  })
  get speeds(): readonly MeasuredSpeed[] {
    return this.backbone.speeds;
  }
}

@Resolver()
export class BackboneResolver {
  @Query(() => [AvailableBackboneType], {
    description:
      'All pretrained networks that embed and train may name. On the command line, `winnow backbones add` adds to them.',
  })
  async backbones(@Ctx() { backbones }: Context): Promise<AvailableBackboneType[]> {
    return (await backbones()).map((backbone) => new AvailableBackboneType(backbone));
  }
}
