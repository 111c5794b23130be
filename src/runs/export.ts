import { failedImages, modeOfExport, placedFiles, reopenFiles } from '../catalog/export-repairs.js';
import { countsAt } from '../catalog/counts.js';
import { countWithoutVerdict, ensureExport, exportWork } from '../catalog/exports.js';
import { findModel, modelByNumber } from '../catalog/models.js';
import { thresholdInForce } from '../catalog/thresholds.js';
import { rows, type Db } from '../db.js';
import type { ExportMode } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { exportBatch, type ExportTarget } from './files/batch.js';
import { exportPath, openFolders, removeTemporary, withExportLock } from './files/directory.js';
import { statOf } from './files/disk.js';
import { writeManifests } from './files/manifest.js';
import { openTarget } from './files/target.js';
import { choice, integer, optional, path, readOptions, share } from './options.js';
import { mapConcurrent } from './pipeline.js';
import { firstSpan, planSpans, type Span } from './spans.js';
import type { Stage } from './stage.js';

interface ExportOptions {
  directory: string;
  /** A number of the collection's models; the one in force when null. */
  model: number | null;
  /** What the directory was exported with before, COPY when it was not, when null. */
  mode: ExportMode | null;
  /** The one in force when the run is planned, when null. */
  threshold: number | null;
}

/** Everything the run decided when it was planned. */
interface ExportPlan extends ExportTarget {
  modelId: number;
  threshold: number;
  /** The record in the model's history that the threshold comes from; null when it was given. */
  thresholdId: number | null;
}
type ExportSpan = Span & ExportPlan;

const SPAN_IMAGES = 4096;
/** Files written down at once before they are touched. */
const BATCH = 256;
const LOOKS_AT_ONCE = 16;

/**
 * Files into <directory>/ok and <directory>/ng by verdict, and a manifest. Only what is not where it belongs is touched. Images
 * without a verdict are left out: they are no items of the run, and its outcome says how many there are.
 */
export const exportStage: Stage<ExportOptions, ExportSpan> = {
  retries: true,
  parse: (input) =>
    readOptions<ExportOptions>(input, {
      directory: path,
      model: optional(integer(1, 2 ** 31 - 1), null),
      mode: optional(choice('COPY', 'HARDLINK', 'SYMLINK', 'MOVE'), null),
      threshold: optional(share, null),
    }),

  async plan(run, tx) {
    const { collectionId, options, retry } = run;
    const { modelId, threshold, thresholdId } =
      (retry && (await firstSpan<ExportPlan>(tx, retry.run))) ?? (await basisOf(tx, collectionId, options));
    if (retry === null) await refuseWithoutVerdicts(tx, modelId, threshold);
    const directory = await openTarget(tx, options.directory);
    const { id: exportId } = await ensureExport(tx, { collectionId, directory });
    await openFolders(directory);
    const mode = await agreedMode(tx, exportId, options);
    const { total, chunks } = await planSpans(tx, run, SPAN_IMAGES);
    const plan: ExportPlan = { exportId, directory, mode, modelId, threshold, thresholdId };
    return { total, chunks: chunks.map((span) => ({ ...span, ...plan })) };
  },

  async work(run, chunk) {
    const { dataSource, id } = run;
    const { span } = chunk;
    await withExportLock(dataSource, span.exportId, 'EXPORT', async () => {
      await openFolders(span.directory);
      if (span.retry === undefined) await reopenMissing(dataSource, span);
      const failed = await failedImages(dataSource, id);
      for await (const batch of exportWork(dataSource, { ...span, span, batch: BATCH })) {
        chunk.signal.throwIfAborted();
        const work = batch.filter(({ imageId }) => !failed.has(imageId));
        await exportBatch(id, chunk, dataSource, span, work);
      }
    });
    const { done, failed } = chunk.counted;
    // Somebody may have taken a label away since its image was placed.
    const left = Math.min(await countWithoutVerdict(dataSource, { ...span, span }), span.images - done - failed);
    if (left > 0) chunk.measure('withoutVerdict', left);
    await chunk.settle({ done, failed, skipped: span.images - left - done - failed, total: -left });
  },

  async finish(run) {
    const plan = await firstSpan<ExportPlan>(run.dataSource, run.id);
    if (plan === null) return {};
    const model = await findModel(run.dataSource, plan.modelId);
    await removeTemporary(plan.directory);
    await writeManifests(run.dataSource, { ...plan, model });
    const counts = await countFiles(run.dataSource, plan.exportId);
    const { directory, mode, threshold, thresholdId } = plan;
    return {
      outcome: {
        exportId: plan.exportId,
        directory,
        mode,
        modelId: model.id,
        model: model.number,
        threshold,
        thresholdId,
        ...counts,
      },
    };
  },
};

/** The model and the threshold asked for, or the model and its threshold in force. */
async function basisOf(
  db: Db,
  collectionId: number,
  options: ExportOptions,
): Promise<Pick<ExportPlan, 'modelId' | 'threshold' | 'thresholdId'>> {
  const { id: modelId } = await modelByNumber(db, collectionId, options.model ?? 'current');
  if (options.threshold !== null) return { modelId, threshold: options.threshold, thresholdId: null };
  const { id: thresholdId, value: threshold } = await thresholdInForce(db, modelId);
  return { modelId, threshold, thresholdId };
}

/** @throws WinnowError CONFLICT where there are images and none of them has a verdict. */
async function refuseWithoutVerdicts(db: Db, modelId: number, threshold: number): Promise<void> {
  const { ok, ng, unscored } = await countsAt(db, { modelId, threshold });
  if (ok + ng > 0 || unscored === 0) return;
  const { number } = await findModel(db, modelId);
  throw new WinnowError(
    'CONFLICT',
    `There is nothing to export: of ${unscored} images none has a label, and model v${number} has scored none. Run winnow classify first.`,
  );
}

/** A directory is exported to in one mode, so that it can be undone. */
async function agreedMode(db: Db, exportId: number, { mode, directory }: ExportOptions): Promise<ExportMode> {
  const before = await modeOfExport(db, exportId);
  if (before === null || mode === null || mode === before) return mode ?? before ?? 'COPY';
  throw new WinnowError(
    'CONFLICT',
    `${directory} was exported to with mode ${before}, so it cannot be with ${mode}. Undo that export first, or choose another directory.`,
  );
}

/** Files that somebody took out of the export are to be placed again. */
async function reopenMissing(db: Db, span: ExportSpan): Promise<void> {
  const missing: number[] = [];
  const look = async ({ imageId, verdict, name }: Awaited<ReturnType<typeof placedFiles>>[number]) =>
    (await statOf(exportPath(span.directory, verdict, name))) === null ? imageId : null;
  for await (const imageId of mapConcurrent(await placedFiles(db, span.exportId, span), LOOKS_AT_ONCE, look)) {
    if (imageId !== null) missing.push(imageId);
  }
  if (missing.length > 0) await reopenFiles(db, span.exportId, missing);
}

async function countFiles(db: Db, exportId: number): Promise<{ ok: number; ng: number }> {
  const [counts] = await rows<{ ok: number; ng: number }>(
    db,
    /* sql */ `
      select count(*) filter (where verdict = 'OK')::int as ok, count(*) filter (where verdict = 'NG')::int as ng
      from winnow.export_files where export_id = $1 and placed_at is not null`,
    [exportId],
  );
  return counts;
}
