import { lstat, realpath, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { DataSource } from 'typeorm';

import { findExport, forgetFiles, manifestRows } from '../../catalog/exports.js';
import { moveSources, type MovedFile } from '../../catalog/source-changes.js';
import { rows } from '../../db.js';
import { Export } from '../../entities/index.js';
import { systemCode, WinnowError } from '../../errors.js';
import { makeFolder } from '../../folders.js';
import { exportPath, MANIFESTS, openFolders, opposite, removeTemporary, withExportLock } from './directory.js';
import { hashOf, isOurs, moveFile, statOf } from './disk.js';
import { readManifest, type ListedFile } from './manifest.js';
import { modifiedAt } from '../../images/modified-at.js';

export interface UndoReport {
  /** Moved files that are where they came from again. */
  restored: number;
  /** Copies and links that were taken away. */
  removed: number;
  /** Files that were left in the export, and why; the first thousand. */
  left: { path: string; reason: string }[];
  leftCount: number;
}

const LONGEST_LIST = 1000;

/**
 * Takes an export back: moved files return to where they came from, copies and links go. Only what is the exported image,
 * byte for byte, is touched; nothing is ever overwritten; the last copy of an image is never removed. What had to be left
 * is reported, and can be undone again later. Interrupted, it is simply called again.
 * @param options.withoutCatalog believe manifest.jsonl where the catalog knows nothing of the directory (a lost database).
 *   Who can write that file then decides where moved files go: only for people who undo their own exports.
 * @throws WinnowError NOT_FOUND when nothing was exported there, CONFLICT while an export to it runs.
 */
export async function undoExport(
  dataSource: DataSource,
  directory: string,
  { withoutCatalog = false }: { withoutCatalog?: boolean } = {},
): Promise<UndoReport> {
  const real = await realpath(resolve(directory)).catch(() => resolve(directory));
  const report: UndoReport = { restored: 0, removed: 0, left: [], leftCount: 0 };
  const known = await dataSource.getRepository(Export).findOneBy({ directory: real });
  if (known === null && withoutCatalog && (await statOf(join(real, MANIFESTS.jsonl)))?.isFile()) {
    for await (const file of readManifest(join(real, MANIFESTS.jsonl))) await takeBack(real, file, report);
    await removeEmpty(real, report);
    return report;
  }
  const { id, collectionId } = known ?? (await findExport(dataSource, real));
  await withExportLock(dataSource, id, 'UNDO', async () => {
    await refuseWhileExporting(dataSource, collectionId, real);
    if ((await statOf(real)) !== null) {
      await openFolders(real);
      await removeTemporary(real);
    }
    for await (const batch of manifestRows(dataSource, { exportId: id, modelId: 0 })) {
      const gone: number[] = [];
      const moved: MovedFile[] = [];
      for (const file of batch) {
        const back = await takeBack(real, file, report);
        if (back === 'LEFT') continue;
        gone.push(file.imageId);
        if (back !== null) moved.push({ imageId: file.imageId, ...back });
      }
      await dataSource.transaction(async (tx) => {
        await moveSources(tx, moved);
        await forgetFiles(tx, id, gone);
      });
    }
    if (report.leftCount === 0) await rows(dataSource, 'delete from winnow.exports where id = $1', [id]);
  });
  await removeEmpty(real, report);
  return report;
}

/** @returns where a moved file is again, null when there is nothing more to say of it, or LEFT when it stays. */
async function takeBack(
  directory: string,
  file: ListedFile,
  report: UndoReport,
): Promise<Omit<MovedFile, 'imageId'> | null | 'LEFT'> {
  const { mode, source, verdict, name } = file;
  const places = [exportPath(directory, verdict, name), exportPath(directory, opposite(verdict), name)];
  const exported = { ...file, origins: [source, ...file.sources] };
  const leave = (reason: string) => {
    report.leftCount += 1;
    if (report.left.length < LONGEST_LIST) report.left.push({ path: places[0], reason });
    return 'LEFT' as const;
  };
  const restored = async () => {
    const stats = await lstat(source);
    return { from: places, to: source, bytes: stats.size, modifiedAt: modifiedAt(stats) };
  };

  const standing: string[] = [];
  for (const place of places) if (await isOurs(place, exported)) standing.push(place);
  if (standing.length === 0) {
    if (await isSame(source, file.sha256)) {
      if (mode === 'MOVE') report.restored += 1; // Moved back before an interruption.
      return mode === 'MOVE' ? restored() : null;
    }
    if ((await statOf(places[0])) === null) return leave('it is not there any more');
    return leave('it is not the exported image any more: its bytes have changed');
  }
  if (mode === 'MOVE') {
    for (const place of standing) {
      const trouble = await moveBack(place, source, file.sha256);
      if (trouble !== null) return leave(trouble);
    }
    report.restored += 1;
    return restored();
  }
  if (mode !== 'SYMLINK' && !(await existsElsewhere(standing, file))) {
    return leave('it is the only copy left: the original is gone');
  }
  for (const place of standing) await unlink(place);
  report.removed += 1;
  return null;
}

/** @returns null, or why it could not be. */
async function moveBack(from: string, to: string, sha256: string): Promise<string | null> {
  try {
    await makeFolder(dirname(to));
    await moveFile(from, to, sha256);
    return null;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      if (!(await isSame(to, sha256))) return `something else stands at ${to}`;
      await unlink(from);
      return null;
    }
    if (error instanceof WinnowError) return error.message;
    return `it cannot be moved to ${to} (${systemCode(error) ?? 'an unexpected error'})`;
  }
}

async function isSame(path: string, sha256: string): Promise<boolean> {
  const stats = await statOf(path);
  return stats !== null && stats.isFile() && (await hashOf(path)) === sha256;
}

/** True when a place the image was found at still has its bytes; one with the copy's size and time is taken to have them. */
async function existsElsewhere(standing: readonly string[], { source, sources, sha256 }: ListedFile): Promise<boolean> {
  const copy = await lstat(standing[0]);
  for (const path of new Set([source, ...sources])) {
    if (standing.includes(path)) continue;
    const stats = await stat(path).catch(() => null);
    if (!stats?.isFile() || stats.size !== copy.size) continue;
    if (Math.abs(stats.mtimeMs - copy.mtimeMs) < 2 || (await isSame(path, sha256))) return true;
  }
  return false;
}

/** Takes the manifests and the two folders away, as far as nothing is left in them. */
async function removeEmpty(directory: string, report: UndoReport): Promise<void> {
  if (report.leftCount === 0) {
    for (const name of Object.values(MANIFESTS)) await rm(join(directory, name), { force: true });
  }
  for (const verdict of ['OK', 'NG'] as const) {
    await rmdir(exportPath(directory, verdict, '')).catch((error: unknown) => {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
    });
  }
}

async function refuseWhileExporting(dataSource: DataSource, collectionId: number, directory: string): Promise<void> {
  const running = await rows<{ id: number }>(
    dataSource,
    /* sql */ `
      select r.id from winnow.runs r join winnow.run_chunks c on c.run_id = r.id
      where r.collection_id = $1 and r.stage = 'EXPORT' and r.finished_at is null and c.span ->> 'directory' = $2 limit 1`,
    [collectionId, directory],
  );
  if (running.length === 0) return;
  throw new WinnowError(
    'CONFLICT',
    `Run ${running[0].id} exports to ${directory} at this moment. Cancel it or wait for its end.`,
  );
}
