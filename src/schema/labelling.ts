import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql';

import { setLabels, undoLabels, withdrawLabels } from '../catalog/labels.js';
import type { LabelValue } from '../entities/index.js';
import type { Context } from './context.js';
import { LabelValueEnum } from './enums.js';
import { decodeId } from './ids.js';
import { list, optionalText } from './input.js';

/** As many ids as a request of 100 kB can carry in its variables, and some to spare. */
const MOST = 2_000;

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

@Resolver()
export class LabelResolver {
  @Mutation(() => LabelResult, {
    description:
      'Labels images of a collection by hand: all of them, or none when one is not in the collection. An earlier label is kept in the history.',
  })
  async label(
    @Arg('collection', () => ID, { description: 'The collection whose question is answered.' }) collection: string,
    @Arg('images', () => [ID], { description: `The images, 1 to ${MOST}.` }) images: string[],
    @Arg('value', () => LabelValueEnum, { description: 'The answer for all of them.' }) value: LabelValue,
    @Ctx() { dataSource, viewer }: Context,
    @Arg('who', () => String, {
      nullable: true,
      description: 'Who looked at them. Left out: who the token belongs to.',
    })
    who?: string,
  ): Promise<LabelResult> {
    const collectionId = decodeId('collection', collection, 'collection');
    const labels = imageIds(images).map((imageId) => ({ imageId, value }));
    const by = optionalText('who', who, 200) ?? viewer.name;
    return dataSource.transaction((tx) => setLabels(tx, { collectionId, labels, origin: 'HAND', who: by }));
  }

  @Mutation(() => WithdrawResult, {
    description: 'Takes back the labels of images, wherever they came from. The history keeps them.',
  })
  async withdrawLabel(
    @Arg('collection', () => ID, { description: 'The collection.' }) collection: string,
    @Arg('images', () => [ID], { description: `The images, 1 to ${MOST}.` }) images: string[],
    @Ctx() { dataSource, viewer }: Context,
    @Arg('who', () => String, { nullable: true, description: 'Who decides it. Left out: who the token belongs to.' })
    who?: string,
  ): Promise<WithdrawResult> {
    const collectionId = decodeId('collection', collection, 'collection');
    const by = optionalText('who', who, 200) ?? viewer.name;
    const ids = imageIds(images);
    const withdrawn = await dataSource.transaction((tx) =>
      withdrawLabels(tx, { collectionId, imageIds: ids, who: by }),
    );
    return { withdrawn };
  }

  @Mutation(() => UndoResult, {
    description:
      "Undoes the last change of each image's label: gives back the one that stood before, or the one that was withdrawn, or takes the label away where none stood before. The history keeps it all; undoing twice is redoing.",
  })
  async undoLabels(
    @Arg('collection', () => ID, { description: 'The collection.' }) collection: string,
    @Arg('images', () => [ID], { description: `The images, 1 to ${MOST}.` }) images: string[],
    @Ctx() { dataSource, viewer }: Context,
    @Arg('who', () => String, { nullable: true, description: 'Who decides it. Left out: who the token belongs to.' })
    who?: string,
  ): Promise<UndoResult> {
    const collectionId = decodeId('collection', collection, 'collection');
    const by = optionalText('who', who, 200) ?? viewer.name;
    const ids = imageIds(images);
    return { undone: await dataSource.transaction((tx) => undoLabels(tx, { collectionId, imageIds: ids, who: by })) };
  }
}

function imageIds(images: readonly string[]): number[] {
  return [...new Set(list('images', images, MOST).map((id, at) => decodeId('image', id, `images.${at}`)))];
}
