import type { DataSource, EntityManager } from 'typeorm';

import type { Counts } from '../catalog/chunk-claims.js';
import type { Retry } from '../catalog/retries.js';
import type { Config } from '../config.js';
import type { Db } from '../db.js';
import type { Networks } from './networks.js';

/** What a worker has at hand for every run. */
export interface Workbench {
  readonly dataSource: DataSource;
  readonly config: Config;
  /** Loaded backbones and models, kept between chunks. */
  readonly networks: Networks;
  /** Images in one chunk, and the most files in one step of it; each stage has its own default. */
  readonly spanImages?: number;
}

/** A run as its stage sees it. */
export interface RunInHand<Options> extends Workbench {
  readonly id: number;
  readonly collectionId: number;
  readonly options: Options;
  readonly requestedBy: string;
  /** The failures it takes up again, and nothing else; null when it goes through everything. */
  readonly retry: Retry | null;
}

export interface Plan<Span> {
  /** Items to go through, null when only the work will show. */
  total: number | null;
  chunks: Span[];
}

/** One chunk in the hands of this worker. */
export interface ChunkInHand<Span> {
  readonly number: number;
  /** What the plan said; a stage may write a cursor into it, which the next `advance` keeps. */
  readonly span: Span;
  /** What this chunk has counted so far, also in earlier attempts. */
  readonly counted: Readonly<Counts>;
  /** When the run started, by the clock of the database. */
  readonly startedAt: Date;
  /** Aborted when the run is cancelled and when the worker stops. */
  readonly signal: AbortSignal;
  /**
   * One transaction: `write`, then the progress. Nothing of it stays when the chunk has another executor by now.
   * @throws WinnowError CANCELLED after it, when somebody asked for that.
   */
  advance(delta: Partial<Counts>, write?: (tx: EntityManager) => Promise<unknown>): Promise<void>;
  /** Takes back what earlier attempts counted, for a stage that goes through its chunk from the start again. */
  restart(): Promise<void>;
  /** The last `advance`: makes `counted` what this chunk counted in all, and the chunk finished. */
  settle(counted: Partial<Counts>, write?: (tx: EntityManager) => Promise<unknown>): Promise<void>;
  /** Adds to a figure of this run, summed over its chunks into `outcome`; kept by the next `advance` or `settle`. */
  measure(name: string, amount: number): void;
}

export interface Ending {
  outcome?: Record<string, unknown>;
  /** Runs in the transaction that makes the run SUCCEEDED. */
  write?: (tx: EntityManager) => Promise<unknown>;
}

/**
 * plan -> chunks -> finish. Every step may be killed anywhere and is then called again, so each can be redone; a step
 * may even run while a worker believed dead is still in the same step.
 */
export interface Stage<Options extends object = object, Span extends object = object> {
  /** Whether a run can be over the failures of another one only. */
  readonly retries: boolean;
  /** The options as asked for, checked and completed. @throws WinnowError BAD_INPUT that names the option. */
  parse(input: unknown): Options;
  /** What has to be true of the disk and the catalog; asked when the run is requested and when it is planned. */
  verify?(options: Options, db: Db): Promise<void>;
  plan(run: RunInHand<Options>, tx: EntityManager): Promise<Plan<Span>>;
  work(run: RunInHand<Options>, chunk: ChunkInHand<Span>): Promise<void>;
  finish(run: RunInHand<Options>): Promise<Ending>;
  /** Clears away what a run that failed or was cancelled left behind, in the transaction that ends it. */
  abandon?(runId: number, tx: EntityManager): Promise<void>;
}
