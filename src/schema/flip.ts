import { Arg, Args, Ctx, Field, Float, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';

import { flipCounts, flipsPage, type Flip } from '../catalog/flips.js';
import { modelFlipCounts, modelFlipsPage, sidesOf, type ModelFlip, type Side } from '../catalog/model-flips.js';
import type { ScoreOrder } from '../catalog/page.js';
import type { Verdict } from '../entities/index.js';
import {
  connectionOf,
  EDGES,
  edgeType,
  PAGE_INFO,
  pageCost,
  PageArguments,
  PageInfo,
  parsePage,
  TOTAL_COUNT,
} from './connections.js';
import type { Connection } from './connections.js';
import type { Context } from './context.js';
import { cursorKind, encodeCursor } from './cursors.js';
import { FlipOrderEnum, VerdictEnum } from './enums.js';
import { decodeId } from './ids.js';
import { ImageType } from './image.js';
import { within } from './input.js';

/** Counting between two models reads all scores of both. A page's cost is taken as often as it may have nodes, this too. */
const COUNTS_COST = 5;

@InputType({ description: 'One side of a comparison of verdicts: a model at a threshold.' })
export class FlipSide {
  @Field(() => ID, { description: 'The model whose scores decide.' })
  model!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'The threshold it decides by, 0 to 1. Default: the one in force.',
  })
  threshold?: number | null;
}

@ObjectType('Flip', {
  description: 'An image whose verdict differs between the two sides, `from` and `to`. A labelled image never does.',
})
export class FlipType {
  constructor(
    private readonly row: Flip | ModelFlip,
    private readonly modelId: number,
  ) {}

  @Field(() => ImageType, { description: 'The image, as reached through the model of `to`.' })
  get image(): ImageType {
    const { imageId, sha256, uri } = this.row;
    return new ImageType({ id: imageId, sha256 }, { modelId: this.modelId, uri });
  }

  @Field(() => VerdictEnum, { description: 'Its verdict by the model and the threshold of `from`.' })
  get was(): Verdict {
    return this.row.was;
  }

  @Field(() => VerdictEnum, { description: 'Its verdict by the model and the threshold of `to`.' })
  get becomes(): Verdict {
    return this.row.becomes;
  }

  @Field(() => Float, { description: 'Its score by the model of `from`, 0 to 1.' })
  get scoreBefore(): number {
    return 'scoreBefore' in this.row ? this.row.scoreBefore : this.row.score;
  }

  @Field(() => Float, { description: 'Its score by the model of `to`, 0 to 1.' })
  get score(): number {
    return this.row.score;
  }
}

@ObjectType('FlipCounts', { description: 'How many verdicts differ, each way. Exact.', simpleResolvers: true })
export class FlipCountsType {
  @Field(() => Int, { description: 'Images that were NG and become OK.' })
  toOk!: number;

  @Field(() => Int, { description: 'Images that were OK and become NG.' })
  toNg!: number;
}

const FlipEdge = edgeType('Flip', () => FlipType);

@ObjectType({ description: 'A page of nodes of type Flip.' })
export class FlipConnection implements Connection<FlipType> {
  private counted: Promise<FlipCountsType> | undefined;

  constructor(
    page: Connection<FlipType>,
    private readonly count: () => Promise<FlipCountsType>,
  ) {
    this.edges = page.edges;
    this.pageInfo = page.pageInfo;
  }

  @Field(() => [FlipEdge], { ...EDGES, simple: true })
  readonly edges: Connection<FlipType>['edges'];

  @Field(() => PageInfo, { ...PAGE_INFO, simple: true })
  readonly pageInfo: PageInfo;

  @Field(() => FlipCountsType, {
    nullable: true,
    description:
      'How many flips all pages have together, each way. Immediate between two thresholds of one model; between two models every score of both is read. Null when counting failed, with an error that says why: the page itself is given all the same.',
    complexity: COUNTS_COST,
  })
  async counts(): Promise<FlipCountsType> {
    return (this.counted ??= this.count());
  }

  @Field(() => Int, { ...TOTAL_COUNT, complexity: COUNTS_COST })
  async totalCount(): Promise<number> {
    const { toOk, toNg } = await this.counts();
    return toOk + toNg;
  }
}

@Resolver()
export class FlipResolver {
  @Query(() => FlipConnection, {
    description:
      'The images whose verdict differs between two thresholds of one model, or between two models of a collection that both have scored them.',
    complexity: pageCost,
  })
  async flips(
    @Arg('from', () => FlipSide, { description: 'The one side, what was.' }) from: FlipSide,
    @Arg('to', () => FlipSide, { description: 'The other side, what becomes of it: of the same collection.' })
    to: FlipSide,
    @Arg('order', () => FlipOrderEnum, { defaultValue: 'DESC', description: 'Which flips come first.' })
    order: ScoreOrder,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() { dataSource }: Context,
  ): Promise<FlipConnection> {
    const asked = [sideAsked('from', from), sideAsked('to', to)];
    const kind = cursorKind('flips', [asked, order]);
    const page = parsePage(args, kind, 2);
    const position = page.from === null ? undefined : { score: page.from[0], imageId: page.from[1] };
    const size = page.size + 1;
    const rest = { order, ...(page.backward ? { last: size, before: position } : { first: size, after: position }) };
    const [before, after]: Side[] = await sidesOf(dataSource, asked);
    const { modelId } = after;
    const between = { modelId, from: before.threshold, to: after.threshold };
    const one = before.modelId === modelId;
    const found = one
      ? await flipsPage(dataSource, { ...between, ...rest })
      : await modelFlipsPage(dataSource, { from: before, to: after, ...rest });
    const shown = connectionOf(page, found, (row: Flip | ModelFlip) => ({
      node: new FlipType(row, modelId),
      cursor: encodeCursor(kind, [row.score, row.imageId]),
    }));
    const counts = () =>
      one ? flipCounts(dataSource, between) : modelFlipCounts(dataSource, { from: before, to: after });
    return new FlipConnection(shown, counts);
  }
}

/** @throws WinnowError BAD_INPUT that names the argument */
export function sideAsked(argument: string, { model, threshold }: FlipSide): { modelId: number; threshold?: number } {
  const modelId = decodeId('model', model, `${argument}.model`);
  if (threshold == null) return { modelId };
  return { modelId, threshold: within(`${argument}.threshold`, threshold, 0, 1) };
}
