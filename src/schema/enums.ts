import { registerEnumType } from 'type-graphql';

import type { EngineName } from '../config.js';
import type {
  Augmentation,
  CalibrationKind,
  ExportMode,
  HeadName,
  ImageFormat,
  LabelOrigin,
  LabelValue,
  RunState,
  StageName,
  Verdict,
} from '../entities/index.js';

type EnumValuesConfig<T extends string> = Partial<Record<T, { description: string }>>;
type Values<T extends string> = { readonly [K in T]: K };

export const StageEnum: Values<StageName> = {
  INGEST: 'INGEST',
  RESIZE: 'RESIZE',
  EMBED: 'EMBED',
  TRAIN: 'TRAIN',
  CLASSIFY: 'CLASSIFY',
  EXPORT: 'EXPORT',
};
describe(StageEnum, 'Stage', 'What a run does.', {
  INGEST: 'Finds files, reads and checks them, and puts the images into the collection.',
  RESIZE: 'Letterboxes every image to the square that the network sees.',
  EMBED: 'Computes the features of every image with a backbone.',
  TRAIN: 'Trains a model on the labels of the collection.',
  CLASSIFY: 'Scores the images of the collection with a model.',
  EXPORT: 'Places the files in ok/ and ng/ by verdict, with a manifest.',
});

export const RunStateEnum: Values<RunState> = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
};
describe(RunStateEnum, 'RunState', 'How far a run is.', {
  QUEUED: 'Waits for the earlier runs of its collection, or for a worker.',
  RUNNING: 'A worker is at it.',
  SUCCEEDED: 'Every item was done, skipped or has failed on its own account; see the failures.',
  FAILED: 'Could not go on; see errorCode and errorMessage.',
  CANCELLED: 'Was stopped by cancelRun. What was done until then is kept.',
});

export const LabelValueEnum: Values<LabelValue> = { POSITIVE: 'POSITIVE', NEGATIVE: 'NEGATIVE' };
describe(LabelValueEnum, 'LabelValue', 'What a human says an image is.', {
  POSITIVE: 'Yes to the question of the collection: wanted.',
  NEGATIVE: 'No to the question of the collection: not wanted.',
});

export const LabelOriginEnum: Values<LabelOrigin> = { FOLDER: 'FOLDER', HAND: 'HAND', IMPORT: 'IMPORT' };
describe(LabelOriginEnum, 'LabelOrigin', 'Where a label comes from.', {
  FOLDER: 'The folder the file was found in.',
  HAND: 'Somebody who looked at the image. A label by hand is never overridden by the two others.',
  IMPORT: 'A file of labels.',
});

export const VerdictEnum: Values<Verdict> = { OK: 'OK', NG: 'NG' };
describe(VerdictEnum, 'Verdict', 'What becomes of an image: its label if a human gave one, else score >= threshold.', {
  OK: 'Wanted.',
  NG: 'Not wanted.',
});

export const ImageFormatEnum: Values<ImageFormat> = {
  JPEG: 'JPEG',
  PNG: 'PNG',
  WEBP: 'WEBP',
  GIF: 'GIF',
  TIFF: 'TIFF',
  AVIF: 'AVIF',
};
describe(ImageFormatEnum, 'ImageFormat', 'What the bytes of a file are, whatever its name ends in.', {
  JPEG: 'JPEG (ISO/IEC 10918).',
  PNG: 'PNG.',
  WEBP: 'WebP.',
  GIF: 'GIF; its first frame counts.',
  TIFF: 'TIFF; its first page counts.',
  AVIF: 'AVIF.',
});

export const HeadEnum: Values<HeadName> = { LINEAR: 'LINEAR', MLP: 'MLP' };
describe(HeadEnum, 'Head', 'The small trained part of a model: features in, one logit out.', {
  LINEAR: 'One weight a feature, on standardised features, with L2. Right for hundreds of labels.',
  MLP: 'Batch normalisation, 2,048 hidden units (relu), one output. For thousands of labels.',
});

export const CalibrationEnum: Values<CalibrationKind> = { NONE: 'NONE', LABELS: 'LABELS', COLLECTION: 'COLLECTION' };
describe(CalibrationEnum, 'CalibrationKind', 'How scores are made to be probabilities.', {
  NONE: 'Not at all: the score is the sigmoid of the logit.',
  LABELS: 'Platt scaling on held-out labels: right for images that are as often positive as the labels are.',
  COLLECTION: "And shifted to the collection's own share of positives, estimated from unlabelled images.",
});

export const AugmentationEnum: Values<Augmentation> = { NONE: 'NONE', FLIP: 'FLIP' };
describe(AugmentationEnum, 'Augmentation', 'In what other forms labelled pictures are learnt from.', {
  NONE: 'None: as they are.',
  FLIP: 'Flipped left to right as well; not for pictures in which left and right differ, such as writing.',
});

export const EngineEnum: Values<EngineName> = { ONNX: 'ONNX', TENSORFLOW: 'TENSORFLOW' };
describe(
  EngineEnum,
  'Engine',
  'What computes features and scores. The two agree to 1e-4, so what they made may stand together.',
  {
    ONNX: 'ONNX Runtime.',
    TENSORFLOW: 'TensorFlow.js, with the best backend that is there.',
  },
);

export const CarryEnum = { PRECISION: 'PRECISION', SHARE: 'SHARE', NONE: 'NONE' } as const;
describe(CarryEnum, 'ThresholdCarry', 'How a threshold is carried over from the model before, if somebody set it.', {
  PRECISION: 'To where the new model is as precise on held-out labels; by share where that is not known.',
  SHARE: 'To where the new model keeps as large a share of the unlabelled images.',
  NONE: 'Not at all: the new model starts at 0.5.',
});

export const PositionEnum = { TOP_LEFT: 'TOP_LEFT', CENTRE: 'CENTRE' } as const;
describe(PositionEnum, 'LetterboxPosition', 'Where the picture lies on its square.', {
  TOP_LEFT: 'In the top left corner.',
  CENTRE: 'In the middle.',
});

export const PrecisionEnum = { FP32: 'FP32', INT8: 'INT8' } as const;
describe(PrecisionEnum, 'Precision', 'The arithmetic in which a backbone computes features.', {
  FP32: 'Floating point with 32 bits, as it was trained.',
  INT8: 'Whole numbers with 8 bits: faster, a little less exact.',
});

export const FineTuneEnum = { NONE: 'NONE', BLOCK4: 'BLOCK4' } as const;
describe(FineTuneEnum, 'FineTune', 'What of the backbone is trained together with the head.', {
  NONE: 'Nothing: the head learns from features that are computed once.',
  BLOCK4:
    'Of vgg16 the fourth and the fifth block of convolutions. Every model has a network of its own then, which has to see every image.',
});

export const ClassifyModeEnum = { ALL: 'ALL', MISSING: 'MISSING' } as const;
describe(ClassifyModeEnum, 'ClassifyMode', 'Which images a CLASSIFY run scores.', {
  ALL: 'All of the collection; the scores that this model gave before are replaced at once when the run ends.',
  MISSING: 'Those without a score by this model.',
});

export const ExportModeEnum: Values<ExportMode> = {
  COPY: 'COPY',
  HARDLINK: 'HARDLINK',
  SYMLINK: 'SYMLINK',
  MOVE: 'MOVE',
};
describe(ExportModeEnum, 'ExportMode', 'How a file gets into the export directory.', {
  COPY: 'Copied; the original stays.',
  HARDLINK: 'A second name for the same file; takes no space, needs the same file system.',
  SYMLINK: 'A link to the original.',
  MOVE: 'Moved away from where it was; can be undone from the manifest.',
});

export const ImageOrderEnum = {
  SCORE_DESC: 'SCORE_DESC',
  SCORE_ASC: 'SCORE_ASC',
  DISTANCE: 'DISTANCE',
  NEWEST: 'NEWEST',
  RANDOM: 'RANDOM',
} as const;
export type ImageOrderName = keyof typeof ImageOrderEnum;
describe(ImageOrderEnum, 'ImageOrder', 'The order of images.', {
  SCORE_DESC: 'Highest score first.',
  SCORE_ASC: 'Lowest score first.',
  DISTANCE: 'Nearest to the threshold in force first, above or below: where looking changes most.',
  NEWEST: 'Last ingested first, into whichever collection.',
  RANDOM: 'Shuffled by the seed: the same seed gives the same order. Reads every image of the filter for each page.',
});

export const FlipOrderEnum = { SCORE_DESC: 'DESC', SCORE_ASC: 'ASC' } as const;
describe(FlipOrderEnum, 'FlipOrder', 'The order of flips: by the score with the model of `to`.', {
  SCORE_DESC: 'Highest score first.',
  SCORE_ASC: 'Lowest score first.',
});

function describe<T extends string>(
  values: Readonly<Record<T, string>>,
  name: string,
  description: string,
  meanings: Readonly<Record<T, string>>,
): void {
  const described = Object.entries<string>(meanings).map(([value, meaning]) => [value, { description: meaning }]);
  registerEnumType(values, { name, description, valuesConfig: Object.fromEntries(described) as EnumValuesConfig<T> });
}
