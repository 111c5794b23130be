import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, ID, Info, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { DataSource } from 'typeorm';

import { countImages, type ImageCount } from '../catalog/count-images.js';
import type { ImageFilter, ImagesAsked } from '../catalog/image-filter.js';
import { imagePage, type FoundImage, type ImageOrder } from '../catalog/image-page.js';
import { briefScorePage, scorePage, type BriefImage, type ScoredImage, type ScorePage } from '../catalog/page.js';
import { WinnowError } from '../errors.js';
import { connectionOf, edgeType, pageCost, PageArguments, PageInfo, parsePage } from './connections.js';
import type { Connection, Edge, Page } from './connections.js';
import type { Context } from './context.js';
import { cursorKind, encodeCursor } from './cursors.js';
import { ImageOrderEnum, type ImageOrderName } from './enums.js';
import { decodeId } from './ids.js';
import { checkRange, filterOf, ImageFilterInput, needsModel, ScoreRange } from './image-filter.js';
import { ImageType } from './image.js';
import { badInput } from './input.js';
import { mentions } from './mentions.js';

/** Fields of an image that a brief page does not tell. */
const BEYOND_BRIEF = ['sha256', 'logit'];
const ImageEdge = edgeType('Image', () => ImageType);

@ObjectType({ description: 'A page of nodes of type Image.' })
export class ImageConnection implements Connection<ImageType> {
  private counted: Promise<ImageCount> | undefined;

  constructor(
    page: Connection<ImageType>,
    private readonly count: () => Promise<ImageCount>,
  ) {
    this.edges = page.edges;
    this.pageInfo = page.pageInfo;
  }

  @Field(() => [ImageEdge], { description: 'The nodes of this page, in order, each with its cursor.', simple: true })
  readonly edges: readonly Edge<ImageType>[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.', complexity: 0, simple: true })
  readonly pageInfo: PageInfo;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many images all pages have together. Exact where only score and verdict matter, and up to 10,000; else an estimate. Null when counting failed, with an error that says why: the page itself is given all the same.',
  })
  async totalCount(): Promise<number> {
    return (await (this.counted ??= this.count())).count;
  }

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether `totalCount` is exact; null when counting failed.',
  })
  async totalCountIsExact(): Promise<boolean> {
    return (await (this.counted ??= this.count())).exact;
  }
}

/** A query for images: everything that decides which there are and in which order. */
interface Asked {
  modelId: number | null;
  collectionId: number | null;
  filter: ImageFilter;
  order: ImageOrderName;
  seed: number;
}

@Resolver()
export class ImagesResolver {
  @Query(() => ImageConnection, {
    description:
      'The images of a collection, filtered and in order. Ordered by score or by THRESHOLD_DISTANCE: only those that the model has scored; else all. Pages stay right while images and scores are being written.',
    complexity: pageCost,
  })
  async images(
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('model', () => ID, {
      nullable: true,
      description: 'The model whose scores and verdicts count. Give either this or collection.',
    })
    model?: string | null,
    @Arg('collection', () => ID, {
      nullable: true,
      description: 'The collection, where no model is to count. Give either this or model.',
    })
    collection?: string | null,
    @Arg('scoreRange', () => ScoreRange, {
      nullable: true,
      description: 'Short for filter.score, the commonest filter. Needs a model. Give only one of the two.',
    })
    scoreRange?: ScoreRange | null,
    @Arg('filter', () => ImageFilterInput, { nullable: true, description: 'Which images. Default: all.' })
    filter?: ImageFilterInput | null,
    @Arg('order', () => ImageOrderEnum, {
      nullable: true,
      description: 'Which come first. Default: SCORE_DESC with a model, NEWEST without.',
    })
    order?: ImageOrderName | null,
    @Arg('seed', () => Int, {
      defaultValue: 1,
      description: 'For the order RANDOM: which of the orders. Any whole number.',
    })
    seed = 1,
  ): Promise<ImageConnection> {
    const asked = askedOf(model, collection, scoreRange, filter, order, seed);
    const kind = cursorKind('images', asked);
    const page = parsePage(args, kind, 3);
    const { modelId } = asked;
    const plain = Object.entries(asked.filter).every(([name, value]) => name === 'score' || value === undefined);
    if (modelId !== null && plain && (asked.order === 'SCORE_DESC' || asked.order === 'SCORE_ASC')) {
      const read = mentions(info, BEYOND_BRIEF) ? scorePage : briefScorePage;
      return byScore(context, { ...asked, modelId }, page, kind, read);
    }
    return byFilter(context, asked, page, kind);
  }
}

function askedOf(
  model: string | null | undefined,
  collection: string | null | undefined,
  scoreRange: ScoreRange | null | undefined,
  input: ImageFilterInput | null | undefined,
  order: ImageOrderName | null | undefined,
  seed: number,
): Asked {
  if ((model == null) === (collection == null)) {
    throw badInput(
      'model',
      'given, or collection, but one of them',
      model == null ? 'missing' : 'given with collection',
    );
  }
  const filter = filterOf(input);
  if (scoreRange != null && filter.score) throw badInput('scoreRange', 'left out where filter.score is given', 'given');
  const score = scoreRange == null ? filter.score : checkRange(scoreRange, 'scoreRange');
  const by = order ?? (model == null ? 'NEWEST' : 'SCORE_DESC');
  if (model == null) {
    const field = needsModel({ ...filter, score });
    const needs = field ? `filter.${field}` : by !== 'NEWEST' && by !== 'RANDOM' && 'order';
    if (needs) throw badInput('model', `given, because ${needs} needs one`, 'left out');
  }
  return {
    modelId: model == null ? null : decodeId('model', model, 'model'),
    collectionId: collection == null ? null : decodeId('collection', collection, 'collection'),
    filter: { ...filter, score },
    order: by,
    seed: by === 'RANDOM' ? seed : 0,
  };
}

/** The commonest question in one prepared statement. */
async function byScore(
  { dataSource, loaders }: Context,
  asked: Asked & { modelId: number },
  page: Page,
  kind: string,
  read: (db: DataSource, page: ScorePage) => Promise<(ScoredImage | BriefImage)[]>,
): Promise<ImageConnection> {
  const { modelId, filter, order } = asked;
  const position = page.from === null ? undefined : { score: page.from[0], imageId: page.from[1] };
  const size = page.size + 1;
  const found = await read(dataSource, {
    modelId,
    ...filter.score,
    order: order === 'SCORE_ASC' ? 'ASC' : 'DESC',
    ...(page.backward ? { last: size, before: position } : { first: size, after: position }),
  });
  // Only a model that has scored something has rows: one that does not exist is looked for only where there are none.
  if (found.length === 0 && (await loaders.model.load(modelId)) === null) throw noModel();
  const shown = connectionOf(page, found, (row) => new FoundEdge(kind, { modelId }, row, 0));
  const count = () => countImages(dataSource, { collectionId: 0, modelId, threshold: null, filter, scoredOnly: true });
  return new ImageConnection(shown, count);
}

async function byFilter(context: Context, asked: Asked, page: Page, kind: string): Promise<ImageConnection> {
  const { dataSource } = context;
  const images = await imagesAskedOf(context, asked);
  // The threshold that distances are from stays that of the first page.
  const from = page.from?.[2] ?? images.threshold ?? 0;
  const found = await imagePage(dataSource, {
    ...images,
    order: orderOf(asked, from),
    size: page.size + 1,
    backward: page.backward,
    from: page.from && { score: page.from[0], imageId: page.from[1] },
  });
  const through = asked.modelId === null ? { collectionId: images.collectionId } : { modelId: asked.modelId };
  const shown = connectionOf(page, found, (row) => new FoundEdge(kind, through, row, from));
  return new ImageConnection(shown, () => countImages(dataSource, images));
}

/** The collection, the model and the threshold in force behind the ids. @throws WinnowError NOT_FOUND */
async function imagesAskedOf(
  { loaders }: Context,
  { modelId, collectionId, filter, order }: Asked,
): Promise<ImagesAsked> {
  if (modelId === null) {
    if ((await loaders.collection.load(collectionId!)) === null) {
      throw new WinnowError('NOT_FOUND', 'There is no collection with this id.');
    }
    return { collectionId: collectionId!, modelId, threshold: null, filter, scoredOnly: false };
  }
  const [model, [threshold]] = await Promise.all([
    loaders.model.load(modelId),
    loaders.thresholds.load({ of: modelId, first: 1 }),
  ]);
  if (model === null) throw noModel();
  const scoredOnly = order !== 'NEWEST' && order !== 'RANDOM';
  return { collectionId: model.collectionId, modelId, threshold: threshold.value, filter, scoredOnly };
}

function orderOf({ order, seed }: Asked, from: number): ImageOrder {
  switch (order) {
    case 'SCORE_DESC':
    case 'SCORE_ASC':
      return { by: 'SCORE', descending: order === 'SCORE_DESC' };
    case 'DISTANCE':
      return { by: 'DISTANCE', from };
    case 'NEWEST':
      return { by: 'NEWEST' };
    case 'RANDOM':
      return { by: 'RANDOM', seed };
  }
}

/** What a page of images was asked by. */
interface Through {
  modelId?: number;
  collectionId?: number;
}

/** Makes its cursor when asked: most queries want the page's two ends only. */
class FoundEdge implements Edge<ImageType> {
  readonly node: ImageType;

  constructor(
    private readonly kind: string,
    { modelId, collectionId }: Through,
    private readonly row: ScoredImage | BriefImage | FoundImage,
    private readonly from: number,
  ) {
    const { imageId, uri } = row;
    const score = modelId === undefined ? undefined : row;
    this.node = new ImageType(
      { id: imageId, sha256: (row as Partial<ScoredImage>).sha256 },
      { modelId, collectionId, score, uri },
    );
  }

  get cursor(): string {
    return encodeCursor(this.kind, [this.row.score ?? 0, this.row.imageId, this.from]);
  }
}

function noModel(): WinnowError {
  return new WinnowError('NOT_FOUND', 'There is no model with this id.');
}
