// The operations of the page, typed by the schema; made from src/web/**/*.graphql by `npm run schema`. Do not edit.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Operation } from './operation';

/** In what other forms labelled pictures are learnt from. */
export type Augmentation =
  /** Flipped left to right as well; not for pictures in which left and right differ, such as writing. */
  | 'FLIP'
  /** None: as they are. */
  | 'NONE';

/** How scores are made to be probabilities. */
export type CalibrationKind =
  /** And shifted to the collection's own share of positives, estimated from unlabelled images. */
  | 'COLLECTION'
  /** Platt scaling on held-out labels: right for images that are as often positive as the labels are. */
  | 'LABELS'
  /** Not at all: the score is the sigmoid of the logit. */
  | 'NONE';

/** What to score, and with which model. */
export type ClassifyInput = {
  /** The collection. */
  collection: string;
  /** What computes. Default: what the service is set to, ONNX. */
  engine?: Engine | null | undefined;
  /** Which images. Default: ALL. */
  mode?: ClassifyMode | null | undefined;
  /** The model. Default: the newest of the collection when the run starts, so a TRAIN run may still be queued. */
  model?: string | null | undefined;
};

/** Which images a CLASSIFY run scores. */
export type ClassifyMode =
  /** All of the collection; the scores that this model gave before are replaced at once when the run ends. */
  | 'ALL'
  /** Those without a score by this model. */
  | 'MISSING';

/** Whose features to compute, and with what. */
export type EmbedInput = {
  /** The backbone. Default: mobilenet-v3. */
  backbone?: string | null | undefined;
  /** The collection. */
  collection: string;
  /** What computes. Default: what the service is set to, ONNX. */
  engine?: Engine | null | undefined;
  /** Its arithmetic. Default: FP32. */
  precision?: Precision | null | undefined;
};

/** What computes features and scores. The two agree to 1e-4, so what they made may stand together. */
export type Engine =
  /** ONNX Runtime. */
  | 'ONNX'
  /** TensorFlow.js, with the best backend that is there. */
  | 'TENSORFLOW';

/** What to place where. */
export type ExportInput = {
  /** The collection. */
  collection: string;
  /** The directory on the server that gets ok/, ng/ and the manifest. A second export into it touches only what changed. */
  directory: string;
  /** How the files get there. Default: COPY. */
  mode?: ExportMode | null | undefined;
  /** The model. Default: the newest of the collection when the run starts. */
  model?: string | null | undefined;
  /** The threshold to decide by, 0 to 1. Default: the one in force when the run starts. */
  threshold?: number | null | undefined;
};

/** How a file gets into the export directory. */
export type ExportMode =
  /** Copied; the original stays. */
  | 'COPY'
  /** A second name for the same file; takes no space, needs the same file system. */
  | 'HARDLINK'
  /** Moved away from where it was; can be undone from the manifest. */
  | 'MOVE'
  /** A link to the original. */
  | 'SYMLINK';

/** What of the backbone is trained together with the head. */
export type FineTune =
  /** Of vgg16 the fourth and the fifth block of convolutions. Every model has a network of its own then, which has to see every image. */
  | 'BLOCK4'
  /** Nothing: the head learns from features that are computed once. */
  | 'NONE';

/** The order of flips: by the score with the model of `to`. */
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

/** Which images. All that is given must hold; what is left out does not matter. */
export type ImageFilter = {
  /** That has a failure, in any run, or has none. */
  failed?: boolean | null | undefined;
  /** In one of these formats. */
  formats?: Array<ImageFormat> | null | undefined;
  /** So high, after the EXIF orientation is applied. */
  height?: PixelRange | null | undefined;
  /** With this label. */
  label?: LabelValue | null | undefined;
  /** With any label, or without one. */
  labelled?: boolean | null | undefined;
  /** That looks like a given image. Reads the hash of every image: some tenths of a second a million. */
  nearPicture?: NearPicture | null | undefined;
  /** With a score in this range. Needs a model. */
  score?: ScoreRange | null | undefined;
  /** Found at a path or URL that starts so, such as a folder with a slash at its end. */
  sourcePrefix?: string | null | undefined;
  /** With this verdict at the threshold in force. Needs a model. */
  verdict?: Verdict | null | undefined;
  /** So wide, after the EXIF orientation is applied. */
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

/** The order of images. */
export type ImageOrder =
  /** Nearest to the threshold in force first, above or below: where looking changes most. */
  | 'DISTANCE'
  /** Last ingested first, into whichever collection. */
  | 'NEWEST'
  /** Shuffled by the seed: the same seed gives the same order. Reads every image of the filter for each page. */
  | 'RANDOM'
  /** Lowest score first. */
  | 'SCORE_ASC'
  /** Highest score first. */
  | 'SCORE_DESC';

/** What to ingest, and into which collection. */
export type IngestInput = {
  /** The name of the collection; it is made when there is none. */
  collection: string;
  /** Label by folder: positive, ok, good, yes, 1 against negative, ng, bad, no, 0. Default: false. */
  labelsByFolder?: boolean | null | undefined;
  /** A CSV file with the columns path,label or sha256,label. */
  labelsFile?: string | null | undefined;
  /** Folders and files to ingest as well, and to label NEGATIVE. */
  negative?: Array<string> | null | undefined;
  /** Folders, searched with all that is below them, and single files. */
  paths?: Array<string> | null | undefined;
  /** Folders and files to ingest as well, and to label POSITIVE. */
  positive?: Array<string> | null | undefined;
  /** Who gave the labels. Default: who requests the run. */
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

/** Where the picture lies on its square. */
export type LetterboxPosition =
  /** In the middle. */
  | 'CENTRE'
  /** In the top left corner. */
  | 'TOP_LEFT';

/** Images that look like a given one. */
export type NearPicture = {
  /** The image; it is near itself. */
  image: string;
  /** In how many of 64 bits the perceptual hashes may differ, 0 to 20. Up to 6 it is the same picture in another size or quality. */
  maxDistance?: number;
};

/** A range of pixels, both ends included. */
export type PixelRange = {
  /** The most. Left out: any. */
  max?: number | null | undefined;
  /** The fewest. Left out: any. */
  min?: number | null | undefined;
};

/** The arithmetic in which a backbone computes features. */
export type Precision =
  /** Floating point with 32 bits, as it was trained. */
  | 'FP32'
  /** Whole numbers with 8 bits: faster, a little less exact. */
  | 'INT8';

/** How to letterbox, and which collection. */
export type ResizeInput = {
  /** The collection. */
  collection: string;
  /** The colour of the rest, like #000000, the default. */
  pad?: string | null | undefined;
  /** Where the picture lies on the square. Default: TOP_LEFT. */
  position?: LetterboxPosition | null | undefined;
  /** The side of the square in pixels. Default: 224, what the default backbone sees. */
  size?: number | null | undefined;
};

/** How far a run is. */
export type RunState =
  /** Was stopped by cancelRun. What was done until then is kept. */
  | 'CANCELLED'
  /** Could not go on; see errorCode and errorMessage. */
  | 'FAILED'
  /** Waits for the earlier runs of its collection, or for a worker. */
  | 'QUEUED'
  /** A worker is at it. */
  | 'RUNNING'
  /** Every item was done, skipped or has failed on its own account; see the failures. */
  | 'SUCCEEDED';

/** A range of scores, both ends included. */
export type ScoreRange = {
  /** The highest score, 0 to 1. */
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

/** How a threshold is carried over from the model before, if somebody set it. */
export type ThresholdCarry =
  /** Not at all: the new model starts at 0.5. */
  | 'NONE'
  /** To where the new model is as precise on held-out labels; by share where that is not known. */
  | 'PRECISION'
  /** To where the new model keeps as large a share of the unlabelled images. */
  | 'SHARE';

/** What a threshold is to achieve: one of these. */
export type ThresholdGoal =
  {   /** So many images kept, labelled ones included: the threshold that comes nearest. */
  keep: number; precision?: never; recall?: never; review?: never; }
  |  { keep?: never;   /** At least this precision on the validation labels, above 0 to 1: the lowest threshold that has it. */
  precision: number; recall?: never; review?: never; }
  |  { keep?: never; precision?: never;   /** At least this recall on the validation labels, above 0 to 1: the highest threshold that has it. */
  recall: number; review?: never; }
  |  { keep?: never; precision?: never; recall?: never;   /** So many images to look at: the threshold stays, and `review` is the narrowest range of scores around it, as wide below as above, with at least so many images that have no label. */
  review: number; };

/** How to train, and on the labels of which collection. Every default is right to begin with. */
export type TrainInput = {
  /** In what other forms labelled pictures are learnt from; none of them judges. The metrics say what it did. Default: NONE. */
  augmentation?: Augmentation | null | undefined;
  /** The backbone whose features are read. Default: mobilenet-v3. */
  backbone?: string | null | undefined;
  /** Labels in one step. Default: 32 for LINEAR and with fineTune, 64 for MLP. */
  batchSize?: number | null | undefined;
  /** How scores are made to be probabilities. Default: COLLECTION. */
  calibration?: CalibrationKind | null | undefined;
  /** How a threshold that somebody set on the model before becomes the first threshold of the new one; its note says what was done. Default: PRECISION. */
  carry?: ThresholdCarry | null | undefined;
  /** The collection. */
  collection: string;
  /** The most passes over the training labels. Default: 100. */
  epochs?: number | null | undefined;
  /** What of the backbone to train together with the head. With BLOCK4 the backbone is vgg16, the head MLP. Default: NONE. */
  fineTune?: FineTune | null | undefined;
  /** Hold labels out in so many folds, 2 to 20, each judged by a head that has not seen it, while the model learns from all labels; 1 holds the share out once. Default: 1 / validationShare for LINEAR, 1 for MLP. */
  folds?: number | null | undefined;
  /** What to train. Default: LINEAR. */
  head?: Head | null | undefined;
  /** Penalty on the squared weights. Default: 0.07 for LINEAR, 0.0001 for MLP, 0 with fineTune. */
  l2?: number | null | undefined;
  /** The step size of Adam. Default: 0.003 for LINEAR, 0.0001 for MLP, 0.00001 with fineTune. */
  learningRate?: number | null | undefined;
  /** With INT8: how much of the AUC on validation labels may be lost against FP32 before the run fails with PRECISION_LOST. Default: 0.02. */
  mostLoss?: number | null | undefined;
  /** Epochs without an improvement before it stops early; 0 for never. Default: 30 for LINEAR, 10 for MLP, 20 with fineTune. */
  patience?: number | null | undefined;
  /** The arithmetic of the backbone, in training and for every image that the model scores. Default: FP32. */
  precision?: Precision | null | undefined;
  /** Decides everything random: the same seed, labels and machine give the same model. Default: 1. */
  seed?: number | null | undefined;
  /** With fineTune: the side of the squares in pixels, a multiple of 32 up to 512. Half the side is a quarter of the work. Default: 224. */
  size?: number | null | undefined;
  /** Share of the labels held out to choose the best epoch, 0.05 to 0.5. Default: 0.2. */
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


export type ImagePageQuery = { image: { id: string, uri: string | null, picture: string, original: string | null, sha256: string, width: number, height: number, format: ImageFormat, bytes: number, frames: number, createdAt: string, label: { value: LabelValue, who: string } | null, sources: Array<{ uri: string, bytes: number, foundAt: string, modifiedAt: string | null }>, scores: Array<{ score: number, logit: number, verdict: Verdict, model: { id: string, number: number, threshold: { value: number }, collection: { id: string, name: string } } }>, labelHistory: Array<{ value: LabelValue, who: string, origin: LabelOrigin, createdAt: string, supersededAt: string | null, supersededBy: string | null, collection: { name: string } }>, failures: Array<{ id: string, stage: Stage, code: string, message: string, attempt: number, createdAt: string }> } | null };

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


export type LabelledTotalQuery = { images: { totalCount: number } };

export type ModelReportQueryVariables = Exact<{
  id: string;
}>;


export type ModelReportQuery = { model: (
    { chosenEpoch: number, epochs: Array<{ epoch: number, loss: number, validationLoss: number, validationAuc: number | null }>, reliability: Array<{ labels: number, meanScore: number | null, positive: number | null }>, calibration: { kind: CalibrationKind, reason: string | null }, validationPoints: Array<{ threshold: number, truePositives: number, falsePositives: number, trueNegatives: number, falseNegatives: number }> }
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


export type ModelFlipsQuery = { flips: { counts: { toOk: number, toNg: number }, edges: Array<{ node: { was: Verdict, becomes: Verdict, score: number, scoreBefore: number, image: { id: string, uri: string | null, picture: string, width: number, height: number } } }> } };

export type ModelReportFragment = { id: string, number: number, head: Head, createdAt: string, positives: number, negatives: number, fingerprint: string, options: Record<string, unknown>, backbone: { name: string, dimensions: number }, metrics: { validationAuc: number | null, validationAccuracy: number | null, validationLoss: number | null, brier: number | null, calibrationError: number | null, validationPositives: number | null, validationNegatives: number | null }, threshold: { value: number, note: string | null, who: string, createdAt: string }, counts: { ok: number, ng: number, unscored: number }, validationAt: { threshold: number, truePositives: number, falsePositives: number, trueNegatives: number, falseNegatives: number } | null };

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


export type RunFailuresQuery = { run: { failureGroups: Array<{ code: string, count: number, examples: Array<{ id: string, message: string, uri: string | null, attempt: number, image: { id: string, uri: string | null, picture: string, width: number, height: number } | null }> }> } | null };

export type BackbonesQueryVariables = Exact<{ [key: string]: never; }>;


export type BackbonesQuery = { backbones: Array<{ name: string, network: string, missing: string | null }> };

export type CancelRunMutationVariables = Exact<{
  id: string;
}>;


export type CancelRunMutation = { cancelRun: RunSummaryFragment };

export type RetryFailedMutationVariables = Exact<{
  run: string;
  codes?: Array<string> | string | null | undefined;
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

export type RunSummaryFragment = { id: string, stage: Stage, state: RunState, total: number | null, done: number, skipped: number, failed: number, progress: number, rate: number | null, secondsLeft: number | null, options: Record<string, unknown>, outcome: Record<string, unknown>, requestedBy: string, cancelRequested: boolean, errorCode: string | null, errorMessage: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, model: { number: number } | null };

export type CurveQueryVariables = Exact<{
  model: string;
}>;


export type CurveQuery = { model: { curve: Array<{ above: number, kept: number, dropped: number, precision: number | null, recall: number | null }>, threshold: { value: number }, counts: { above: number, ok: number } } | null };

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


export type SetCountsQuery = { ok: { totalCount: number }, ng: { totalCount: number } };

export type OverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewQuery = { collections: { edges: Array<{ node: CollectionSummaryFragment }> } };

export type ModelsQueryVariables = Exact<{
  collection: string;
}>;


export type ModelsQuery = { models: { edges: Array<{ node: ModelSummaryFragment }> } };

export type CollectionSummaryFragment = { id: string, name: string, question: string | null, imageCount: number, labelCounts: { positive: number, negative: number }, latestModel: ModelSummaryFragment | null };

export type ModelSummaryFragment = { id: string, number: number, createdAt: string, threshold: { id: string, value: number, note: string | null, createdAt: string }, counts: { ok: number, ng: number, above: number, below: number, labelled: number, unscored: number }, metrics: { validationAuc: number | null, validationPositives: number | null, validationNegatives: number | null } };

export type GiveLabelMutationVariables = Exact<{
  collection: string;
  images: Array<string> | string;
  value: LabelValue;
}>;


export type GiveLabelMutation = { label: { set: number } };

export type UndoLabelsMutationVariables = Exact<{
  collection: string;
  images: Array<string> | string;
}>;


export type UndoLabelsMutation = { undoLabels: { undone: number } };

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

export const modelReport = 'query ModelReport($id:ID!){model(id:$id){...ModelReport chosenEpoch epochs{epoch loss validationLoss validationAuc}reliability{labels meanScore positive}calibration{kind reason}validationPoints{threshold truePositives falsePositives trueNegatives falseNegatives}}}fragment ModelReport on Model{id number head createdAt positives negatives fingerprint options backbone{name dimensions}metrics{validationAuc validationAccuracy validationLoss brier calibrationError validationPositives validationNegatives}threshold{value note who createdAt}counts{ok ng unscored}validationAt{threshold truePositives falsePositives trueNegatives falseNegatives}}' as Operation<ModelReportQuery, ModelReportQueryVariables>;

export const otherModel = 'query OtherModel($id:ID!){model(id:$id){...ModelReport}}fragment ModelReport on Model{id number head createdAt positives negatives fingerprint options backbone{name dimensions}metrics{validationAuc validationAccuracy validationLoss brier calibrationError validationPositives validationNegatives}threshold{value note who createdAt}counts{ok ng unscored}validationAt{threshold truePositives falsePositives trueNegatives falseNegatives}}' as Operation<OtherModelQuery, OtherModelQueryVariables>;

export const modelFlips = 'query ModelFlips($model:ID!$against:ID!$first:Int!){flips(from:{model:$against}to:{model:$model}first:$first){counts{toOk toNg}edges{node{was becomes score scoreBefore image{id uri picture width height}}}}}' as Operation<ModelFlipsQuery, ModelFlipsQueryVariables>;

export const runs = 'query Runs($collection:ID$first:Int!){runs(filter:{collection:$collection}first:$first){edges{node{...RunSummary}}pageInfo{hasNextPage}}}fragment RunSummary on Run{id stage state total done skipped failed progress rate secondsLeft options outcome requestedBy cancelRequested errorCode errorMessage createdAt startedAt finishedAt model{number}}' as Operation<RunsQuery, RunsQueryVariables>;

export const oneRun = 'query OneRun($id:ID!){run(id:$id){...RunSummary}}fragment RunSummary on Run{id stage state total done skipped failed progress rate secondsLeft options outcome requestedBy cancelRequested errorCode errorMessage createdAt startedAt finishedAt model{number}}' as Operation<OneRunQuery, OneRunQueryVariables>;

export const followRun = 'subscription FollowRun($id:ID!){runProgress(id:$id){...RunSummary}}fragment RunSummary on Run{id stage state total done skipped failed progress rate secondsLeft options outcome requestedBy cancelRequested errorCode errorMessage createdAt startedAt finishedAt model{number}}' as Operation<FollowRunSubscription, FollowRunSubscriptionVariables>;

export const runFailures = 'query RunFailures($id:ID!){run(id:$id){failureGroups{code count examples(first:24){id message uri attempt image{id uri picture width height}}}}}' as Operation<RunFailuresQuery, RunFailuresQueryVariables>;

export const backbones = 'query Backbones{backbones{name network missing}}' as Operation<BackbonesQuery, BackbonesQueryVariables>;

export const cancelRun = 'mutation CancelRun($id:ID!){cancelRun(id:$id){...RunSummary}}fragment RunSummary on Run{id stage state total done skipped failed progress rate secondsLeft options outcome requestedBy cancelRequested errorCode errorMessage createdAt startedAt finishedAt model{number}}' as Operation<CancelRunMutation, CancelRunMutationVariables>;

export const retryFailed = 'mutation RetryFailed($run:ID!$codes:[String!]){retryFailed(run:$run codes:$codes){id}}' as Operation<RetryFailedMutation, RetryFailedMutationVariables>;

export const startIngest = 'mutation StartIngest($input:IngestInput!){run:ingest(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartIngestMutation, StartIngestMutationVariables>;

export const startResize = 'mutation StartResize($input:ResizeInput!){run:resize(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartResizeMutation, StartResizeMutationVariables>;

export const startEmbed = 'mutation StartEmbed($input:EmbedInput!){run:embed(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartEmbedMutation, StartEmbedMutationVariables>;

export const startTrain = 'mutation StartTrain($input:TrainInput!){run:train(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartTrainMutation, StartTrainMutationVariables>;

export const startClassify = 'mutation StartClassify($input:ClassifyInput!){run:classify(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartClassifyMutation, StartClassifyMutationVariables>;

export const startExport = 'mutation StartExport($input:ExportInput!){run:export(input:$input){...StartedRun}}fragment StartedRun on Run{id stage collection{id name}}' as Operation<StartExportMutation, StartExportMutationVariables>;

export const curve = 'query Curve($model:ID!){model(id:$model){curve(points:1001){above kept dropped precision recall}threshold{value}counts{above ok}}}' as Operation<CurveQuery, CurveQueryVariables>;

export const countsAt = 'query CountsAt($model:ID!$threshold:Float!){model(id:$model){counts(threshold:$threshold){above ok}}}' as Operation<CountsAtQuery, CountsAtQueryVariables>;

export const setThreshold = 'mutation SetThreshold($model:ID!$value:Float!$note:String){setThreshold(model:$model value:$value note:$note){value}}' as Operation<SetThresholdMutation, SetThresholdMutationVariables>;

export const revertThreshold = 'mutation RevertThreshold($model:ID!$to:ID!){revertThreshold(model:$model to:$to){value}}' as Operation<RevertThresholdMutation, RevertThresholdMutationVariables>;

export const thresholdHistory = 'query ThresholdHistory($model:ID!){model(id:$model){thresholds(first:100){id value note who createdAt}}}' as Operation<ThresholdHistoryQuery, ThresholdHistoryQueryVariables>;

export const suggestThreshold = 'query SuggestThreshold($model:ID!$goal:ThresholdGoal!){model(id:$model){suggestThreshold(goal:$goal){threshold reached reason counts{above ok}review{min max}}}}' as Operation<SuggestThresholdQuery, SuggestThresholdQueryVariables>;

export const flips = 'query Flips($model:ID!$threshold:Float!$order:FlipOrder!$first:Int!$after:String){flips(from:{model:$model}to:{model:$model threshold:$threshold}order:$order first:$first after:$after){edges{node{image{...Tile score}}}pageInfo{endCursor}}}fragment Tile on Image{id uri picture width height label{value who}}' as Operation<FlipsQuery, FlipsQueryVariables>;

export const skipFlips = 'query SkipFlips($model:ID!$threshold:Float!$order:FlipOrder!$first:Int!$after:String){flips(from:{model:$model}to:{model:$model threshold:$threshold}order:$order first:$first after:$after){pageInfo{endCursor}}}' as Operation<SkipFlipsQuery, SkipFlipsQueryVariables>;

export const setCounts = 'query SetCounts($model:ID!){ok:images(model:$model filter:{verdict:OK}order:SCORE_DESC first:1){totalCount}ng:images(model:$model filter:{verdict:NG}order:SCORE_ASC first:1){totalCount}}' as Operation<SetCountsQuery, SetCountsQueryVariables>;

export const overview = 'query Overview{collections(first:200){edges{node{...CollectionSummary}}}}fragment CollectionSummary on Collection{id name question imageCount labelCounts{positive negative}latestModel{...ModelSummary}}fragment ModelSummary on Model{id number createdAt threshold{id value note createdAt}counts{ok ng above below labelled unscored}metrics{validationAuc validationPositives validationNegatives}}' as Operation<OverviewQuery, OverviewQueryVariables>;

export const models = 'query Models($collection:ID!){models(collection:$collection first:100){edges{node{...ModelSummary}}}}fragment ModelSummary on Model{id number createdAt threshold{id value note createdAt}counts{ok ng above below labelled unscored}metrics{validationAuc validationPositives validationNegatives}}' as Operation<ModelsQuery, ModelsQueryVariables>;

export const giveLabel = 'mutation GiveLabel($collection:ID!$images:[ID!]!$value:LabelValue!){label(collection:$collection images:$images value:$value){set}}' as Operation<GiveLabelMutation, GiveLabelMutationVariables>;

export const undoLabels = 'mutation UndoLabels($collection:ID!$images:[ID!]!){undoLabels(collection:$collection images:$images){undone}}' as Operation<UndoLabelsMutation, UndoLabelsMutationVariables>;

export const tiles = 'query Tiles($model:ID$collection:ID$filter:ImageFilter$order:ImageOrder$seed:Int!=1$first:Int!$after:String$scored:Boolean!=true){images(model:$model collection:$collection filter:$filter order:$order seed:$seed first:$first after:$after){edges{node{...Tile score@include(if:$scored)}}pageInfo{endCursor}}}fragment Tile on Image{id uri picture width height label{value who}}' as Operation<TilesQuery, TilesQueryVariables>;

export const skipTiles = 'query SkipTiles($model:ID$collection:ID$filter:ImageFilter$order:ImageOrder$seed:Int!=1$first:Int!$after:String){images(model:$model collection:$collection filter:$filter order:$order seed:$seed first:$first after:$after){pageInfo{endCursor}}}' as Operation<SkipTilesQuery, SkipTilesQueryVariables>;
