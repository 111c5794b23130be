// The operations of the page, typed by the schema; made from src/web/**/*.graphql by `npm run schema`. Do not edit.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Operation } from './operation';

/** In what other forms training learns from each labelled picture. */
export type Augmentation =
  /** Flipped left to right as well; not for pictures in which left and right differ, such as writing. */
  | 'FLIP'
  /** In none: as it is. */
  | 'NONE';

/** How logits become scores that are probabilities. */
export type CalibrationKind =
  /** As LABELS, then shifted to the collection's own share of positives, estimated from unlabelled images (prior shift). */
  | 'COLLECTION'
  /** Platt scaling on held-out labels: right for images that are as often positive as the labels are. */
  | 'LABELS'
  /** Not calibrated: the score is the sigmoid of the logit. */
  | 'NONE';

/** Which collection to score, and with which model. */
export type ClassifyInput = {
  /** The id of the collection. */
  collection: string;
  /** The library that computes. Default: WINNOW_ENGINE, which is ONNX unless set otherwise. */
  engine?: Engine | null | undefined;
  /** Which images to score. Default: ALL. */
  mode?: ClassifyMode | null | undefined;
  /** The id of the model, of this collection. Default: the one in force when the run starts, see `Collection.currentModel`. */
  model?: string | null | undefined;
  /** Instead of `model`: the id of the TRAIN run that makes it, of this collection. It may still be queued, but has to be before this one. */
  trainRun?: string | null | undefined;
};

/** Which images a CLASSIFY run scores. */
export type ClassifyMode =
  /** Every image of the collection; the scores that this model gave before are replaced at once when the run ends. */
  | 'ALL'
  /** Only images that this model has not scored. */
  | 'MISSING';

/** Which collection to compute features of, and with which backbone. */
export type EmbedInput = {
  /** The name of the backbone: see the query `backbones`. Default: mobilenet-v3. */
  backbone?: string | null | undefined;
  /** The id of the collection. */
  collection: string;
  /** The library that computes. Default: WINNOW_ENGINE, which is ONNX unless set otherwise. */
  engine?: Engine | null | undefined;
  /** The numeric precision of the backbone. Default: FP32. */
  precision?: Precision | null | undefined;
};

/** The library that computes features and scores. The two agree to 1e-4, so what they made may be mixed. */
export type Engine =
  /** ONNX Runtime. */
  | 'ONNX'
  /** TensorFlow.js, with the fastest backend that is installed. */
  | 'TENSORFLOW';

/** The files of which collection to place where. */
export type ExportInput = {
  /** The id of the collection. */
  collection: string;
  /** The directory on the server that gets ok/, ng/ and the manifest: an absolute path, within the folders that it may use. It is created when it is not there. A second export into it touches only what changed. */
  directory: string;
  /** How the files get there. Default: what the directory was exported to with before, else COPY. */
  mode?: ExportMode | null | undefined;
  /** The id of the model, of this collection. Default: the one in force when the run starts, see `Collection.currentModel`. */
  model?: string | null | undefined;
  /** The threshold to decide by, 0 to 1. Default: that of the model in force when the run starts. */
  threshold?: number | null | undefined;
};

/** How a file gets into the export directory. */
export type ExportMode =
  /** Copied; the original file stays. */
  | 'COPY'
  /** Hard-linked: a second name for the same file, which takes no space and needs the same file system. */
  | 'HARDLINK'
  /** Moved away from where it was; `winnow export --undo` moves it back. */
  | 'MOVE'
  /** A symbolic link to the original file. */
  | 'SYMLINK';

/** What can be wrong with one image or file. Later versions may add to these. */
export type FailureCode =
  /** The file is another one than was ingested; ingest it again. */
  | 'CHANGED'
  /** The picture cannot be decoded. */
  | 'CORRUPT'
  /** The file has no bytes. */
  | 'EMPTY_FILE'
  /** The same image is given both labels in one run. */
  | 'LABEL_CONFLICT'
  /** A row of the labels file cannot be understood. */
  | 'LABEL_INVALID'
  /** A row of the labels file names no image of the collection. */
  | 'LABEL_UNMATCHED'
  /** The name of the file is not UTF-8. */
  | 'NAME_NOT_UTF8'
  /** The file holds something else than a picture. */
  | 'NOT_AN_IMAGE'
  /** A folder, a pipe, a socket, a device, or a link that leads to one. */
  | 'NOT_A_FILE'
  /** The image can be read from none of its sources. */
  | 'NO_SOURCE'
  /** The file has more bytes than WINNOW_MAX_BYTES permits. */
  | 'TOO_MANY_BYTES'
  /** The picture has more pixels than WINNOW_MAX_PIXELS permits. */
  | 'TOO_MANY_PIXELS'
  /** The file ends before the picture does. */
  | 'TRUNCATED'
  /** The file cannot be read: permissions, the disk, or a link out of the folders that may be read. */
  | 'UNREADABLE'
  /** A picture in a format that is not read; convert it first. */
  | 'UNSUPPORTED_FORMAT'
  /** The file is not there any more. */
  | 'VANISHED'
  /** The file cannot be written to the export. */
  | 'WRITE_FAILED'
  /** The picture has no width or no height. */
  | 'ZERO_PIXELS';

/** Which part of the backbone is trained together with the head. */
export type FineTune =
  /** The fourth and the fifth block of convolutions of vgg16. The model then has a network of its own, which has to see every image. */
  | 'BLOCK4'
  /** None: the backbone is frozen, and the head learns from features that are computed once. */
  | 'NONE';

/** Which flips come first: by the score by the model of `to`. */
export type FlipOrder =
  /** Lowest score first. */
  | 'SCORE_ASC'
  /** Highest score first. */
  | 'SCORE_DESC';

/** The small trained part of a model: features in, one logit out. */
export type Head =
  /** One weight a feature, on standardised features, with L2. Right for hundreds of labels. */
  | 'LINEAR'
  /** Batch normalisation, 2,048 hidden units (relu), one output. For thousands of labels. */
  | 'MLP';

/** Which images: those for which all that is given holds. What is left out does not matter. */
export type ImageFilter = {
  /** True: images with a failure in any run. False: images without one. */
  failed?: boolean | null | undefined;
  /** One of these formats. */
  formats?: Array<ImageFormat> | null | undefined;
  /** The height, after the EXIF orientation is applied. */
  height?: PixelRange | null | undefined;
  /** The label in force. */
  label?: LabelValue | null | undefined;
  /** True: images with any label. False: images without one. */
  labelled?: boolean | null | undefined;
  /** Looks like a given image. Reads the hash of every image, which takes some tenths of a second for a million. */
  nearPicture?: NearPicture | null | undefined;
  /** The score by the model. Needs a model. */
  score?: ScoreRange | null | undefined;
  /** How the path or URL of one of its sources begins, at most 4,096 characters: `/scraped/2024/` for what is in that folder. */
  sourcePrefix?: string | null | undefined;
  /** The verdict by the model, at its threshold in force. Needs a model. */
  verdict?: Verdict | null | undefined;
  /** The width, after the EXIF orientation is applied. */
  width?: PixelRange | null | undefined;
};

/** What the bytes of a file are, whatever its name ends in. */
export type ImageFormat =
  /** AVIF. */
  | 'AVIF'
  /** GIF; its first frame counts. */
  | 'GIF'
  /** JPEG (ISO/IEC 10918). */
  | 'JPEG'
  /** PNG. */
  | 'PNG'
  /** TIFF; its first page counts. */
  | 'TIFF'
  /** WebP. */
  | 'WEBP';

/** Which images come first. */
export type ImageOrder =
  /** Last ingested first. An image that is in another collection as well stands where it was first ingested. */
  | 'NEWEST'
  /** Shuffled by `seed`: the same seed gives the same order. Reads every image of the filter for each page, so it takes longer the more there are. */
  | 'RANDOM'
  /** Lowest score first. */
  | 'SCORE_ASC'
  /** Highest score first. */
  | 'SCORE_DESC'
  /** Score nearest to the threshold in force first, above or below: the most uncertain images, where a label changes most. */
  | 'THRESHOLD_DISTANCE';

/** What to ingest, and into which collection. At least one of paths, positive and negative. Paths are absolute, on the server, within the folders that it may use; at most 1,000 in a list. */
export type IngestInput = {
  /** The name of the collection, 1 to 200 characters. It is created when there is none of this name. */
  collectionName: string;
  /** Whether the name of the nearest folder above a file is its label, if it is one of: positive, ok, good, yes, 1; negative, ng, bad, no, 0. Default: false. */
  labelsByFolder?: boolean | null | undefined;
  /** A CSV file of labels, with the columns path,label or sha256,label. */
  labelsFile?: string | null | undefined;
  /** Folders and files to ingest as well, and to label NEGATIVE. */
  negative?: Array<string> | null | undefined;
  /** Folders, with all that is below them, and single files. */
  paths?: Array<string> | null | undefined;
  /** Folders and files to ingest as well, and to label POSITIVE. */
  positive?: Array<string> | null | undefined;
  /** Who gave the labels. Default: whom the token belongs to. */
  who?: string | null | undefined;
};

/** Where a label comes from. */
export type LabelOrigin =
  /** The folder the file was found in. */
  | 'FOLDER'
  /** Somebody who looked at the image. A label by hand is never overridden by the two others. */
  | 'HAND'
  /** A file of labels. */
  | 'IMPORT';

/** What a human says an image is. */
export type LabelValue =
  /** No to the question of the collection: not wanted. */
  | 'NEGATIVE'
  /** Yes to the question of the collection: wanted. */
  | 'POSITIVE';

/** Where the picture lies on its letterboxed square. */
export type LetterboxPosition =
  /** In the middle. */
  | 'CENTRE'
  /** In the top left corner. */
  | 'TOP_LEFT';

/** Images that look like a given one, by perceptual hash. */
export type NearPicture = {
  /** The given image; it is among those found. */
  image: string;
  /** How many of the 64 bits of their perceptual hashes may differ (Hamming distance), 0 to 20. Up to 6 it is the same picture in another size or quality. */
  maxDistance?: number;
};

/** A range of lengths in pixels, both ends included. */
export type PixelRange = {
  /** The most pixels, at least `min`. Default: no limit. */
  max?: number | null | undefined;
  /** The fewest pixels. Default: 0. */
  min?: number | null | undefined;
};

/** The numeric precision in which a backbone computes features. */
export type Precision =
  /** 32-bit floating point, as it was trained. */
  | 'FP32'
  /** 8-bit integers, quantised on the collection's own images: faster, a little less exact. */
  | 'INT8';

/** Which collection to letterbox, and how. */
export type ResizeInput = {
  /** The id of the collection. */
  collection: string;
  /** The colour of the rest of the square, as # and six hexadecimal digits (RRGGBB). Default: #000000. */
  pad?: string | null | undefined;
  /** Where the picture lies on the square. Default: TOP_LEFT. */
  position?: LetterboxPosition | null | undefined;
  /** The side of the square in pixels, 1 to 4096. Default: 224, what the backbones that come with the program see. */
  size?: number | null | undefined;
};

/** Whether a run waits, works or is over. */
export type RunState =
  /** Was stopped by cancelRun. What was done until then is kept. */
  | 'CANCELLED'
  /** Could not go on: `error` says why. */
  | 'FAILED'
  /** Waits for the earlier runs of its collection, or for a worker. */
  | 'QUEUED'
  /** A worker is working on it. */
  | 'RUNNING'
  /** It went through every item. Single items may have failed: `failures` tells which. */
  | 'SUCCEEDED';

/** A range of scores, both ends included. */
export type ScoreRange = {
  /** The highest score, 0 to 1 and at least `min`. */
  max?: number;
  /** The lowest score, 0 to 1. */
  min?: number;
};

/** What a run does. */
export type Stage =
  /** Scores the images of the collection with a model. */
  | 'CLASSIFY'
  /** Computes the features of every image with a backbone. */
  | 'EMBED'
  /** Places the files in ok/ and ng/ by verdict, with a manifest. */
  | 'EXPORT'
  /** Finds files, reads and checks them, and puts the images into the collection. */
  | 'INGEST'
  /** Letterboxes every image to the square that the network sees. */
  | 'RESIZE'
  /** Trains a model on the labels of the collection. */
  | 'TRAIN';

/** How the threshold that somebody set on the model in force becomes the first one of a new model. */
export type ThresholdCarry =
  /** Not carried over: the new model starts at 0.5. */
  | 'NONE'
  /** To where the new model has the same precision on held-out labels; as SHARE where that is not known. */
  | 'PRECISION'
  /** To where the same share of the unlabelled images is OK. */
  | 'SHARE';

/** What a threshold is to achieve. Exactly one of these. */
export type ThresholdGoal =
  {   /** As near as possible to this number of images with the verdict OK, labelled ones included; 0 or more. */
  keep: number; precision?: never; recall?: never; review?: never; }
  |  { keep?: never;   /** At least this precision on the validation labels, more than 0 and at most 1: the lowest threshold that has it. */
  precision: number; recall?: never; review?: never; }
  |  { keep?: never; precision?: never;   /** At least this recall on the validation labels, more than 0 and at most 1: the highest threshold that has it. */
  recall: number; review?: never; }
  |  { keep?: never; precision?: never; recall?: never;   /** At least this number of unlabelled images to look at, 1 or more: the threshold stays, and `review` is the narrowest range of scores around it, as wide below as above, that holds them. */
  review: number; };

/** On the labels of which collection to train, and how. The defaults are right to begin with. */
export type TrainInput = {
  /** In what other forms to learn from each labelled picture; validation is on the pictures as they are. `Metrics.aucGained` says what it did. Default: NONE. */
  augmentation?: Augmentation | null | undefined;
  /** The name of the backbone whose features the head reads: see the query `backbones`. Default: mobilenet-v3; vgg16 with fineTune. */
  backbone?: string | null | undefined;
  /** Labels in one step, 1 to 65,536. Default: 32 for LINEAR and with fineTune, 64 for MLP. */
  batchSize?: number | null | undefined;
  /** How logits become scores that are probabilities. Default: COLLECTION. */
  calibration?: CalibrationKind | null | undefined;
  /** How the threshold that somebody set on the model in force becomes the first one of the new model; its note says what was done. Default: PRECISION. */
  carry?: ThresholdCarry | null | undefined;
  /** The id of the collection. */
  collection: string;
  /** The most passes over the training labels, 1 to 10,000. Default: 100. */
  epochs?: number | null | undefined;
  /** Which part of the backbone to train together with the head. BLOCK4 needs the backbone vgg16, the head MLP, FP32, one fold and no augmentation, which are its defaults. Default: NONE. */
  fineTune?: FineTune | null | undefined;
  /** In how many folds to hold labels out, 2 to 20: each label is judged by a head that has not seen it, while the model learns from all of them. 1 holds `validationShare` out once, and the model learns from the rest. Default: 1 / validationShare, rounded, for LINEAR; 1 for MLP. */
  folds?: number | null | undefined;
  /** The kind of head. Default: LINEAR; MLP with fineTune. */
  head?: Head | null | undefined;
  /** The penalty on the sum of squared weights, 0 to 1,000. Default: 0.07 for LINEAR, 0.0001 for MLP, 0 with fineTune. */
  l2?: number | null | undefined;
  /** The step size of Adam, above 0, at most 10. Default: 0.003 for LINEAR, 0.0001 for MLP, 0.00001 with fineTune. */
  learningRate?: number | null | undefined;
  /** With INT8: how much less than in FP32 the AUC on the validation labels may be, 0 to 1, before the run fails with PRECISION_LOST. Default: 0.02. */
  maxAucLoss?: number | null | undefined;
  /** Epochs without a lower validation loss before it stops early, 0 to 10,000; 0 for never. Default: 30 for LINEAR, 10 for MLP, 20 with fineTune. */
  patience?: number | null | undefined;
  /** The numeric precision of the backbone, in training and for every image that the model scores. Default: FP32. */
  precision?: Precision | null | undefined;
  /** What everything random follows from, 0 to 4,294,967,295: the same seed, labels, options and machine give the same model. Default: 1. */
  seed?: number | null | undefined;
  /** With fineTune: the side of the squares in pixels, a multiple of 32 from 32 to 512. Half the side is a quarter of the work. Default: 224. Not without fineTune. */
  size?: number | null | undefined;
  /** The share of the labels that is held out at a time, to choose the best epoch and to calibrate, 0.05 to 0.5. Default: 0.2. */
  validationShare?: number | null | undefined;
};

/** What becomes of an image: its label if a human gave one, else score >= threshold. */
export type Verdict =
  /** Not wanted. */
  | 'NG'
  /** Wanted. */
  | 'OK';

export type ImagePageQueryVariables = Exact<{
  id: string;
  collection: string;
}>;


export type ImagePageQuery = { image: { id: string, uri: string | null, picture: string, original: string | null, sha256: string, width: number, height: number, format: ImageFormat, bytes: number, frames: number, createdAt: string, label: { value: LabelValue, who: string } | null, sources: Array<{ uri: string, bytes: number, foundAt: string, modifiedAt: string | null }>, scores: Array<{ score: number, logit: number, verdict: Verdict, model: { id: string, number: number, threshold: { value: number }, collection: { id: string, name: string } } }>, labelHistory: Array<{ value: LabelValue, who: string, origin: LabelOrigin, createdAt: string, supersededAt: string | null, supersededBy: string | null, collection: { name: string } }>, failures: Array<{ id: string, stage: Stage, code: FailureCode, message: string, attempt: number, createdAt: string }> } | null };

export type SimilarImagesQueryVariables = Exact<{
  collection: string;
  image: string;
  maxDistance: number;
}>;


export type SimilarImagesQuery = { images: { edges: Array<{ node: { id: string, uri: string | null, picture: string, width: number, height: number, label: { value: LabelValue } | null } }> } };

export type LabelledTotalQueryVariables = Exact<{
  model?: string | null | undefined;
  collection?: string | null | undefined;
}>;


export type LabelledTotalQuery = { images: { totalCount: number | null } };

export type ModelReportQueryVariables = Exact<{
  id: string;
}>;


export type ModelReportQuery = { model: (
    { chosenEpoch: number, epochs: Array<{ epoch: number, loss: number, validationLoss: number, validationAuc: number | null }>, reliability: Array<{ labels: number, meanScore: number | null, positiveShare: number | null }>, calibration: { kind: CalibrationKind, reason: string | null }, validationPoints: Array<{ threshold: number, truePositives: number, falsePositives: number, trueNegatives: number, falseNegatives: number }> }
    & ModelReportFragment
  ) | null };

export type OtherModelQueryVariables = Exact<{
  id: string;
}>;


export type OtherModelQuery = { model: ModelReportFragment | null };

export type ModelFlipsQueryVariables = Exact<{
  model: string;
  against: string;
  first: number;
}>;


export type ModelFlipsQuery = { flips: { counts: { toOk: number, toNg: number } | null, edges: Array<{ node: { was: Verdict, becomes: Verdict, score: number, scoreBefore: number, image: { id: string, uri: string | null, picture: string, width: number, height: number } } }> } };

export type ModelReportFragment = { id: string, number: number, head: Head, createdAt: string, fingerprint: string, labelCounts: { positive: number, negative: number }, backbone: { name: string, dimensions: number }, metrics: { validationAuc: number | null, validationAccuracy: number | null, validationLoss: number | null, brier: number | null, calibrationError: number | null, validationPositives: number | null, validationNegatives: number | null }, threshold: { value: number, note: string | null, who: string, createdAt: string }, counts: { ok: number, ng: number, unscored: number }, validationAt: { threshold: number, truePositives: number, falsePositives: number, trueNegatives: number, falseNegatives: number } | null };

export type RunsQueryVariables = Exact<{
  collection?: string | null | undefined;
  first: number;
}>;


export type RunsQuery = { runs: { edges: Array<{ node: RunSummaryFragment }>, pageInfo: { hasNextPage: boolean } } };

export type OneRunQueryVariables = Exact<{
  id: string;
}>;


export type OneRunQuery = { run: RunSummaryFragment | null };

export type FollowRunSubscriptionVariables = Exact<{
  id: string;
}>;


export type FollowRunSubscription = { runProgress: RunSummaryFragment };

export type RunFailuresQueryVariables = Exact<{
  id: string;
}>;


export type RunFailuresQuery = { run: { failureGroups: Array<{ code: FailureCode, count: number, examples: Array<{ id: string, message: string, uri: string | null, attempt: number, image: { id: string, uri: string | null, picture: string, width: number, height: number } | null }> }> } | null };

export type BackbonesQueryVariables = Exact<{ [key: string]: never; }>;


export type BackbonesQuery = { backbones: Array<{ name: string, network: string, missing: string | null }> };

export type CancelRunMutationVariables = Exact<{
  run: string;
}>;


export type CancelRunMutation = { cancelRun: RunSummaryFragment };

export type RetryFailedMutationVariables = Exact<{
  run: string;
  codes?: Array<FailureCode> | FailureCode | null | undefined;
}>;


export type RetryFailedMutation = { retryFailed: { id: string } };

export type StartIngestMutationVariables = Exact<{
  input: IngestInput;
}>;


export type StartIngestMutation = { run: StartedRunFragment };

export type StartResizeMutationVariables = Exact<{
  input: ResizeInput;
}>;


export type StartResizeMutation = { run: StartedRunFragment };

export type StartEmbedMutationVariables = Exact<{
  input: EmbedInput;
}>;


export type StartEmbedMutation = { run: StartedRunFragment };

export type StartTrainMutationVariables = Exact<{
  input: TrainInput;
}>;


export type StartTrainMutation = { run: StartedRunFragment };

export type StartClassifyMutationVariables = Exact<{
  input: ClassifyInput;
}>;


export type StartClassifyMutation = { run: StartedRunFragment };

export type StartExportMutationVariables = Exact<{
  input: ExportInput;
}>;


export type StartExportMutation = { run: StartedRunFragment };

export type StartedRunFragment = { id: string, stage: Stage, collection: { id: string, name: string } };

export type RunSummaryFragment = { id: string, stage: Stage, state: RunState, total: number | null, done: number, skipped: number, failed: number, progress: number, itemsPerSecond: number | null, secondsLeft: number | null, options: Record<string, unknown>, outcome: Record<string, unknown>, requestedBy: string, cancelRequested: boolean, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { message: string } | null, model: { number: number } | null };

export type CurveQueryVariables = Exact<{
  model: string;
}>;


export type CurveQuery = { model: { curve: Array<{ above: number, precision: number | null, recall: number | null, kept: number, dropped: number }>, threshold: { value: number }, counts: { above: number, ok: number } } | null };

export type CountsAtQueryVariables = Exact<{
  model: string;
  threshold: number;
}>;


export type CountsAtQuery = { model: { counts: { above: number, ok: number } } | null };

export type SetThresholdMutationVariables = Exact<{
  model: string;
  value: number;
  note?: string | null | undefined;
}>;


export type SetThresholdMutation = { setThreshold: { value: number } };

export type RevertThresholdMutationVariables = Exact<{
  model: string;
  to: string;
}>;


export type RevertThresholdMutation = { revertThreshold: { value: number } };

export type ThresholdHistoryQueryVariables = Exact<{
  model: string;
}>;


export type ThresholdHistoryQuery = { model: { thresholds: Array<{ id: string, value: number, note: string | null, who: string, createdAt: string }> } | null };

export type SuggestThresholdQueryVariables = Exact<{
  model: string;
  goal: ThresholdGoal;
}>;


export type SuggestThresholdQuery = { model: { suggestThreshold: { threshold: number, reached: number, reason: string, counts: { above: number, ok: number }, review: { min: number, max: number } | null } | null } | null };

export type FlipsQueryVariables = Exact<{
  model: string;
  threshold: number;
  order: FlipOrder;
  first: number;
  after?: string | null | undefined;
}>;


export type FlipsQuery = { flips: { edges: Array<{ node: { image: (
          { score: number | null }
          & TileFragment
        ) } }>, pageInfo: { endCursor: string | null } } };

export type SkipFlipsQueryVariables = Exact<{
  model: string;
  threshold: number;
  order: FlipOrder;
  first: number;
  after?: string | null | undefined;
}>;


export type SkipFlipsQuery = { flips: { pageInfo: { endCursor: string | null } } };

export type SetCountsQueryVariables = Exact<{
  model: string;
}>;


export type SetCountsQuery = { ok: { totalCount: number | null }, ng: { totalCount: number | null } };

export type OverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewQuery = { collections: { edges: Array<{ node: CollectionSummaryFragment }> } };

export type ModelsQueryVariables = Exact<{
  collection: string;
}>;


export type ModelsQuery = { models: { edges: Array<{ node: ModelSummaryFragment }> } };

export type CollectionSummaryFragment = { id: string, name: string, question: string | null, imageCount: number, labelCounts: { positive: number, negative: number }, currentModel: ModelSummaryFragment | null };

export type ModelSummaryFragment = { id: string, number: number, createdAt: string, threshold: { id: string, value: number, note: string | null, createdAt: string }, counts: { ok: number, ng: number, above: number, below: number, labelled: number, unscored: number }, metrics: { validationAuc: number | null, validationPositives: number | null, validationNegatives: number | null } };

export type GiveLabelMutationVariables = Exact<{
  collection: string;
  images: Array<string> | string;
  value: LabelValue;
}>;


export type GiveLabelMutation = { setLabels: { changed: number } };

export type UndoLabelsMutationVariables = Exact<{
  collection: string;
  images: Array<string> | string;
}>;


export type UndoLabelsMutation = { undoLabels: { changed: number } };

export type TilesQueryVariables = Exact<{
  model?: string | null | undefined;
  collection?: string | null | undefined;
  filter?: ImageFilter | null | undefined;
  order?: ImageOrder | null | undefined;
  seed?: number;
  first: number;
  after?: string | null | undefined;
  scored?: boolean;
}>;


export type TilesQuery = { images: { edges: Array<{ node: (
        { score?: number | null }
        & TileFragment
      ) }>, pageInfo: { endCursor: string | null } } };

export type SkipTilesQueryVariables = Exact<{
  model?: string | null | undefined;
  collection?: string | null | undefined;
  filter?: ImageFilter | null | undefined;
  order?: ImageOrder | null | undefined;
  seed?: number;
  first: number;
  after?: string | null | undefined;
}>;


export type SkipTilesQuery = { images: { pageInfo: { endCursor: string | null } } };

export type TileFragment = { id: string, uri: string | null, picture: string, width: number, height: number, label: { value: LabelValue, who: string } | null };

export const imagePage = 'query ImagePage($id:ID!$collection:ID!){image(id:$id){id uri picture original sha256 width height format bytes frames createdAt label(collection:$collection){value who}sources(first:50){uri bytes foundAt modifiedAt}scores(first:50){score logit verdict model{id number threshold{value}collection{id name}}}labelHistory(first:50){value who origin createdAt supersededAt supersededBy collection{name}}failures(first:20){id stage code message attempt createdAt}}}' as Operation<ImagePageQuery, ImagePageQueryVariables>;

export const similarImages = 'query SimilarImages($collection:ID!$image:ID!$maxDistance:Int!){images(collection:$collection filter:{nearPicture:{image:$image maxDistance:$maxDistance}}order:NEWEST first:40){edges{node{id uri picture width height label{value}}}}}' as Operation<SimilarImagesQuery, SimilarImagesQueryVariables>;

export const labelledTotal = 'query LabelledTotal($model:ID$collection:ID){images(model:$model collection:$collection filter:{labelled:true}first:1){totalCount}}' as Operation<LabelledTotalQuery, LabelledTotalQueryVariables>;

export const modelReport = 'query ModelReport($id:ID!){model(id:$id){...ModelReport chosenEpoch epochs{epoch loss validationLoss validationAuc}reliability{labels meanScore positiveShare}calibration{kind reason}validationPoints{threshold truePositives falsePositives trueNegatives falseNegatives}}}fragment ModelReport on Model{id number head createdAt labelCounts{positive negative}fingerprint backbone{name dimensions}metrics{validationAuc validationAccuracy validationLoss brier calibrationError validationPositives validationNegatives}threshold{value note who createdAt}counts{ok ng unscored}validationAt{threshold truePositives falsePositives trueNegatives falseNegatives}}' as Operation<ModelReportQuery, ModelReportQueryVariables>;

export const otherModel = 'query OtherModel($id:ID!){model(id:$id){...ModelReport}}fragment ModelReport on Model{id number head createdAt labelCounts{positive negative}fingerprint backbone{name dimensions}metrics{validationAuc validationAccuracy validationLoss brier calibrationError validationPositives validationNegatives}threshold{value note who createdAt}counts{ok ng unscored}validationAt{threshold truePositives falsePositives trueNegatives falseNegatives}}' as Operation<OtherModelQuery, OtherModelQueryVariables>;

export const modelFlips = 'query ModelFlips($model:ID!$against:ID!$first:Int!){flips(from:{model:$against}to:{model:$model}first:$first){counts{toOk toNg}edges{node{was becomes score scoreBefore image{id uri picture width height}}}}}' as Operation<ModelFlipsQuery, ModelFlipsQueryVariables>;

export const runs = 'query Runs($collection:ID$first:Int!){runs(filter:{collection:$collection}first:$first){edges{node{...RunSummary}}pageInfo{hasNextPage}}}fragment RunSummary on Run{id stage state total done skipped failed progress itemsPerSecond secondsLeft options outcome requestedBy cancelRequested error{message}createdAt startedAt finishedAt model{number}}' as Operation<RunsQuery, RunsQueryVariables>;

export const oneRun = 'query OneRun($id:ID!){run(id:$id){...RunSummary}}fragment RunSummary on Run{id stage state total done skipped failed progress itemsPerSecond secondsLeft options outcome requestedBy cancelRequested error{message}createdAt startedAt finishedAt model{number}}' as Operation<OneRunQuery, OneRunQueryVariables>;

export const followRun = 'subscription FollowRun($id:ID!){runProgress(id:$id){...RunSummary}}fragment RunSummary on Run{id stage state total done skipped failed progress itemsPerSecond secondsLeft options outcome requestedBy cancelRequested error{message}createdAt startedAt finishedAt model{number}}' as Operation<FollowRunSubscription, FollowRunSubscriptionVariables>;

export const runFailures = 'query RunFailures($id:ID!){run(id:$id){failureGroups{code count examples(first:24){id message uri attempt image{id uri picture width height}}}}}' as Operation<RunFailuresQuery, RunFailuresQueryVariables>;

export const backbones = 'query Backbones{backbones{name network missing}}' as Operation<BackbonesQuery, BackbonesQueryVariables>;

export const cancelRun = 'mutation CancelRun($run:ID!){cancelRun(run:$run){...RunSummary}}fragment RunSummary on Run{id stage state total done skipped failed progress itemsPerSecond secondsLeft options outcome requestedBy cancelRequested error{message}createdAt startedAt finishedAt model{number}}' as Operation<CancelRunMutation, CancelRunMutationVariables>;

export const retryFailed = 'mutation RetryFailed($run:ID!$codes:[FailureCode!]){retryFailed(run:$run codes:$codes){id}}' as Operation<RetryFailedMutation, RetryFailedMutationVariables>;

export const startIngest = 'mutation StartIngest($input:IngestInput!){run:ingest(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartIngestMutation, StartIngestMutationVariables>;

export const startResize = 'mutation StartResize($input:ResizeInput!){run:resize(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartResizeMutation, StartResizeMutationVariables>;

export const startEmbed = 'mutation StartEmbed($input:EmbedInput!){run:embed(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartEmbedMutation, StartEmbedMutationVariables>;

export const startTrain = 'mutation StartTrain($input:TrainInput!){run:train(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartTrainMutation, StartTrainMutationVariables>;

export const startClassify = 'mutation StartClassify($input:ClassifyInput!){run:classify(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartClassifyMutation, StartClassifyMutationVariables>;

export const startExport = 'mutation StartExport($input:ExportInput!){run:export(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartExportMutation, StartExportMutationVariables>;

export const curve = 'query Curve($model:ID!){model(id:$model){curve(points:1001){above kept:ok dropped:ng precision recall}threshold{value}counts{above ok}}}' as Operation<CurveQuery, CurveQueryVariables>;

export const countsAt = 'query CountsAt($model:ID!$threshold:Float!){model(id:$model){counts(threshold:$threshold){above ok}}}' as Operation<CountsAtQuery, CountsAtQueryVariables>;

export const setThreshold = 'mutation SetThreshold($model:ID!$value:Float!$note:String){setThreshold(model:$model value:$value note:$note){value}}' as Operation<SetThresholdMutation, SetThresholdMutationVariables>;

export const revertThreshold = 'mutation RevertThreshold($model:ID!$to:ID!){revertThreshold(model:$model to:$to){value}}' as Operation<RevertThresholdMutation, RevertThresholdMutationVariables>;

export const thresholdHistory = 'query ThresholdHistory($model:ID!){model(id:$model){thresholds(first:100){id value note who createdAt}}}' as Operation<ThresholdHistoryQuery, ThresholdHistoryQueryVariables>;

export const suggestThreshold = 'query SuggestThreshold($model:ID!$goal:ThresholdGoal!){model(id:$model){suggestThreshold(goal:$goal){threshold reached reason counts{above ok}review{min max}}}}' as Operation<SuggestThresholdQuery, SuggestThresholdQueryVariables>;

export const flips = 'query Flips($model:ID!$threshold:Float!$order:FlipOrder!$first:Int!$after:String){flips(from:{model:$model}to:{model:$model threshold:$threshold}order:$order first:$first after:$after){edges{node{image{...Tile score}}}pageInfo{endCursor}}}fragment Tile on Image{id uri picture width height label{value who}}' as Operation<FlipsQuery, FlipsQueryVariables>;

export const skipFlips = 'query SkipFlips($model:ID!$threshold:Float!$order:FlipOrder!$first:Int!$after:String){flips(from:{model:$model}to:{model:$model threshold:$threshold}order:$order first:$first after:$after){pageInfo{endCursor}}}' as Operation<SkipFlipsQuery, SkipFlipsQueryVariables>;

export const setCounts = 'query SetCounts($model:ID!){ok:images(model:$model filter:{verdict:OK}order:SCORE_DESC first:1){totalCount}ng:images(model:$model filter:{verdict:NG}order:SCORE_ASC first:1){totalCount}}' as Operation<SetCountsQuery, SetCountsQueryVariables>;

export const overview = 'query Overview{collections(first:200){edges{node{...CollectionSummary}}}}fragment CollectionSummary on Collection{id name question imageCount labelCounts{positive negative}currentModel{...ModelSummary}}fragment ModelSummary on Model{id number createdAt threshold{id value note createdAt}counts{ok ng above below labelled unscored}metrics{validationAuc validationPositives validationNegatives}}' as Operation<OverviewQuery, OverviewQueryVariables>;

export const models = 'query Models($collection:ID!){models(collection:$collection first:100){edges{node{...ModelSummary}}}}fragment ModelSummary on Model{id number createdAt threshold{id value note createdAt}counts{ok ng above below labelled unscored}metrics{validationAuc validationPositives validationNegatives}}' as Operation<ModelsQuery, ModelsQueryVariables>;

export const giveLabel = 'mutation GiveLabel($collection:ID!$images:[ID!]!$value:LabelValue!){setLabels(collection:$collection images:{ids:$images}value:$value){changed}}' as Operation<GiveLabelMutation, GiveLabelMutationVariables>;

export const undoLabels = 'mutation UndoLabels($collection:ID!$images:[ID!]!){undoLabels(collection:$collection images:{ids:$images}){changed}}' as Operation<UndoLabelsMutation, UndoLabelsMutationVariables>;

export const tiles = 'query Tiles($model:ID$collection:ID$filter:ImageFilter$order:ImageOrder$seed:Int!=1$first:Int!$after:String$scored:Boolean!=true){images(model:$model collection:$collection filter:$filter order:$order seed:$seed first:$first after:$after){edges{node{...Tile score@include(if:$scored)}}pageInfo{endCursor}}}fragment Tile on Image{id uri picture width height label{value who}}' as Operation<TilesQuery, TilesQueryVariables>;

export const skipTiles = 'query SkipTiles($model:ID$collection:ID$filter:ImageFilter$order:ImageOrder$seed:Int!=1$first:Int!$after:String){images(model:$model collection:$collection filter:$filter order:$order seed:$seed first:$first after:$after){pageInfo{endCursor}}}' as Operation<SkipTilesQuery, SkipTilesQueryVariables>;
