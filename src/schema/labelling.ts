import { Arg, Args, ArgsType, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { EntityManager } from 'typeorm';

import { lockCollection } from '../catalog/collections.js';
import { imagesAsked } from '../catalog/count-images.js';
import { setLabels, undoLabels, withdrawLabels } from '../catalog/labels.js';
import { sidesOf } from '../catalog/model-flips.js';
import type { LabelValue } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { CollectionType } from './collection.js';
import type { Context } from './context.js';
import { LabelValueEnum } from './enums.js';
import { decodeId } from './ids.js';
import { filterOf, MatchingImages, needsModel } from './image-filter.js';
import { badInput, list, optionalText } from './input.js';

/** As many ids as a request of 100 kB can carry in its variables, and some to spare. */
const MOST = 2_000;
/** As many as one transaction can change in some seconds. */
const MOST_MATCHING = 100_000;

@InputType({ description: 'Which images of a collection. Exactly one of these.' })
export class ImagesToLabel {
  @Field(() => [ID], { nullable: true, description: `The images with these ids, 1 to ${MOST.toLocaleString('en')}.` })
  ids?: string[] | null;

  @Field(() => MatchingImages, {
    nullable: true,
    description: `All images of a filter, at most ${MOST_MATCHING.toLocaleString('en')}.`,
  })
  matching?: MatchingImages | null;
}

@ArgsType()
export class LabelArguments {
  @Field(() => ID, { description: 'The id of the collection whose question is answered.' })
  collection!: string;

  @Field(() => ImagesToLabel, { description: 'Which of its images.' })
  images!: ImagesToLabel;

  @Field(() => String, {
    nullable: true,
    description: 'Who does this, in 1 to 200 characters. Default: whom the token belongs to.',
  })
  who?: string | null;
}

@ObjectType('LabelChanges', { description: 'What became of the labels of the images that were given.' })
export class LabelChanges {
  constructor(
    private readonly collectionId: number,
    counts: Pick<LabelChanges, 'changed' | 'unchanged'>,
  ) {
    Object.assign(this, counts);
  }

  @Field(() => Int, { simple: true, description: 'How many images have another label now, or none any more.' })
  readonly changed!: number;

  @Field(() => Int, { simple: true, description: 'How many images are as they were.' })
  readonly unchanged!: number;

  @Field(() => CollectionType, { description: 'The collection, with its labels counted anew.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.collectionId))!);
  }
}

/** What a change of labels gets: the images, found in the transaction that changes them, and whose change it is. */
interface Change {
  collectionId: number;
  imageIds: number[];
  who: string;
}

@Resolver()
export class LabelResolver {
  @Mutation(() => LabelChanges, {
    description:
      'Labels images of a collection by hand: all of them, or none when one is not in the collection. An earlier label is kept in the history.',
  })
  async setLabels(
    @Args(() => LabelArguments) asked: LabelArguments,
    @Arg('value', () => LabelValueEnum, { description: 'The answer, for all of them.' }) value: LabelValue,
    @Ctx() context: Context,
  ): Promise<LabelChanges> {
    return change(context, asked, async (tx, { imageIds, ...rest }) => {
      const labels = imageIds.map((imageId) => ({ imageId, value }));
      return (await setLabels(tx, { ...rest, labels, origin: 'HAND' })).set;
    });
  }

  @Mutation(() => LabelChanges, {
    description: 'Takes the labels of images away, wherever they came from. The history keeps them.',
  })
  async withdrawLabels(
    @Args(() => LabelArguments) asked: LabelArguments,
    @Ctx() context: Context,
  ): Promise<LabelChanges> {
    return change(context, asked, withdrawLabels);
  }

  @Mutation(() => LabelChanges, {
    description:
      "Undoes the last change of each image's label: gives the label back that stood before, or that was withdrawn, or takes it away where none stood before. The history keeps it all; undoing twice is redoing.",
  })
  async undoLabels(@Args(() => LabelArguments) asked: LabelArguments, @Ctx() context: Context): Promise<LabelChanges> {
    return change(context, asked, undoLabels);
  }
}

/** One transaction: finds the images, compares their number with the one expected, and changes their labels. */
async function change(
  { dataSource, viewer }: Context,
  { collection, images: { ids, matching }, who }: LabelArguments,
  write: (tx: EntityManager, change: Change) => Promise<number>,
): Promise<LabelChanges> {
  const collectionId = decodeId('collection', collection, 'collection');
  const by = optionalText('who', who, 200) ?? viewer.name;
  const find = ids == null ? matchingOf(collectionId, matching!) : givenOf(ids);
  return dataSource.transaction(async (tx) => {
    await lockCollection(tx, collectionId);
    const imageIds = await find(tx);
    const changed = await write(tx, { collectionId, imageIds, who: by });
    return new LabelChanges(collectionId, { changed, unchanged: imageIds.length - changed });
  });
}

type FindImages = (tx: EntityManager) => Promise<number[]>;

function givenOf(ids: readonly string[]): FindImages {
  const given = list('images.ids', ids, MOST).map((id, at) => decodeId('image', id, `images.ids.${at}`));
  return () => Promise.resolve([...new Set(given)]);
}

function matchingOf(collectionId: number, { model, filter: input, expectedCount }: MatchingImages): FindImages {
  const filter = filterOf(input, 'images.matching.filter');
  const needs = needsModel(filter);
  if (model == null && needs) {
    throw badInput('images.matching.model', `given, because filter.${needs} needs one`, 'left out');
  }
  const modelId = model == null ? null : decodeId('model', model, 'images.matching.model');
  return async (tx) => {
    const threshold = modelId === null ? null : await thresholdOf(tx, collectionId, modelId);
    const asked = { collectionId, modelId, filter, scoredOnly: modelId !== null, threshold };
    const imageIds = await imagesAsked(tx, asked, MOST_MATCHING);
    if (imageIds.length === expectedCount) return imageIds;
    const found = imageIds.length > MOST_MATCHING ? `more than ${MOST_MATCHING}` : imageIds.length;
    throw new WinnowError(
      'CONFLICT',
      `These are ${found} images, but ${expectedCount} were expected. Look again; nothing was changed.`,
    );
  };
}

async function thresholdOf(tx: EntityManager, collectionId: number, modelId: number): Promise<number> {
  const [side] = await sidesOf(tx, [{ modelId }]);
  if (side.collectionId === collectionId) return side.threshold;
  throw new WinnowError('NOT_FOUND', 'images.matching.model: the collection has no model with this id.');
}
