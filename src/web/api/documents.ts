// The operations of the page, typed by the schema; made from src/web/**/*.graphql by `npm run schema`. Do not edit.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Operation } from './operation';

/** The order of flips: by the score with the model of `to`. */
export type FlipOrder =
  /** Lowest score first. */
  | 'SCORE_ASC'
  /** Highest score first. */
  | 'SCORE_DESC';

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

/** What a human says an image is. */
export type LabelValue =
  /** No to the question of the collection: not wanted. */
  | 'NEGATIVE'
  /** Yes to the question of the collection: wanted. */
  | 'POSITIVE';

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

/** A range of scores, both ends included. */
export type ScoreRange = {
  /** The highest score, 0 to 1. */
  max?: number;
  /** The lowest score, 0 to 1. */
  min?: number;
};

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

/** What becomes of an image: its label if a human gave one, else score >= threshold. */
export type Verdict =
  /** Not wanted. */
  | 'NG'
  /** Wanted. */
  | 'OK';

export type LabelledTotalQueryVariables = Exact<{
  model?: string | null | undefined;
  collection?: string | null | undefined;
}>;


export type LabelledTotalQuery = { images: { totalCount: number } };

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

export const labelledTotal = 'query LabelledTotal($model:ID$collection:ID){images(model:$model collection:$collection filter:{labelled:true}first:1){totalCount}}' as Operation<LabelledTotalQuery, LabelledTotalQueryVariables>;

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
