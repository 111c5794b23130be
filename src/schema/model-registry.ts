import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';

import { deleteModel, promoteModel } from '../catalog/model-registry.js';
import { findModel } from '../catalog/models.js';
import type { Context } from './context.js';
import { decodeId } from './ids.js';
import { text } from './input.js';
import { ModelType } from './model.js';

@Resolver()
export class ModelRegistryResolver {
  @Mutation(() => ModelType, {
    description:
      'Puts a model in force for its collection, whatever is trained after it, until another one is promoted.',
  })
  async promoteModel(
    @Arg('model', () => ID, { description: 'The model.' }) model: string,
    @Ctx() { dataSource }: Context,
  ): Promise<ModelType> {
    return new ModelType(await promoteModel(dataSource, decodeId('model', model, 'model')));
  }

  @Mutation(() => Int, {
    description:
      'Deletes a model with its scores and thresholds, for good; labels, runs and exported files stay. Not one that is promoted, nor while a run of its collection is not over. Returns its number, which does not come again.',
  })
  async deleteModel(
    @Arg('model', () => ID, { description: 'The model.' }) model: string,
    @Arg('expectedNumber', () => Int, {
      description: 'Its number, to be sure: with any other one nothing is done, and the code is CONFLICT.',
    })
    expectedNumber: number,
    @Ctx() { dataSource, modelFiles }: Context,
  ): Promise<number> {
    const id = decodeId('model', model, 'model');
    const deleted = await dataSource.transaction((tx) => deleteModel(tx, id, expectedNumber));
    await modelFiles.remove(deleted);
    return deleted.number;
  }

  @Mutation(() => Int, {
    description:
      'Writes a model to a zip archive on the server: spec, weights as ONNX, labels with their held-out scores, threshold. Returns its size in bytes. A file that is there already is not overwritten.',
  })
  async exportModel(
    @Arg('model', () => ID, { description: 'The model.' }) model: string,
    @Arg('path', () => String, { description: 'Where; within the allowed folders.' }) path: string,
    @Ctx() { dataSource, modelFiles, allowedPath }: Context,
  ): Promise<number> {
    const found = await findModel(dataSource, decodeId('model', model, 'model'));
    return modelFiles.export(found, await allowedPath(text('path', path, 4096)));
  }

  @Mutation(() => ModelType, {
    description:
      'Takes a model from such an archive into a collection, under its next number and with its threshold; its scores are the same as where it comes from.',
  })
  async importModel(
    @Arg('collection', () => ID, { description: 'The collection.' }) collection: string,
    @Arg('path', () => String, { description: 'The archive on the server; within the allowed folders.' }) path: string,
    @Ctx() { modelFiles, allowedPath, viewer }: Context,
  ): Promise<ModelType> {
    const request = { collection: decodeId('collection', collection, 'collection'), who: viewer.name };
    return new ModelType(await modelFiles.import({ ...request, path: await allowedPath(text('path', path, 4096)) }));
  }
}
