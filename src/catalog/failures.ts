import { rows, type Db } from '../db.js';
import { Failure, type StageName } from '../entities/index.js';
import { FAILURE_CODES, type FailureCode } from '../errors.js';
import { entityRows } from './entity-rows.js';

export interface NewFailure {
  /** One of the two must be given; the image when there is one. */
  imageId?: number;
  uri?: string;
  code: FailureCode;
  message: string;
}

/**
 * Records what went wrong in a run, numbering attempts: 1 + the earlier runs in which the same image (or, without an
 * image, the same uri) failed at the same stage. What the run has recorded before is left as it is.
 * @returns how many were new
 */
export async function recordFailures(
  db: Db,
  { runId, stage, failures }: { runId: number; stage: StageName; failures: readonly NewFailure[] },
): Promise<number> {
  if (failures.length === 0) return 0;
  const added = await rows(
    db,
    `insert into winnow.failures (run_id, stage, image_id, uri, code, message, attempt)
     select $1::integer, $2::text, f.image_id, f.uri, f.code, f.message, 1 + (
              select count(distinct e.run_id) from winnow.failures e
               where e.image_id = f.image_id and e.stage = $2 and e.run_id < $1) + (
              select count(distinct e.run_id) from winnow.failures e
               where f.image_id is null and e.image_id is null and winnow.uri_key(e.uri) = winnow.uri_key(f.uri)
                 and e.stage = $2 and e.run_id < $1)
       from unnest($3::integer[], $4::text[], $5::text[], $6::text[]) as f (image_id, uri, code, message)
      order by f.image_id, f.uri
     on conflict do nothing returning id`,
    [
      runId,
      stage,
      failures.map((f) => f.imageId ?? null),
      failures.map((f) => f.uri ?? null),
      failures.map((f) => f.code),
      failures.map((f) => f.message),
    ],
  );
  return added.length;
}

/** Failures of a run in the order they were recorded: at most `first` (100), those after the one with id `after`. */
export async function listFailures(
  db: Db,
  runId: number,
  page: { first?: number; after?: number } = {},
): Promise<Failure[]> {
  return entityRows(
    db,
    Failure,
    `select * from winnow.failures where run_id = $1 and id > $2::integer order by id limit $3`,
    [runId, page.after ?? 0, page.first ?? 100],
  );
}

/** How often each code was given in a run, the most frequent first. */
export async function failureCodes(db: Db, runId: number): Promise<{ code: FailureCode; count: number }[]> {
  return rows(
    db,
    `select code, count(*)::integer as count from winnow.failures where run_id = $1 group by code order by count desc, code`,
    [runId],
  );
}

/** Codes of labels that could not be given; the others are of files and images. */
export function isOfLabel(code: FailureCode): boolean {
  return code.startsWith('LABEL_');
}

/** The first failures of a run that are of labels. */
export async function listLabelFailures(db: Db, runId: number, first: number): Promise<Failure[]> {
  const codes = FAILURE_CODES.filter(isOfLabel);
  return entityRows(
    db,
    Failure,
    `select * from winnow.failures where run_id = $1 and code = any ($2::text[]) order by id limit $3`,
    [runId, codes, first],
  );
}
