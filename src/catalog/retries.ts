import { rows, type Db } from '../db.js';
import type { FailureCode } from '../errors.js';

/** The failures of a run that another run takes up again. */
export interface Retry {
  run: number;
  /** Only those with one of these codes; all when null. */
  codes: readonly FailureCode[] | null;
}

/** A name whose bytes are not UTF-8 cannot be looked for by what the failure wrote of it. */
const UNNAMEABLE: FailureCode = 'NAME_NOT_UTF8';

/** SQL of whether an image is one of those to retry; true of any when the run is null. */
export function retriedSql(imageId: string, run: string, codes: string): string {
  return `(${run} is null or exists (select from winnow.failures r
            where r.run_id = ${run} and r.image_id = ${imageId} and (${codes} is null or r.code = any (${codes}))))`;
}

/** The values that `retriedSql` wants. */
export function retryValues(retry: Retry | undefined): [number | null, readonly string[] | null] {
  return [retry?.run ?? null, retry?.codes ?? null];
}

/** What there is to retry: images for most stages, for INGEST the uris of files and of rows of a labels file. */
export async function countRetries(db: Db, retry: Retry): Promise<{ images: number; uris: number }> {
  const [counts] = await rows<{ images: number; uris: number }>(
    db,
    `select count(distinct image_id)::integer as images,
            (count(distinct uri) filter (where image_id is null and code <> $3))::integer as uris
       from winnow.failures where run_id = $1 and ($2::text[] is null or code = any ($2))`,
    [...retryValues(retry), UNNAMEABLE],
  );
  return counts;
}

/** The uris to retry, in order; they are held in memory, as failures are to be few. */
export async function urisToRetry(db: Db, retry: Retry): Promise<{ uri: string; ofLabel: boolean }[]> {
  return rows(
    db,
    `select uri, bool_and(code like 'LABEL\\_%') as "ofLabel" from winnow.failures
      where run_id = $1 and ($2::text[] is null or code = any ($2)) and image_id is null and code <> $3
      group by uri order by uri`,
    [...retryValues(retry), UNNAMEABLE],
  );
}
