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

@InputType({
  description:
    'What to ingest, and into which collection. At least one of paths, positive and negative. Paths are absolute, on the server, within the folders that it may use; at most 1,000 in a list.',
})
export class IngestInput {
  @Field(() => String, {
    description: 'The name of the collection, 1 to 200 characters. It is created when there is none of this name.',
  })
  collectionName!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Folders, with all that is below them, and single files.',
  })
  paths?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Folders and files to ingest as well, and to label POSITIVE.' })
  positive?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Folders and files to ingest as well, and to label NEGATIVE.' })
  negative?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the name of the nearest folder above a file is its label, if it is one of: positive, ok, good, yes, 1; negative, ng, bad, no, 0. Default: false.',
  })
  labelsByFolder?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'A CSV file of labels, with the columns path,label or sha256,label.',
  })
  labelsFile?: string | null;

  @Field(() => String, { nullable: true, description: 'Who gave the labels. Default: whom the token belongs to.' })
  who?: string | null;
}

@InputType({ description: 'Which collection to letterbox, and how.' })
export class ResizeInput {
  @Field(() => ID, { description: 'The id of the collection.' })
  collection!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The side of the square in pixels, 1 to 4096. Default: 224, what the backbones that come with the program see.',
  })
  size?: number | null;

  @Field(() => PositionEnum, {
    nullable: true,
    description: 'Where the picture lies on the square. Default: TOP_LEFT.',
  })
  position?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The colour of the rest of the square, as # and six hexadecimal digits (RRGGBB). Default: #000000.',
  })
  pad?: string | null;
}

@InputType({ description: 'Which collection to compute features of, and with which backbone.' })
export class EmbedInput {
  @Field(() => ID, { description: 'The id of the collection.' })
  collection!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the backbone: see the query `backbones`. Default: mobilenet-v3.',
  })
  backbone?: string | null;

  @Field(() => PrecisionEnum, { nullable: true, description: 'The numeric precision of the backbone. Default: FP32.' })
  precision?: keyof typeof PrecisionEnum | null;

  @Field(() => EngineEnum, {
    nullable: true,
    description: 'The library that computes. Default: WINNOW_ENGINE, which is ONNX unless set otherwise.',
  })
  engine?: EngineName | null;
}

@InputType({
  description: 'On the labels of which collection to train, and how. The defaults are right to begin with.',
})
export class TrainInput {
  @Field(() => ID, { description: 'The id of the collection.' })
  collection!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the backbone whose features the head reads: see the query `backbones`. Default: mobilenet-v3; vgg16 with fineTune.',
  })
  backbone?: string | null;

  @Field(() => PrecisionEnum, {
    nullable: true,
    description:
      'The numeric precision of the backbone, in training and for every image that the model scores. Default: FP32.',
  })
  precision?: keyof typeof PrecisionEnum | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'With INT8: how much less than in FP32 the AUC on the validation labels may be, 0 to 1, before the run fails with PRECISION_LOST. Default: 0.02.',
  })
  maxAucLoss?: number | null;

  @Field(() => FineTuneEnum, {
    nullable: true,
    description:
      'Which part of the backbone to train together with the head. BLOCK4 needs the backbone vgg16, the head MLP, FP32, one fold and no augmentation, which are its defaults. Default: NONE.',
  })
  fineTune?: keyof typeof FineTuneEnum | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'With fineTune: the side of the squares in pixels, a multiple of 32 from 32 to 512. Half the side is a quarter of the work. Default: 224. Not without fineTune.',
  })
  size?: number | null;

  @Field(() => HeadEnum, { nullable: true, description: 'The kind of head. Default: LINEAR; MLP with fineTune.' })
  head?: HeadName | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The most passes over the training labels, 1 to 10,000. Default: 100.',
  })
  epochs?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Labels in one step, 1 to 65,536. Default: 32 for LINEAR and with fineTune, 64 for MLP.',
  })
  batchSize?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The step size of Adam, above 0, at most 10. Default: 0.003 for LINEAR, 0.0001 for MLP, 0.00001 with fineTune.',
  })
  learningRate?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The penalty on the sum of squared weights, 0 to 1,000. Default: 0.07 for LINEAR, 0.0001 for MLP, 0 with fineTune.',
  })
  l2?: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'What everything random follows from, 0 to 4,294,967,295: the same seed, labels, options and machine give the same model. Default: 1.',
  })
  seed?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of the labels that is held out at a time, to choose the best epoch and to calibrate, 0.05 to 0.5. Default: 0.2.',
  })
  validationShare?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'In how many folds to hold labels out, 2 to 20: each label is judged by a head that has not seen it, while the model learns from all of them. 1 holds `validationShare` out once, and the model learns from the rest. Default: 1 / validationShare, rounded, for LINEAR; 1 for MLP.',
  })
  folds?: number | null;

  @Field(() => CalibrationEnum, {
    nullable: true,
    description: 'How logits become scores that are probabilities. Default: COLLECTION.',
  })
  calibration?: CalibrationKind | null;

  @Field(() => AugmentationEnum, {
    nullable: true,
    description:
      'In what other forms to learn from each labelled picture; validation is on the pictures as they are. `Metrics.aucGained` says what it did. Default: NONE.',
  })
  augmentation?: keyof typeof AugmentationEnum | null;

  @Field(() => CarryEnum, {
    nullable: true,
    description:
      'How the threshold that somebody set on the model in force becomes the first one of the new model; its note says what was done. Default: PRECISION.',
  })
  carry?: keyof typeof CarryEnum | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Epochs without a lower validation loss before it stops early, 0 to 10,000; 0 for never. Default: 30 for LINEAR, 10 for MLP, 20 with fineTune.',
  })
  patience?: number | null;
}

@InputType({ description: 'Which collection to score, and with which model.' })
export class ClassifyInput {
  @Field(() => ID, { description: 'The id of the collection.' })
  collection!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the model, of this collection. Default: the one in force when the run starts, see `Collection.currentModel`.',
  })
  model?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Instead of `model`: the id of the TRAIN run that makes it, of this collection. It may still be queued, but has to be before this one.',
  })
  trainRun?: string | null;

  @Field(() => ClassifyModeEnum, { nullable: true, description: 'Which images to score. Default: ALL.' })
  mode?: string | null;

  @Field(() => EngineEnum, {
    nullable: true,
    description: 'The library that computes. Default: WINNOW_ENGINE, which is ONNX unless set otherwise.',
  })
  engine?: EngineName | null;
}

@InputType({ description: 'The files of which collection to place where.' })
export class ExportInput {
  @Field(() => ID, { description: 'The id of the collection.' })
  collection!: string;

  @Field(() => String, {
    description:
      'The directory on the server that gets ok/, ng/ and the manifest: an absolute path, within the folders that it may use. It is created when it is not there. A second export into it touches only what changed.',
  })
  directory!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the model, of this collection. Default: the one in force when the run starts, see `Collection.currentModel`.',
  })
  model?: string | null;

  @Field(() => ExportModeEnum, {
    nullable: true,
    description: 'How the files get there. Default: what the directory was exported to with before, else COPY.',
  })
  mode?: ExportMode | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The threshold to decide by, 0 to 1. Default: that of the model in force when the run starts.',
  })
  threshold?: number | null;
}
