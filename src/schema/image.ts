import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { Arg, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';

import type { Image, ImageFormat, Verdict } from '../entities/index.js';
import type { ImageScore } from '../catalog/batches.js';
import type { Context } from './context.js';
import { listCost } from './connections.js';
import { ImageFormatEnum, VerdictEnum } from './enums.js';
import { FailureType } from './failure.js';
import { WinnowError } from '../errors.js';
import { decodeId, encodeId } from './ids.js';
import { badInput, within } from './input.js';
import { LabelType } from './label.js';
import { ModelScoreType } from './model-score.js';
import { NodeType } from './node.js';
import { SourceType } from './source.js';

/** Most sources or failures of one image at a time. */
const MOST = 100;

/** What is known of an image from the page it was reached on: what it was reached through need not be named again, nor the rest be read again. */
export interface Seen {
  readonly modelId?: number;
  /** Needed where there is no model. */
  readonly collectionId?: number;
  /** By that model, with the verdict at its threshold in force. */
  readonly score?: Partial<ImageScore>;
  readonly uri: string | null;
}

const COLLECTION_ARGUMENT =
  'The collection whose question the label answers. Default: that of the page the image was reached on; needed where it was reached otherwise.';

@ObjectType('Image', {
  implements: NodeType,
  description: 'One file, known by the SHA-256 of its bytes, wherever and however often it was found: see `sources`.',
})
export class ImageType implements NodeType {
  constructor(
    private readonly row: Pick<Image, 'id'> & Partial<Image>,
    private readonly seen?: Seen,
  ) {}

  get id(): string {
    return encodeId('image', this.row.id);
  }

  @Field(() => String, { description: 'SHA-256 of its bytes, as 64 hexadecimal digits in lower case.' })
  sha256(@Ctx() context: Context): string | Promise<string> {
    return this.row.sha256 ?? this.whole(context).then(({ sha256 }) => sha256);
  }

  @Field(() => Int, { description: 'Its width in pixels, after the EXIF orientation is applied.' })
  async width(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).width;
  }

  @Field(() => Int, { description: 'Its height in pixels, after the EXIF orientation is applied.' })
  async height(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).height;
  }

  @Field(() => ImageFormatEnum, { description: 'Its format, told by its bytes and not by its name.' })
  async format(@Ctx() context: Context): Promise<ImageFormat> {
    return (await this.whole(context)).format;
  }

  @Field(() => GraphQLSafeInt, { description: 'Size of the file, in bytes.' })
  async bytes(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).bytes;
  }

  @Field(() => Int, { description: 'How many frames or pages it has. Only the first one is looked at.' })
  async frames(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).frames;
  }

  @Field(() => GraphQLDateTime, { description: 'When it was first ingested, into any collection.' })
  async createdAt(@Ctx() context: Context): Promise<Date> {
    return (await this.whole(context)).createdAt;
  }

  @Field(() => String, {
    description:
      'The path on this server of its letterboxed square, a JPEG, such as /pictures/aW1hZ2U6MQ. It answers 404 until the image was resized.',
  })
  get picture(): string {
    return `/pictures/${this.id}`;
  }

  @Field(() => String, {
    nullable: true,
    description:
      'The path on this server of the file itself; null for TIFF, which browsers do not show. It answers 404 once no source, inside the folders that the server may use, holds these very bytes.',
  })
  async original(@Ctx() context: Context): Promise<string | null> {
    return (await this.whole(context)).format === 'TIFF' ? null : `${this.picture}/original`;
  }

  @Field(() => String, {
    nullable: true,
    description:
      'The path or URL of the oldest of its current `sources`, whichever collection found it there; null when there is none any more.',
  })
  async uri(@Ctx() { loaders }: Context): Promise<string | null> {
    if (this.seen) return this.seen.uri;
    const [first] = await loaders.sources.load({ of: this.row.id, first: 1 });
    return first?.uri ?? null;
  }

  @Field(() => [SourceType], { description: 'Where it is found now, the longest known first.', complexity: listCost })
  async sources(
    @Arg('first', () => Int, { defaultValue: 10, description: `How many at most, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<SourceType[]> {
    return loaders.sources.load({ of: this.row.id, first: within('first', first, 1, MOST) });
  }

  @Field(() => LabelType, { nullable: true, description: 'The label in force; null when there is none.' })
  async label(
    @Ctx() { loaders }: Context,
    @Arg('collection', () => ID, { nullable: true, description: COLLECTION_ARGUMENT }) collection?: string,
  ): Promise<LabelType | null> {
    const { modelId, collectionId } = this.seen ?? {};
    const labelIn = async (id: number) => {
      const row = await loaders.label.load([id, this.row.id]);
      return row && new LabelType(row);
    };
    if (collection != null) return labelIn(decodeId('collection', collection, 'collection'));
    if (collectionId !== undefined) return labelIn(collectionId);
    if (modelId === undefined) throw notReachedThrough('collection or a model', 'collection');
    return labelIn((await loaders.model.load(modelId))!.collectionId);
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'The calibrated probability of POSITIVE, 0 to 1, by the model that the page was asked by; null while that has not scored it. On an image reached otherwise this is an error: ask for `scoreOf`.',
  })
  async score(@Ctx() context: Context): Promise<number | null> {
    return this.scored(context, 'score');
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'The raw output of the head, before calibration; null while there is no score. Like `score`, by the model that the page was asked by.',
  })
  async logit(@Ctx() context: Context): Promise<number | null> {
    return this.scored(context, 'logit');
  }

  @Field(() => VerdictEnum, {
    nullable: true,
    description:
      'By the label if there is one, else by the score at the threshold in force; null without both. Like `score`, by the model that the page was asked by.',
  })
  async verdict(@Ctx() context: Context): Promise<Verdict | null> {
    return this.scored(context, 'verdict');
  }

  @Field(() => ModelScoreType, {
    nullable: true,
    description: 'What a given model says of it; null while that has not scored it.',
  })
  async scoreOf(
    @Ctx() { loaders }: Context,
    @Arg('model', () => ID, { description: 'The id of the model.' }) model: string,
  ): Promise<ModelScoreType | null> {
    const modelId = decodeId('model', model, 'model');
    const { score, logit, verdict } = await loaders.score.load([modelId, this.row.id]);
    return score === null || logit === null || verdict === null
      ? null
      : new ModelScoreType({ modelId, score, logit, verdict });
  }

  @Field(() => [FailureType], {
    description: 'What went wrong with it, in any run, newest first.',
    complexity: listCost,
  })
  async failures(
    @Arg('first', () => Int, { defaultValue: 10, description: `How many at most, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<FailureType[]> {
    const found = await loaders.failures.load({ of: this.row.id, first: within('first', first, 1, MOST) });
    return found.map((row) => new FailureType(row));
  }

  @Field(() => [LabelType], {
    description: 'All labels that it has or had, in any collection, newest first.',
    complexity: listCost,
  })
  async labelHistory(
    @Arg('first', () => Int, { defaultValue: 20, description: `How many at most, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<LabelType[]> {
    const found = await loaders.labelRecords.load({ of: this.row.id, first: within('first', first, 1, MOST) });
    return found.map((row) => new LabelType(row));
  }

  @Field(() => [ModelScoreType], {
    description: 'What every model that has scored it says, the newest model first.',
    complexity: listCost,
  })
  async scores(
    @Arg('first', () => Int, { defaultValue: 20, description: `How many at most, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<ModelScoreType[]> {
    const found = await loaders.modelScores.load({ of: this.row.id, first: within('first', first, 1, MOST) });
    return found.map((row) => new ModelScoreType(row));
  }

  /** What its page has told already, if it is what is asked for. */
  told(field: 'sha256' | 'uri' | keyof ImageScore): string | number | null | undefined {
    if (field === 'sha256') return this.row.sha256;
    return field === 'uri' ? this.seen?.uri : this.seen?.score?.[field];
  }

  private async whole({ loaders }: Context): Promise<Image> {
    return 'createdAt' in this.row ? (this.row as Image) : (await loaders.image.load(this.row.id))!;
  }

  private async scored<Part extends keyof ImageScore>({ loaders }: Context, part: Part): Promise<ImageScore[Part]> {
    const modelId = this.seen?.modelId;
    if (modelId === undefined)
      throw new WinnowError(
        'BAD_INPUT',
        `The image was not reached through a model: ask for scoreOf(model) in place of ${part}.`,
      );
    return this.seen?.score?.[part] ?? (await loaders.score.load([modelId, this.row.id]))[part];
  }
}

/**
 * Gives what a page has told without a promise. TypeGraphQL makes several for every argument of every node, which on a page
 * of a hundred images costs more than the query itself.
 */
export function giveWhatIsTold(schema: GraphQLSchema): void {
  const fields = (schema.getType('Image') as GraphQLObjectType<ImageType, Context>).getFields();
  for (const name of ['sha256', 'uri', 'score', 'logit', 'verdict'] as const) {
    const { resolve } = fields[name];
    fields[name].resolve = (image, args, context, info) => {
      const told = image.told(name);
      return told === undefined ? resolve!(image, args, context, info) : told;
    };
  }
}

@Resolver()
export class ImageResolver {
  @Query(() => ImageType, { nullable: true, description: 'An image by its id; null when there is none.' })
  async image(
    @Arg('id', () => ID, { description: 'The id of an image.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ImageType | null> {
    const row = await loaders.image.load(decodeId('image', id, 'id'));
    return row && new ImageType(row);
  }
}

function notReachedThrough(what: string, argument: string): Error {
  return badInput(argument, `given, because the image was not reached through a ${what}`, 'left out');
}
