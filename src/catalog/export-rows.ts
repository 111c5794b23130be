import { rows, type Db } from '../db.js';
import type { ExportFile, ImageFormat, LabelValue, Verdict } from '../entities/index.js';
import { foundBySql } from './image-columns.js';
import { retriedSql, retryValues } from './retries.js';
import type { ImageSpan } from './spans.js';
import { verdictSql } from './verdict.js';

const BATCH = 1000;

/** What an export is by. */
export interface ExportBasis {
  exportId: number;
  modelId: number;
  /** 0..1 */
  threshold: number;
}

/** A file that an export has to put somewhere: new, or with another verdict than where it stands, or not surely placed. */
export interface ExportWork {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  format: ImageFormat;
  verdict: Verdict;
  label: LabelValue | null;
  score: number | null;
  /** Where its collection finds it now, the longest known source first. */
  uris: string[];
  /** What the export has of it; null when it is new. */
  exported: (Pick<ExportFile, 'verdict' | 'name' | 'mode' | 'source'> & { placed: boolean }) | null;
}

export interface ManifestRow {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  /** The path it was taken from, and where else its collection finds it now; the longest known first. */
  sources: string[];
  score: number | null;
  logit: number | null;
  label: LabelValue | null;
  /** The folder it stands in. */
  verdict: Verdict;
  name: string;
  mode: ExportFile['mode'];
  /** The path it was taken from. */
  source: string;
}

/**
 * What there is to do, in batches by image id; what stands where it belongs is left out. Each batch is read when the one
 * before has been dealt with, so memory stays flat. Images without a verdict are not exported.
 */
export async function* exportWork(
  db: Db,
  { exportId, modelId, threshold, span, batch = BATCH }: ExportBasis & { span?: ImageSpan; batch?: number },
): AsyncGenerator<ExportWork[]> {
  const verdict = verdictSql({ label: 'l.value', score: 's.score', threshold: '$3::real' });
  const text = `
    select v.image_id as "imageId", encode(i.sha256, 'hex') as sha256, i.format, v.verdict, v.label, v.score,
           array(select u.uri from winnow.sources u
                  where u.image_id = i.id and u.replaced_at is null and ${foundBySql('u.id', 'v.collection_id')} order by u.id) as uris,
           case when f.image_id is not null then jsonb_build_object(
             'verdict', f.verdict, 'name', f.name, 'mode', f.mode, 'source', f.source, 'placed', f.placed_at is not null) end as exported
      from (select c.collection_id, c.image_id, l.value as label, s.score, ${verdict} as verdict
              from winnow.exports e
              join winnow.collection_images c on c.collection_id = e.collection_id
              left join winnow.scores s on s.model_id = $2 and s.image_id = c.image_id
              left join winnow.labels l on l.collection_id = c.collection_id and l.image_id = c.image_id and l.superseded_at is null
             where e.id = $1 and c.image_id > $4 and c.image_id <= $5
                and ${retriedSql('c.image_id', '$7::integer', '$8::text[]')}) v
      join winnow.images i on i.id = v.image_id
      left join winnow.export_files f on f.export_id = $1 and f.image_id = v.image_id
     where v.verdict is not null and (f.image_id is null or f.verdict <> v.verdict or f.placed_at is null)
     order by v.image_id limit $6`;
  const { first, last, retry } = span ?? ALL;
  yield* inBatches(first - 1, batch, (after) =>
    rows<ExportWork>(
      db,
      text,
      [exportId, modelId, threshold, after, last, batch, ...retryValues(retry)],
      'export-work',
    ),
  );
}

/** How many images of the span have no verdict, as they have neither a label nor a score by the model. */
export async function countWithoutVerdict(
  db: Db,
  { exportId, modelId, span }: Omit<ExportBasis, 'threshold'> & { span: ImageSpan },
): Promise<number> {
  const [{ images }] = await rows<{ images: number }>(
    db,
    `select count(*)::integer as images
       from winnow.exports e join winnow.collection_images c on c.collection_id = e.collection_id
      where e.id = $1 and c.image_id between $3 and $4 and ${retriedSql('c.image_id', '$5::integer', '$6::text[]')}
        and not exists (select from winnow.scores s where s.model_id = $2 and s.image_id = c.image_id)
        and not exists (select from winnow.labels l
                         where l.collection_id = c.collection_id and l.image_id = c.image_id and l.superseded_at is null)`,
    [exportId, modelId, span.first, span.last, ...retryValues(span.retry)],
  );
  return images;
}

/** Every file of an export, in batches by image id, for its manifest. */
export async function* manifestRows(
  db: Db,
  { exportId, modelId, batch = BATCH }: { exportId: number; modelId: number; batch?: number },
): AsyncGenerator<ManifestRow[]> {
  const text = `
    select f.image_id as "imageId", encode(i.sha256, 'hex') as sha256, s.score, s.logit, l.value as label, f.verdict,
           f.name, f.mode, f.source,
           array(select u.uri from winnow.sources u
                  where u.image_id = i.id and ${foundBySql('u.id', 'e.collection_id')}
                    and (u.uri = f.source or u.replaced_at is null and not ${withinSql('u.uri', 'e.directory')})
                  group by u.uri order by min(u.id)) as sources
      from winnow.export_files f
      join winnow.exports e on e.id = f.export_id
      join winnow.images i on i.id = f.image_id
      left join winnow.scores s on s.model_id = $2 and s.image_id = f.image_id
      left join winnow.labels l on l.collection_id = e.collection_id and l.image_id = f.image_id and l.superseded_at is null
     where f.export_id = $1 and f.image_id > $3 order by f.image_id limit $4`;
  yield* inBatches(0, batch, (after) =>
    rows<ManifestRow>(db, text, [exportId, modelId, after, batch], 'manifest-rows'),
  );
}

/** Every file of an export as it is recorded, in batches by image id, for taking it back. */
export async function* exportedFiles(
  db: Db,
  { exportId, batch = BATCH }: { exportId: number; batch?: number },
): AsyncGenerator<Pick<ExportFile, 'imageId' | 'verdict' | 'name' | 'mode' | 'source' | 'placedAt'>[]> {
  const text = `
    select image_id as "imageId", verdict, name, mode, source, placed_at as "placedAt" from winnow.export_files
     where export_id = $1 and image_id > $2 order by image_id limit $3`;
  yield* inBatches(0, batch, (after) => rows(db, text, [exportId, after, batch]));
}

/** SQL of whether a path lies in a directory. */
function withinSql(path: string, directory: string): string {
  return `left(${path}, length(${directory}) + 1) in (${directory} || '/', ${directory} || '\\')`;
}

const ALL: ImageSpan = { first: 1, last: 2 ** 31 - 1 };

async function* inBatches<Row extends { imageId: number }>(
  start: number,
  size: number,
  read: (after: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after = start; ;) {
    const found = await read(after);
    if (found.length > 0) yield found;
    if (found.length < size) return;
    after = found[found.length - 1].imageId;
  }
}
