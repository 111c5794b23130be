import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';

import type { Augmentation, CalibrationKind } from '../entities/index.js';
import { AugmentationEnum, CalibrationEnum, CarryEnum, FineTuneEnum } from './enums.js';

/** As a model's row holds them. The last four came later, or are not those of a model that was imported. */
interface StoredOptions {
  epochs: number;
  batchSize: number;
  learningRate: number;
  l2: number;
  patience: number;
  seed: number;
  validationShare: number;
  folds: number;
  calibration: CalibrationKind;
  augmentation?: Augmentation;
  fineTune?: keyof typeof FineTuneEnum;
  carry?: keyof typeof CarryEnum;
  backend?: string;
}

@ObjectType('TrainingOptions', {
  description: 'The options that a model was trained with, defaults filled in: see `TrainInput`.',
})
export class TrainingOptionsType {
  private readonly options: StoredOptions;

  constructor(options: Record<string, unknown>) {
    this.options = options as unknown as StoredOptions;
  }

  @Field(() => Int, { description: 'The most passes over the training labels.' })
  get epochs(): number {
    return this.options.epochs;
  }

  @Field(() => Int, { description: 'Labels in one step.' })
  get batchSize(): number {
    return this.options.batchSize;
  }

  @Field(() => Float, { description: 'The step size of Adam.' })
  get learningRate(): number {
    return this.options.learningRate;
  }

  @Field(() => Float, { description: 'The penalty on the sum of squared weights.' })
  get l2(): number {
    return this.options.l2;
  }

  @Field(() => Int, { description: 'Epochs without a lower validation loss before it stopped early; 0 for never.' })
  get patience(): number {
    return this.options.patience;
  }

  @Field(() => GraphQLSafeInt, { description: 'What everything random followed from.' })
  get seed(): number {
    return this.options.seed;
  }

  @Field(() => Float, { description: 'The share of the labels that was held out at a time, 0.05 to 0.5.' })
  get validationShare(): number {
    return this.options.validationShare;
  }

  @Field(() => Int, { description: 'In how many folds labels were held out; 1: the share was held out once.' })
  get folds(): number {
    return this.options.folds;
  }

  @Field(() => CalibrationEnum, {
    description: 'The calibration asked for; what was done stands in `Calibration.kind`.',
  })
  get calibration(): CalibrationKind {
    return this.options.calibration;
  }

  @Field(() => AugmentationEnum, { description: 'In what other forms it learnt from each labelled picture.' })
  get augmentation(): Augmentation {
    return this.options.augmentation ?? 'NONE';
  }

  @Field(() => FineTuneEnum, { description: 'Which part of the backbone was trained together with the head.' })
  get fineTune(): keyof typeof FineTuneEnum {
    return this.options.fineTune ?? 'NONE';
  }

  @Field(() => CarryEnum, {
    nullable: true,
    description: 'How the threshold of the model in force was carried over; null for a model that was imported.',
  })
  get carry(): keyof typeof CarryEnum | null {
    return this.options.carry ?? null;
  }

  @Field(() => String, {
    nullable: true,
    description:
      'The backend of TensorFlow.js that trained it: tfjs-node-gpu, tfjs-node, webgpu, wasm or cpu; null for a model that was imported.',
  })
  get backend(): string | null {
    return this.options.backend ?? null;
  }
}
