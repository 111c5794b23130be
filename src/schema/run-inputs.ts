import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';

import type { EngineName } from '../config.js';
import type { CalibrationKind, ExportMode, HeadName } from '../entities/index.js';
import {
  AugmentationEnum,
  CalibrationEnum,
  CarryEnum,
  ClassifyModeEnum,
  EngineEnum,
  ExportModeEnum,
  FineTuneEnum,
  HeadEnum,
  PositionEnum,
  PrecisionEnum,
} from './enums.js';

/** The inputs of the mutations that start a run. Ranges are checked by the stage itself, which names the field. */

@InputType({ description: 'What to ingest, and into which collection.' })
export class IngestInput {
  @Field(() => String, { description: 'The name of the collection; it is made when there is none.' })
  collection!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Folders, searched with all that is below them, and single files.',
  })
  paths?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Folders and files to ingest as well, and to label POSITIVE.' })
  positive?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Folders and files to ingest as well, and to label NEGATIVE.' })
  negative?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Label by folder: positive, ok, good, yes, 1 against negative, ng, bad, no, 0. Default: false.',
  })
  labelsByFolder?: boolean | null;

  @Field(() => String, { nullable: true, description: 'A CSV file with the columns path,label or sha256,label.' })
  labelsFile?: string | null;

  @Field(() => String, { nullable: true, description: 'Who gave the labels. Default: who requests the run.' })
  who?: string | null;
}

@InputType({ description: 'How to letterbox, and which collection.' })
export class ResizeInput {
  @Field(() => ID, { description: 'The collection.' })
  collection!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The side of the square in pixels. Default: 224, what the default backbone sees.',
  })
  size?: number | null;

  @Field(() => PositionEnum, {
    nullable: true,
    description: 'Where the picture lies on the square. Default: TOP_LEFT.',
  })
  position?: string | null;

  @Field(() => String, { nullable: true, description: 'The colour of the rest, like #000000, the default.' })
  pad?: string | null;
}

@InputType({ description: 'Whose features to compute, and with what.' })
export class EmbedInput {
  @Field(() => ID, { description: 'The collection.' })
  collection!: string;

  @Field(() => String, { nullable: true, description: 'The backbone. Default: mobilenet-v3.' })
  backbone?: string | null;

  @Field(() => PrecisionEnum, { nullable: true, description: 'Its arithmetic. Default: FP32.' })
  precision?: keyof typeof PrecisionEnum | null;

  @Field(() => EngineEnum, { nullable: true, description: 'What computes. Default: what the service is set to, ONNX.' })
  engine?: EngineName | null;
}

@InputType({
  description: 'How to train, and on the labels of which collection. Every default is right to begin with.',
})
export class TrainInput {
  @Field(() => ID, { description: 'The collection.' })
  collection!: string;

  @Field(() => String, { nullable: true, description: 'The backbone whose features are read. Default: mobilenet-v3.' })
  backbone?: string | null;

  @Field(() => PrecisionEnum, {
    nullable: true,
    description:
      'The arithmetic of the backbone, in training and for every image that the model scores. Default: FP32.',
  })
  precision?: keyof typeof PrecisionEnum | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'With INT8: how much of the AUC on validation labels may be lost against FP32 before the run fails with PRECISION_LOST. Default: 0.02.',
  })
  mostLoss?: number | null;

  @Field(() => FineTuneEnum, {
    nullable: true,
    description:
      'What of the backbone to train together with the head. With BLOCK4 the backbone is vgg16, the head MLP. Default: NONE.',
  })
  fineTune?: keyof typeof FineTuneEnum | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'With fineTune: the side of the squares in pixels, a multiple of 32 up to 512. Half the side is a quarter of the work. Default: 224.',
  })
  size?: number | null;

  @Field(() => HeadEnum, { nullable: true, description: 'What to train. Default: LINEAR.' })
  head?: HeadName | null;

  @Field(() => Int, { nullable: true, description: 'The most passes over the training labels. Default: 100.' })
  epochs?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Labels in one step. Default: 32 for LINEAR and with fineTune, 64 for MLP.',
  })
  batchSize?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The step size of Adam. Default: 0.003 for LINEAR, 0.0001 for MLP, 0.00001 with fineTune.',
  })
  learningRate?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Penalty on the squared weights. Default: 0.07 for LINEAR, 0.0001 for MLP, 0 with fineTune.',
  })
  l2?: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Decides everything random: the same seed, labels and machine give the same model. Default: 1.',
  })
  seed?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the labels held out to choose the best epoch, 0.05 to 0.5. Default: 0.2.',
  })
  validationShare?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Hold labels out in so many folds, 2 to 20, each judged by a head that has not seen it, while the model learns from all labels; 1 holds the share out once. Default: 1 / validationShare for LINEAR, 1 for MLP.',
  })
  folds?: number | null;

  @Field(() => CalibrationEnum, {
    nullable: true,
    description: 'How scores are made to be probabilities. Default: COLLECTION.',
  })
  calibration?: CalibrationKind | null;

  @Field(() => AugmentationEnum, {
    nullable: true,
    description:
      'In what other forms labelled pictures are learnt from; none of them judges. The metrics say what it did. Default: NONE.',
  })
  augmentation?: keyof typeof AugmentationEnum | null;

  @Field(() => CarryEnum, {
    nullable: true,
    description:
      'How a threshold that somebody set on the model before becomes the first threshold of the new one; its note says what was done. Default: PRECISION.',
  })
  carry?: keyof typeof CarryEnum | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Epochs without an improvement before it stops early; 0 for never. Default: 30 for LINEAR, 10 for MLP, 20 with fineTune.',
  })
  patience?: number | null;
}

@InputType({ description: 'What to score, and with which model.' })
export class ClassifyInput {
  @Field(() => ID, { description: 'The collection.' })
  collection!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'The model. Default: the newest of the collection when the run starts, so a TRAIN run may still be queued.',
  })
  model?: string | null;

  @Field(() => ClassifyModeEnum, { nullable: true, description: 'Which images. Default: ALL.' })
  mode?: string | null;

  @Field(() => EngineEnum, { nullable: true, description: 'What computes. Default: what the service is set to, ONNX.' })
  engine?: EngineName | null;
}

@InputType({ description: 'What to place where.' })
export class ExportInput {
  @Field(() => ID, { description: 'The collection.' })
  collection!: string;

  @Field(() => String, {
    description:
      'The directory on the server that gets ok/, ng/ and the manifest. A second export into it touches only what changed.',
  })
  directory!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The model. Default: the newest of the collection when the run starts.',
  })
  model?: string | null;

  @Field(() => ExportModeEnum, { nullable: true, description: 'How the files get there. Default: COPY.' })
  mode?: ExportMode | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The threshold to decide by, 0 to 1. Default: the one in force when the run starts.',
  })
  threshold?: number | null;
}
