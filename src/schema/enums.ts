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
describe(RunStateEnum, 'RunState', 'Whether a run waits, works or is over.', {
  QUEUED: 'Waits for the earlier runs of its collection, or for a worker.',
  RUNNING: 'A worker is working on it.',
  SUCCEEDED: 'It went through every item. Single items may have failed: `failures` tells which.',
  FAILED: 'Could not go on: `error` says why.',
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
describe(CalibrationEnum, 'CalibrationKind', 'How logits become scores that are probabilities.', {
  NONE: 'Not calibrated: the score is the sigmoid of the logit.',
  LABELS: 'Platt scaling on held-out labels: right for images that are as often positive as the labels are.',
  COLLECTION:
    "As LABELS, then shifted to the collection's own share of positives, estimated from unlabelled images (prior shift).",
});

export const AugmentationEnum: Values<Augmentation> = { NONE: 'NONE', FLIP: 'FLIP' };
describe(AugmentationEnum, 'Augmentation', 'In what other forms training learns from each labelled picture.', {
  NONE: 'In none: as it is.',
  FLIP: 'Flipped left to right as well; not for pictures in which left and right differ, such as writing.',
});

export const EngineEnum: Values<EngineName> = { ONNX: 'ONNX', TENSORFLOW: 'TENSORFLOW' };
describe(
  EngineEnum,
  'Engine',
  'The library that computes features and scores. The two agree to 1e-4, so what they made may be mixed.',
  {
    ONNX: 'ONNX Runtime.',
    TENSORFLOW: 'TensorFlow.js, with the fastest backend that is installed.',
  },
);

export const CarryEnum = { PRECISION: 'PRECISION', SHARE: 'SHARE', NONE: 'NONE' } as const;
describe(
  CarryEnum,
  'ThresholdCarry',
  'How the threshold that somebody set on the model in force becomes the first one of a new model.',
  {
    PRECISION: 'To where the new model has the same precision on held-out labels; as SHARE where that is not known.',
    SHARE: 'To where the same share of the unlabelled images is OK.',
    NONE: 'Not carried over: the new model starts at 0.5.',
  },
);

export const PositionEnum = { TOP_LEFT: 'TOP_LEFT', CENTRE: 'CENTRE' } as const;
describe(PositionEnum, 'LetterboxPosition', 'Where the picture lies on its letterboxed square.', {
  TOP_LEFT: 'In the top left corner.',
  CENTRE: 'In the middle.',
});

export const PrecisionEnum = { FP32: 'FP32', INT8: 'INT8' } as const;
describe(PrecisionEnum, 'Precision', 'The numeric precision in which a backbone computes features.', {
  FP32: '32-bit floating point, as it was trained.',
  INT8: "8-bit integers, quantised on the collection's own images: faster, a little less exact.",
});

export const FineTuneEnum = { NONE: 'NONE', BLOCK4: 'BLOCK4' } as const;
describe(FineTuneEnum, 'FineTune', 'Which part of the backbone is trained together with the head.', {
  NONE: 'None: the backbone is frozen, and the head learns from features that are computed once.',
  BLOCK4:
    'The fourth and the fifth block of convolutions of vgg16. The model then has a network of its own, which has to see every image.',
});

export const ClassifyModeEnum = { ALL: 'ALL', MISSING: 'MISSING' } as const;
describe(ClassifyModeEnum, 'ClassifyMode', 'Which images a CLASSIFY run scores.', {
  ALL: 'Every image of the collection; the scores that this model gave before are replaced at once when the run ends.',
  MISSING: 'Only images that this model has not scored.',
});

export const ExportModeEnum: Values<ExportMode> = {
  COPY: 'COPY',
  HARDLINK: 'HARDLINK',
  SYMLINK: 'SYMLINK',
  MOVE: 'MOVE',
};
describe(ExportModeEnum, 'ExportMode', 'How a file gets into the export directory.', {
  COPY: 'Copied; the original file stays.',
  HARDLINK: 'Hard-linked: a second name for the same file, which takes no space and needs the same file system.',
  SYMLINK: 'A symbolic link to the original file.',
  MOVE: 'Moved away from where it was; `winnow export --undo` moves it back.',
});

export const ImageOrderEnum = {
  SCORE_DESC: 'SCORE_DESC',
  SCORE_ASC: 'SCORE_ASC',
  THRESHOLD_DISTANCE: 'DISTANCE',
  NEWEST: 'NEWEST',
  RANDOM: 'RANDOM',
} as const;
export type ImageOrderName = (typeof ImageOrderEnum)[keyof typeof ImageOrderEnum];
describe(ImageOrderEnum, 'ImageOrder', 'Which images come first.', {
  SCORE_DESC: 'Highest score first.',
  SCORE_ASC: 'Lowest score first.',
  THRESHOLD_DISTANCE:
    'Score nearest to the threshold in force first, above or below: the most uncertain images, where a label changes most.',
  NEWEST: 'Last ingested first. An image that is in another collection as well stands where it was first ingested.',
  RANDOM:
    'Shuffled by `seed`: the same seed gives the same order. Reads every image of the filter for each page, so it takes longer the more there are.',
});

export const FlipOrderEnum = { SCORE_DESC: 'DESC', SCORE_ASC: 'ASC' } as const;
describe(FlipOrderEnum, 'FlipOrder', 'Which flips come first: by the score by the model of `to`.', {
  SCORE_DESC: 'Highest score first.',
  SCORE_ASC: 'Lowest score first.',
});

/** Registers an enum with what each of its values means. */
export function describe<T extends string>(
  values: Readonly<Record<T, string>>,
  name: string,
  description: string,
  meanings: Readonly<Record<T, string>>,
): void {
  const described = Object.entries<string>(meanings).map(([value, meaning]) => [value, { description: meaning }]);
  registerEnumType(values, { name, description, valuesConfig: Object.fromEntries(described) as EnumValuesConfig<T> });
}
