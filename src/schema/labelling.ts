import { Arg, Args, ArgsType, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { EntityManager } from 'typeorm';

import { lockCollection } from '../catalog/collections.js';
import { imagesAsked } from '../catalog/count-images.js';
import { setLabels, undoLabels, withdrawLabels } from '../catalog/labels.js';
import { sidesOf } from '../catalog/model-flips.js';
import type { LabelValue } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import type { Context } from './context.js';
import { LabelValueEnum } from './enums.js';
import { decodeId } from './ids.js';
import { filterOf, ImageSelection, needsModel } from './image-filter.js';
import { badInput, list, optionalText } from './input.js';

/** As many ids as a request of 100 kB can carry in its variables, and some to spare. */
const MOST = 2_000;
/** As many as one transaction can change in some seconds. */
const MOST_MATCHING = 100_000;

@ArgsType()
export class LabelledImages {
  @Field(() => ID, { description: 'The collection whose question is answered.' })
  collection!: string;

  @Field(() => [ID], { nullable: true, description: `The images, 1 to ${MOST}. Give this or matching.` })
  images?: string[] | null;

  @Field(() => ImageSelection, {
    nullable: true,
    description: `All images of a filter, at most ${MOST_MATCHING}; needs expectedCount. Give this or images.`,
  })
  matching?: ImageSelection | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many images are meant: with any other number of them nothing is done, and the code is CONFLICT.',
  })
  expectedCount?: number | null;

  @Field(() => String, { nullable: true, description: 'Who looked at them. Left out: who the token belongs to.' })
  who?: string | null;
}

@ObjectType({ description: 'What became of labels that were given.', simpleResolvers: true })
export class LabelResult {
  @Field(() => Int, { description: 'Images that have this label now and did not before.' })
  set!: number;

  @Field(() => Int, { description: 'Images that had this label by hand already.' })
  unchanged!: number;
}

@ObjectType({ description: 'What became of labels that were withdrawn.', simpleResolvers: true })
export class WithdrawResult {
  @Field(() => Int, { description: 'Images that had a label and have none now.' })
  withdrawn!: number;
}

@ObjectType({ description: 'What became of changes of labels that were undone.', simpleResolvers: true })
export class UndoResult {
  @Field(() => Int, { description: 'Images that have the label before now, or none where none stood before.' })
  undone!: number;
}

/** What a change of labels gets: the images, found in the transaction that changes them, and whose change it is. */
interface Change {
  collectionId: number;
  imageIds: number[];
  who: string;
}

@Resolver()
export class LabelResolver {
  @Mutation(() => LabelResult, {
    description:
      'Labels images of a collection by hand: all of them, or none when one is not in the collection. An earlier label is kept in the history.',
  })
  async label(
    @Args(() => LabelledImages) asked: LabelledImages,
    @Arg('value', () => LabelValueEnum, { description: 'The answer for all of them.' }) value: LabelValue,
    @Ctx() context: Context,
  ): Promise<LabelResult> {
    return change(context, asked, (tx, { imageIds, ...rest }) =>
      setLabels(tx, { ...rest, labels: imageIds.map((imageId) => ({ imageId, value })), origin: 'HAND' }),
    );
  }

  @Mutation(() => WithdrawResult, {
    description: 'Takes back the labels of images, wherever they came from. The history keeps them.',
  })
  async withdrawLabel(
    @Args(() => LabelledImages) asked: LabelledImages,
    @Ctx() context: Context,
  ): Promise<WithdrawResult> {
    return { withdrawn: await change(context, asked, withdrawLabels) };
  }

  @Mutation(() => UndoResult, {
    description:
      "Undoes the last change of each image's label: gives back the one that stood before, or the one that was withdrawn, or takes the label away where none stood before. The history keeps it all; undoing twice is redoing.",
  })
  async undoLabels(@Args(() => LabelledImages) asked: LabelledImages, @Ctx() context: Context): Promise<UndoResult> {
    return { undone: await change(context, asked, undoLabels) };
  }
}

/** One transaction: finds the images, compares their number with the one expected, and changes their labels. */
async function change<Result>(
  { dataSource, viewer }: Context,
  { collection, images, matching, expectedCount, who }: LabelledImages,
  write: (tx: EntityManager, change: Change) => Promise<Result>,
): Promise<Result> {
  const collectionId = decodeId('collection', collection, 'collection');
  if ((images == null) === (matching == null)) {
    throw badInput('images', 'given, or matching, but one of them', images == null ? 'missing' : 'given with matching');
  }
  if (matching != null && expectedCount == null) throw badInput('expectedCount', 'given with matching', 'left out');
  const by = optionalText('who', who, 200) ?? viewer.name;
  const ids = images == null ? [] : idsOf(images);
  const selected = matching == null ? null : selectionOf(matching);
  return dataSource.transaction(async (tx) => {
    await lockCollection(tx, collectionId);
    const imageIds = selected === null ? ids : await imagesOf(tx, collectionId, selected);
    if (expectedCount != null && imageIds.length !== expectedCount) {
      const found = imageIds.length > MOST_MATCHING ? `more than ${MOST_MATCHING}` : imageIds.length;
      throw new WinnowError(
        'CONFLICT',
        `These are ${found} images, but ${expectedCount} were expected. Look again; nothing was changed.`,
      );
    }
    return write(tx, { collectionId, imageIds, who: by });
  });
}

function selectionOf({ model, filter: input }: ImageSelection) {
  const filter = filterOf(input, 'matching.filter');
  const needs = needsModel(filter);
  if (model == null && needs) throw badInput('matching.model', `given, because filter.${needs} needs one`, 'left out');
  return { modelId: model == null ? null : decodeId('model', model, 'matching.model'), filter };
}

async function imagesOf(
  tx: EntityManager,
  collectionId: number,
  { modelId, filter }: ReturnType<typeof selectionOf>,
): Promise<number[]> {
  const asked = { collectionId, modelId, filter, scoredOnly: modelId !== null, threshold: null };
  if (modelId === null) return imagesAsked(tx, asked, MOST_MATCHING);
  const [side] = await sidesOf(tx, [{ modelId }]);
  if (side.collectionId !== collectionId) {
    throw new WinnowError('NOT_FOUND', 'matching.model: the collection has no model with this id.');
  }
  return imagesAsked(tx, { ...asked, threshold: side.threshold }, MOST_MATCHING);
}

function idsOf(images: readonly string[]): number[] {
  return [...new Set(list('images', images, MOST).map((id, at) => decodeId('image', id, `images.${at}`)))];
}
