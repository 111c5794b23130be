import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';

import { patiently } from '../db.js';
import { Run } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import type { Context } from './context.js';
import { decodeId } from './ids.js';
import { RunType } from './run.js';

@Resolver()
export class RunProgressResolver {
  @Subscription(() => RunType, {
    description:
      'A run as it is now, and again whenever it has changed, up to ten times a second. Ends when the run is over.',
    subscribe: ({ args, context }: { args: { id?: string }; context: Context }) => {
      const id = decodeId('run', args.id ?? '', 'id');
      return closable((signal) => progressOf(context, id, signal));
    },
  })
  runProgress(
    @Arg('id', () => ID, { description: 'The id of the run.' }) _id: string,
    @Root() row: Run,
    @Ctx() { loaders }: Context,
  ): RunType {
    // They are those of the whole subscription; what is below the run is to be as new as the run.
    for (const loader of Object.values(loaders)) loader.clearAll();
    return new RunType(row);
  }
}

/** The row at first and after each change, the last one with the end of the run. Sits out a restart of the database. */
async function* progressOf(context: Context, id: number, signal: AbortSignal): AsyncGenerator<Run, void, void> {
  let last = '';
  for await (const run of context.runChanges.watch(id, () => readRun(context, id, signal), signal)) {
    if (signal.aborted) return;
    if (run === null) throw new WinnowError('NOT_FOUND', 'id: there is no run with this id.');
    const now = JSON.stringify(run);
    if (now !== last) yield run;
    last = now;
    if (run.finishedAt !== null) return;
  }
}

async function readRun({ dataSource }: Context, id: number, signal: AbortSignal): Promise<Run | null> {
  const read = () => dataSource.getRepository(Run).findOneBy({ id });
  return patiently(read, signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
}

/** A generator that can be closed while it waits: by itself it would first want its next value. */
function closable<T>(make: (signal: AbortSignal) => AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  const closing = new AbortController();
  const generator = make(closing.signal);
  const end = (close: () => Promise<IteratorResult<T, void>>) => {
    closing.abort();
    return close();
  };
  return Object.assign(Object.create(generator) as AsyncGenerator<T, void, void>, {
    next: () => generator.next(),
    return: () => end(() => generator.return()),
    throw: (error: unknown) => end(() => generator.throw(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  });
}
