import type { ModelChoice } from '../../catalog/models.js';
import { WinnowError } from '../../errors.js';
import { undoExport } from '../../runs/files/undo.js';
import type { UndoReport } from '../../runs/files/undo.js';
import { executeRun } from '../execute-run.js';
import { absolute, constant, given } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { formatCount } from '../format.js';
import { describeRun, print } from '../output.js';
import { summary } from '../run-summary.js';
import { withDatabase, withWorker } from '../session.js';
import { numberAsked } from './stages.js';

export interface ExportFlags extends CommonFlags {
  model: ModelChoice;
  mode?: string;
  threshold?: number;
  undo?: string;
  withoutCatalog?: boolean;
}

/** `winnow export <directory>` and `winnow export --undo <directory>` */
export async function exportImages(directory: string | undefined, flags: ExportFlags): Promise<void> {
  if ((directory === undefined) === (flags.undo === undefined)) {
    throw new WinnowError(
      'BAD_INPUT',
      'Give either a directory to export to, or --undo with the directory of an export.',
    );
  }
  return directory === undefined ? undo(flags.undo ?? '', flags) : place(directory, flags);
}

async function place(directory: string, flags: ExportFlags): Promise<void> {
  const { collection, model, mode, threshold } = flags;
  const target = absolute(directory);
  const run = await withWorker(async (session) => {
    const number = await numberAsked(session, collection, model);
    const options = given({ directory: target, model: number, mode: mode && constant(mode), threshold });
    return executeRun(session, { collection, stage: 'EXPORT', options }, process.stderr);
  });
  print(flags.json, { run: describeRun(run), directory: target }, () => [summary(run)]);
}

function undo(directory: string, flags: ExportFlags): Promise<void> {
  return withDatabase(async (dataSource) => {
    const { withoutCatalog } = flags;
    const report = await undoExport(dataSource, absolute(directory), { withoutCatalog });
    print(flags.json, { directory: absolute(directory), ...report }, () => undoLines(report));
  });
}

function undoLines({ restored, removed, left, leftCount }: UndoReport): string[] {
  return [
    `${formatCount(restored)} moved files are back where they came from, ${formatCount(removed)} copies and links are gone.`,
    ...(leftCount === 0
      ? []
      : [
          `${formatCount(leftCount)} files had to be left; put the cause right and undo again:`,
          ...left.map(({ path, reason }) => `  ${path}: ${reason}`),
        ]),
  ];
}
