import { Arg, Args, Ctx, Field, Float, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';

import { flipCounts, flipsPage, type Flip } from '../catalog/flips.js';
import { modelFlipCounts, modelFlipsPage, sidesOf, type ModelFlip, type Side } from '../catalog/model-flips.js';
import type { ScoreOrder } from '../catalog/page.js';
import type { Verdict } from '../entities/index.js';
import { connectionOf, edgeType, pageCost, PageArguments, PageInfo, parsePage } from './connections.js';
import type { Connection } from './connections.js';
import type { Context } from './context.js';
import { cursorKind, encodeCursor } from './cursors.js';
import { FlipOrderEnum, VerdictEnum } from './enums.js';
import { decodeId } from './ids.js';
import { ImageType } from './image.js';
import { within } from './input.js';

/** Counting between two models reads all scores of both. A page's cost is taken as often as it may have nodes, this too. */
const COUNTS_COST = 5;

@InputType({ description: 'One side of a comparison of verdicts.' })
export class FlipSide {
  @Field(() => ID, { description: 'The model whose scores count.' })
  model!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'The threshold they are held against, 0 to 1. Left out: the one in force.',
  })
  threshold?: number | null;
}

@ObjectType('Flip', {
  description: 'An image whose verdict differs between the two sides. A labelled image never does.',
})
export class FlipType {
  constructor(
    private readonly row: Flip | ModelFlip,
    private readonly modelId: number,
  ) {}

  @Field(() => ImageType, { description: 'The image; its score, logit and verdict are by the model of `to`.' })
  get image(): ImageType {
    const { imageId, sha256, uri } = this.row;
    return new ImageType({ id: imageId, sha256 }, { modelId: this.modelId, uri });
  }

  @Field(() => VerdictEnum, { description: 'Its verdict on the side of `from`.' })
  get was(): Verdict {
    return this.row.was;
  }

  @Field(() => VerdictEnum, { description: 'Its verdict on the side of `to`.' })
  get becomes(): Verdict {
    return this.row.becomes;
  }

  @Field(() => Float, { description: 'Its score by the model of `from`.' })
  get scoreBefore(): number {
    return 'scoreBefore' in this.row ? this.row.scoreBefore : this.row.score;
  }

  @Field(() => Float, { description: 'Its score by the model of `to`.' })
  get score(): number {
    return this.row.score;
  }
}

@ObjectType('FlipCounts', { description: 'How many verdicts differ, each way; exact.', simpleResolvers: true })
export class FlipCountsType {
  @Field(() => Int, { description: 'Images that were NG and become OK.' })
  toOk!: number;

  @Field(() => Int, { description: 'Images that were OK and become NG.' })
  toNg!: number;
}

const FlipEdge = edgeType('Flip', () => FlipType);

@ObjectType({ description: 'A page of nodes of type Flip.' })
export class FlipConnection implements Connection<FlipType> {
  constructor(
    page: Connection<FlipType>,
    private readonly count: () => Promise<FlipCountsType>,
  ) {
    this.edges = page.edges;
    this.pageInfo = page.pageInfo;
  }

  @Field(() => [FlipEdge], { description: 'The page, in order.', simple: true })
  readonly edges: Connection<FlipType>['edges'];

  @Field(() => PageInfo, { description: 'Where the page stands among all.', complexity: 0, simple: true })
  readonly pageInfo: PageInfo;

  @Field(() => FlipCountsType, {
    description:
      'How many there are on all pages together. Immediate between two thresholds of one model; between two models every score of both is read.',
    complexity: COUNTS_COST,
  })
  async counts(): Promise<FlipCountsType> {
    return this.count();
  }
}

@Resolver()
export class FlipResolver {
  @Query(() => FlipConnection, {
    description:
      'The images whose verdict differs between two thresholds of a model, or between two models of a collection that both have scored them, by score.',
    complexity: pageCost,
  })
  async flips(
    @Arg('from', () => FlipSide, { description: 'What is compared with.' }) from: FlipSide,
    @Arg('to', () => FlipSide, { description: 'What it is compared to.' }) to: FlipSide,
    @Arg('order', () => FlipOrderEnum, { defaultValue: 'DESC', description: 'Which come first.' }) order: ScoreOrder,
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
