import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';

import type { StageName } from '../entities/index.js';
import { FAILURE_CODES, WinnowError, type FailureCode } from '../errors.js';
import { cancelRun, requestRun, retryFailed } from '../runs/request.js';
import { FailureCodeEnum } from './code-enums.js';
import type { Context } from './context.js';
import { decodeId } from './ids.js';
import { absolutePath, list, text } from './input.js';
import { ClassifyInput, EmbedInput, ExportInput, IngestInput, ResizeInput, TrainInput } from './run-inputs.js';
import { RunType } from './run.js';

/** Most paths in one list. */
const MOST_PATHS = 1_000;

const INPUT = { description: 'The collection, and the options of the run.' };

/** Each returns as soon as the run and its job are recorded, in one transaction; a worker does the rest. */
@Resolver()
export class RunRequestResolver {
  @Mutation(() => RunType, {
    description:
      'Requests a run that finds files, checks them and puts the images into a collection. What was ingested before and has not changed is not read again.',
  })
  async ingest(@Arg('input', () => IngestInput, INPUT) input: IngestInput, @Ctx() context: Context): Promise<RunType> {
    const { collectionName: collection, paths, positive, negative, labelsFile, labelsByFolder, who } = input;
    const options = {
      paths: await allowedPaths(context, 'paths', paths),
      positive: await allowedPaths(context, 'positive', positive),
      negative: await allowedPaths(context, 'negative', negative),
      labelsFile: labelsFile == null ? undefined : await context.allowedPath(absolutePath('labelsFile', labelsFile)),
      labelsByFolder,
      who,
    };
    const on = { collection: text('collectionName', collection, 200), makeCollection: true };
    return start(context, 'INGEST', on, options);
  }

  @Mutation(() => RunType, {
    description:
      'Requests a run that letterboxes every image of a collection. Squares that are there already are skipped. EMBED, TRAIN and CLASSIFY make missing ones themselves.',
  })
  async resize(@Arg('input', () => ResizeInput, INPUT) input: ResizeInput, @Ctx() context: Context): Promise<RunType> {
    const { collection, ...options } = input;
    return startOn(context, 'RESIZE', collection, options);
  }

  @Mutation(() => RunType, {
    description:
      'Requests a run that computes the features of every image of a collection. Those that are there already are skipped. TRAIN and CLASSIFY compute missing ones themselves.',
  })
  async embed(@Arg('input', () => EmbedInput, INPUT) input: EmbedInput, @Ctx() context: Context): Promise<RunType> {
    const { collection, ...options } = input;
    return startOn(context, 'EMBED', collection, options);
  }

  @Mutation(() => RunType, { description: 'Requests a run that trains the next model of a collection on its labels.' })
  async train(@Arg('input', () => TrainInput, INPUT) input: TrainInput, @Ctx() context: Context): Promise<RunType> {
    const { collection, ...options } = input;
    return startOn(context, 'TRAIN', collection, options);
  }

  @Mutation(() => RunType, { description: 'Requests a run that scores the images of a collection with a model.' })
  async classify(
    @Arg('input', () => ClassifyInput, INPUT) input: ClassifyInput,
    @Ctx() context: Context,
  ): Promise<RunType> {
    const { collection, model, trainRun, mode, engine } = input;
    return startOn(context, 'CLASSIFY', collection, {
      model: await modelNumber(context, collection, model),
      trainRun: trainRun == null ? undefined : decodeId('run', trainRun, 'trainRun'),
      mode,
      engine,
    });
  }

  @Mutation(() => RunType, {
    description: 'Requests a run that places the files of a collection in ok/ and ng/ by verdict, with a manifest.',
  })
  async export(@Arg('input', () => ExportInput, INPUT) input: ExportInput, @Ctx() context: Context): Promise<RunType> {
    const { collection, model, directory, mode, threshold } = input;
    return startOn(context, 'EXPORT', collection, {
      directory: await context.allowedPath(absolutePath('directory', directory)),
      model: await modelNumber(context, collection, model),
      mode,
      threshold,
    });
  }

  @Mutation(() => RunType, {
    description:
      'Requests a run of the same stage, with the same options, over what failed in an earlier run and nothing else. What has been done meanwhile is skipped; what fails again is its next attempt. Not for TRAIN.',
  })
  async retryFailed(
    @Arg('run', () => ID, { description: 'The id of the earlier run, which must be over.' }) run: string,
    @Ctx() { dataSource, viewer }: Context,
    @Arg('codes', () => [FailureCodeEnum], {
      nullable: true,
      description: 'Only its failures with one of these codes. Default: all of them.',
    })
    codes?: FailureCode[] | null,
  ): Promise<RunType> {
    const runId = decodeId('run', run, 'run');
    const only = codes == null ? undefined : list('codes', codes, FAILURE_CODES.length);
    return new RunType(await retryFailed(dataSource, { runId, codes: only && [...only], requestedBy: viewer.name }));
  }

  @Mutation(() => RunType, {
    description:
      'Asks a run to stop, which it does between two batches. One that waits is CANCELLED at once; one that is over stays as it is.',
  })
  async cancelRun(
    @Arg('run', () => ID, { description: 'The id of the run.' }) run: string,
    @Ctx() { dataSource }: Context,
  ): Promise<RunType> {
    return new RunType(await cancelRun(dataSource, decodeId('run', run, 'run')));
  }
}

function startOn(context: Context, stage: StageName, collection: string, options: object): Promise<RunType> {
  return start(context, stage, { collection: decodeId('collection', collection, 'collection') }, options);
}

async function start(
  { dataSource, viewer }: Context,
  stage: StageName,
  on: { collection: string | number; makeCollection?: boolean },
  options: object,
): Promise<RunType> {
  return new RunType(await requestRun(dataSource, { ...on, stage, options, requestedBy: viewer.name }));
}

/** Stages know models by their number in the collection. */
async function modelNumber(
  { loaders }: Context,
  collection: string,
  model?: string | null,
): Promise<number | undefined> {
  if (model == null) return undefined;
  const row = await loaders.model.load(decodeId('model', model, 'model'));
  if (row?.collectionId === decodeId('collection', collection, 'collection')) return row.number;
  throw new WinnowError('NOT_FOUND', 'model: the collection has no model with this id.');
}

function allowedPaths(context: Context, argument: string, paths?: string[] | null): Promise<string[]> | undefined {
  if (paths == null || paths.length === 0) return undefined;
  return Promise.all(
    list(argument, paths, MOST_PATHS).map((path) => context.allowedPath(absolutePath(argument, path))),
  );
}
