import { Arg, Args, Ctx, Field, Float, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';

import { countScores } from '../catalog/count-scores.js';
import { scorePage } from '../catalog/page.js';
import type { ScoredImage, ScoreOrder } from '../catalog/page.js';
import { WinnowError } from '../errors.js';
import { connectionOf, edgeType, pageCost, PageArguments, PageInfo, parsePage } from './connections.js';
import type { Connection, Edge } from './connections.js';
import type { Context } from './context.js';
import { encodeCursor } from './cursors.js';
import { ScoreOrderEnum } from './enums.js';
import { decodeId } from './ids.js';
import { ImageType } from './image.js';
import { badInput, within } from './input.js';

const ImageEdge = edgeType('Image', () => ImageType);

@InputType({ description: 'A range of scores, both ends included.' })
export class ScoreRange {
  @Field(() => Float, { defaultValue: 0, description: 'The lowest score, 0 to 1.' })
  min!: number;

  @Field(() => Float, { defaultValue: 1, description: 'The highest score, 0 to 1.' })
  max!: number;
}

@ObjectType({ description: 'A page of nodes of type Image.' })
export class ImageConnection implements Connection<ImageType> {
  constructor(
    page: Connection<ImageType>,
    private readonly count: () => Promise<number>,
  ) {
    this.edges = page.edges;
    this.pageInfo = page.pageInfo;
  }

  @Field(() => [ImageEdge], { description: 'The page, in order.', simple: true })
  readonly edges: readonly Edge<ImageType>[];

  @Field(() => PageInfo, { description: 'Where the page stands among all.', complexity: 0, simple: true })
  readonly pageInfo: PageInfo;

  @Field(() => Int, { description: 'How many images there are on all pages together; exact.' })
  async totalCount(): Promise<number> {
    return this.count();
  }
}

@Resolver()
export class ImagesResolver {
  @Query(() => ImageConnection, {
    description: 'The images that a model has scored, by score. Pages stay right while scores are being written.',
    complexity: pageCost,
  })
  async images(
    @Arg('model', () => ID, { description: 'The model whose scores count.' }) model: string,
    @Arg('scoreRange', () => ScoreRange, { nullable: true, description: 'Only images with a score in this range.' })
    scoreRange: ScoreRange | null,
    @Arg('order', () => ScoreOrderEnum, { defaultValue: 'DESC', description: 'Which come first.' })
    order: ScoreOrder,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() { dataSource, loaders }: Context,
  ): Promise<ImageConnection> {
    const modelId = decodeId('model', model, 'model');
    const { min, max } = checkRange(scoreRange);
    const page = parsePage(args, 'scores', 2);
    const position = page.from && { score: page.from[0], imageId: page.from[1] };
    const rest = page.backward
      ? { last: page.size + 1, before: position ?? undefined }
      : { first: page.size + 1, after: position ?? undefined };
    const found = await scorePage(dataSource, { modelId, min, max, order, ...rest });
    // Only a model that has scored something has rows: one that does not exist is looked for only where there are none.
    if (found.length === 0 && (await loaders.model.load(modelId)) === null) {
      throw new WinnowError('NOT_FOUND', 'There is no model with this id.');
    }
    const shown = connectionOf(page, found, (row) => new ScoredEdge(modelId, row));
    return new ImageConnection(shown, () => countScores(dataSource, { modelId, min, max }));
  }
}

/** Makes its cursor when asked: most queries want the page's two ends only. */
class ScoredEdge implements Edge<ImageType> {
  readonly node: ImageType;

  constructor(
    modelId: number,
    private readonly row: ScoredImage,
  ) {
    const { imageId, sha256, uri } = row;
    this.node = new ImageType({ id: imageId, sha256 }, { modelId, score: row, uri });
  }

  get cursor(): string {
    return encodeCursor('scores', [this.row.score, this.row.imageId]);
  }
}

function checkRange(range: ScoreRange | null | undefined): ScoreRange {
  const { min, max } = range ?? { min: 0, max: 1 };
  within('scoreRange.min', min, 0, 1);
  within('scoreRange.max', max, 0, 1);
  if (min > max) throw badInput('scoreRange.max', `at least scoreRange.min, ${min}`, `${max}`);
  return { min, max };
}
