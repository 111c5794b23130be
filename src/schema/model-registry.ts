import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql';

import { deleteModel, promoteModel } from '../catalog/model-registry.js';
import { findModel } from '../catalog/models.js';
import type { Model } from '../entities/index.js';
import { CollectionType } from './collection.js';
import type { Context } from './context.js';
import { decodeId } from './ids.js';
import { absolutePath } from './input.js';
import { ModelType } from './model.js';

@ObjectType('DeletedModel', { description: 'What is left of a model that was deleted.' })
class DeletedModelType {
  constructor(private readonly row: Model) {}

  @Field(() => Int, { description: 'Its number, which no other model of the collection will have.' })
  get number(): number {
    return this.row.number;
  }

  @Field(() => CollectionType, { description: 'The collection that it was of.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.row.collectionId))!);
  }
}

@ObjectType('ExportedModel', { description: 'An archive that a model was written to.', simpleResolvers: true })
class ExportedModelType {
  @Field(() => ModelType, { description: 'The model.' })
  model!: ModelType;

  @Field(() => String, { description: 'The absolute path of the archive on the server.' })
  path!: string;

  @Field(() => GraphQLSafeInt, { description: 'Its size in bytes.' })
  bytes!: number;
}

@Resolver()
export class ModelRegistryResolver {
  @Mutation(() => ModelType, {
    description:
      'Puts a model in force for its collection, whatever is trained after it, until another one is promoted: see `Collection.currentModel`.',
  })
  async promoteModel(
    @Arg('model', () => ID, { description: 'The id of the model.' }) model: string,
    @Ctx() { dataSource }: Context,
  ): Promise<ModelType> {
    return new ModelType(await promoteModel(dataSource, decodeId('model', model, 'model')));
  }

  @Mutation(() => DeletedModelType, {
    description:
      'Deletes a model with its scores and thresholds, for good; labels, runs and exported files stay. CONFLICT for one that is promoted, and while a run of its collection is not over.',
  })
  async deleteModel(
    @Arg('model', () => ID, { description: 'The id of the model.' }) model: string,
    @Arg('expectedNumber', () => Int, {
      description:
        'The number of the model, to be sure: where it has another one nothing is deleted, and the code is CONFLICT.',
    })
    expectedNumber: number,
    @Ctx() { dataSource, modelFiles }: Context,
  ): Promise<DeletedModelType> {
    const id = decodeId('model', model, 'model');
    const deleted = await dataSource.transaction((tx) => deleteModel(tx, id, expectedNumber));
    await modelFiles.remove(deleted);
    return new DeletedModelType(deleted);
  }

  @Mutation(() => ExportedModelType, {
    description:
      'Writes a model to a zip archive on the server: spec, weights as ONNX, labels with their held-out scores, threshold. A file that is there already is not overwritten: CONFLICT.',
  })
  async exportModel(
    @Arg('model', () => ID, { description: 'The id of the model.' }) model: string,
    @Arg('path', () => String, {
      description: 'The absolute path of the archive on the server, within the folders that it may use.',
    })
    path: string,
    @Ctx() { dataSource, modelFiles, allowedPath }: Context,
  ): Promise<ExportedModelType> {
    const found = await findModel(dataSource, decodeId('model', model, 'model'));
    const allowed = await allowedPath(absolutePath('path', path));
    return { model: new ModelType(found), path: allowed, bytes: await modelFiles.export(found, allowed) };
  }

  @Mutation(() => ModelType, {
    description:
      'Takes a model from an archive that exportModel wrote into a collection, under the next number there and with its threshold. Its scores are the same as where it comes from.',
  })
  async importModel(
    @Arg('collection', () => ID, { description: 'The id of the collection.' }) collection: string,
    @Arg('path', () => String, {
      description: 'The absolute path of the archive on the server, within the folders that it may use.',
    })
    path: string,
    @Ctx() { modelFiles, allowedPath, viewer }: Context,
  ): Promise<ModelType> {
    const request = { collection: decodeId('collection', collection, 'collection'), who: viewer.name };
    return new ModelType(await modelFiles.import({ ...request, path: await allowedPath(absolutePath('path', path)) }));
  }
}
