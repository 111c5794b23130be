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
import { LabelRecordType, ModelScoreType } from './image-history.js';
import { badInput, within } from './input.js';
import { LabelType } from './label.js';
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
  'Left out: the collection, or that of the model, that the image was reached through; needed where there is none.';

@ObjectType('Image', {
  description: 'One file, known by the SHA-256 of its bytes; it may have been found at several sources.',
})
export class ImageType {
  constructor(
    private readonly row: Pick<Image, 'id'> & Partial<Image>,
    private readonly seen?: Seen,
  ) {}

  @Field(() => ID, { description: 'Opaque.' })
  get id(): string {
    return encodeId('image', this.row.id);
  }

  @Field(() => String, { description: 'SHA-256 of the bytes, 64 hex digits.' })
  sha256(@Ctx() context: Context): string | Promise<string> {
    return this.row.sha256 ?? this.whole(context).then(({ sha256 }) => sha256);
  }

  @Field(() => Int, { description: 'Pixels across, after the EXIF orientation is applied.' })
  async width(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).width;
  }

  @Field(() => Int, { description: 'Pixels down, after the EXIF orientation is applied.' })
  async height(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).height;
  }

  @Field(() => ImageFormatEnum, { description: 'What the bytes are, whatever the name of the file.' })
  async format(@Ctx() context: Context): Promise<ImageFormat> {
    return (await this.whole(context)).format;
  }

  @Field(() => GraphQLSafeInt, { description: 'Size of the file, in bytes.' })
  async bytes(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).bytes;
  }

  @Field(() => Int, { description: 'How many frames or pages it has; the first one counts.' })
  async frames(@Ctx() context: Context): Promise<number> {
    return (await this.whole(context)).frames;
  }

  @Field(() => GraphQLDateTime, { description: 'When it was first ingested.' })
  async createdAt(@Ctx() context: Context): Promise<Date> {
    return (await this.whole(context)).createdAt;
  }

  @Field(() => String, {
    description:
      'Where this server gives its letterboxed square, a JPEG: a path on the same host. It is there once the image was resized.',
  })
  get picture(): string {
    return `/pictures/${this.id}`;
  }

  @Field(() => String, {
    nullable: true,
    description:
      'Where this server gives the file itself: a path on the same host. Null for TIFF, which browsers do not show. It is there as long as one of the sources holds these very bytes, inside the folders that the server may use.',
  })
  async original(@Ctx() context: Context): Promise<string | null> {
    return (await this.whole(context)).format === 'TIFF' ? null : `${this.picture}/original`;
  }

  @Field(() => String, { nullable: true, description: 'Its first current source. The whole list is in sources.' })
  async uri(@Ctx() { loaders }: Context): Promise<string | null> {
    if (this.seen) return this.seen.uri;
    const [first] = await loaders.sources.load({ of: this.row.id, first: 1 });
    return first?.uri ?? null;
  }

  @Field(() => [SourceType], { description: 'Where it is found, first found first.', complexity: listCost })
  async sources(
    @Arg('first', () => Int, { defaultValue: 10, description: `At most so many, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<SourceType[]> {
    return loaders.sources.load({ of: this.row.id, first: within('first', first, 1, MOST) });
  }

  @Field(() => LabelType, { nullable: true, description: 'The label in force, if a human gave one.' })
  async label(
    @Ctx() { loaders }: Context,
    @Arg('collection', () => ID, { nullable: true, description: COLLECTION_ARGUMENT }) collection?: string,
  ): Promise<LabelType | null> {
    if (collection != null) return loaders.label.load([decodeId('collection', collection, 'collection'), this.row.id]);
    const { modelId, collectionId } = this.seen ?? {};
    if (collectionId !== undefined) return loaders.label.load([collectionId, this.row.id]);
    if (modelId === undefined) throw notReachedThrough('collection or a model', 'collection');
    return loaders.label.load([(await loaders.model.load(modelId))!.collectionId, this.row.id]);
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'What the model that the image was reached through says: 0 (no) to 1 (yes); null while it has not scored it. Where there is no such model: scoreOf.',
  })
  async score(@Ctx() context: Context): Promise<number | null> {
    return this.scored(context, 'score');
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'The raw output that the score is the sigmoid of; null while there is no score. Where there is no such model: scoreOf.',
  })
  async logit(@Ctx() context: Context): Promise<number | null> {
    return this.scored(context, 'logit');
  }

  @Field(() => VerdictEnum, {
    nullable: true,
    description:
      'The label if there is one, else whether the score reaches the threshold in force; null without both. Where there is no such model: scoreOf.',
  })
  async verdict(@Ctx() context: Context): Promise<Verdict | null> {
    return this.scored(context, 'verdict');
  }

  @Field(() => ModelScoreType, {
    nullable: true,
    description: 'What any model says; null while it has not scored this image.',
  })
  async scoreOf(
    @Ctx() { loaders }: Context,
    @Arg('model', () => ID, { description: 'The model.' }) model: string,
  ): Promise<ModelScoreType | null> {
    const modelId = decodeId('model', model, 'model');
    const { score, logit, verdict } = await loaders.score.load([modelId, this.row.id]);
    return score === null || logit === null || verdict === null
      ? null
      : new ModelScoreType({ modelId, score, logit, verdict });
  }

  @Field(() => [FailureType], {
    description: 'What went wrong with it at any stage, newest first.',
    complexity: listCost,
  })
  async failures(
    @Arg('first', () => Int, { defaultValue: 10, description: `At most so many, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<FailureType[]> {
    const found = await loaders.failures.load({ of: this.row.id, first: within('first', first, 1, MOST) });
    return found.map((row) => new FailureType(row));
  }

  @Field(() => [LabelRecordType], {
    description: 'The labels that it has and had, in any collection, newest first.',
    complexity: listCost,
  })
  async labelHistory(
    @Arg('first', () => Int, { defaultValue: 20, description: `At most so many, 1 to ${MOST}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<LabelRecordType[]> {
    const found = await loaders.labelRecords.load({ of: this.row.id, first: within('first', first, 1, MOST) });
    return found.map((row) => new LabelRecordType(row));
  }

  @Field(() => [ModelScoreType], {
    description: 'What each model says that has scored it, newest model first.',
    complexity: listCost,
  })
  async scores(
    @Arg('first', () => Int, { defaultValue: 20, description: `At most so many, 1 to ${MOST}.` }) first: number,
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
  @Query(() => ImageType, { nullable: true, description: 'One image; null when there is none with this id.' })
  async image(
    @Arg('id', () => ID, { description: 'The image.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ImageType | null> {
    const row = await loaders.image.load(decodeId('image', id, 'id'));
    return row && new ImageType(row);
  }
}

function notReachedThrough(what: string, argument: string): Error {
  return badInput(argument, `given, because the image was not reached through a ${what}`, 'left out');
}
