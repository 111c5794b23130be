import { Option } from 'commander';
import type { Command } from 'commander';

import type { CheckFlags } from './commands/check.js';
import type { ExportModelFlags } from './commands/export-model.js';
import type { ImagesFlags } from './commands/images.js';
import type { RetryFlags } from './commands/retry.js';
import type { FailuresFlags, RunsFlags } from './commands/runs.js';
import type { ThresholdFlags } from './commands/threshold.js';
import type { CommonFlags } from './flags.js';
import { collect, modelNumber, modelOption, number, whole, withCommonFlags } from './flags.js';

const STAGES = ['ingest', 'resize', 'embed', 'train', 'classify', 'export'];
const STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

/** The commands that read the catalog, and the threshold. */
export function addCatalogCommands(program: Command): void {
  withCommonFlags(program.command('export-model <target>'))
    .summary('write a model for other programs')
    .description(
      'write a model as one .onnx file, squares in and scores out, or into a folder as a TensorFlow.js layers model',
    )
    .addOption(modelOption())
    .addOption(new Option('--format <name>', 'what to write').choices(['onnx', 'tensorflow']).default('onnx'))
    .action(async (target: string, flags: ExportModelFlags) =>
      (await import('./commands/export-model.js')).exportModel(target, flags),
    );

  const threshold = program.command('threshold').description('show or set the score from which an image is OK');
  withCommonFlags(threshold.command('show', { isDefault: true }))
    .description('the threshold in force, what it makes of the images, and its history')
    .addOption(modelOption())
    .action(async (flags: ThresholdFlags) => (await import('./commands/threshold.js')).showThreshold(flags));
  withCommonFlags(threshold.command('set'))
    .argument('<value>', '0 to 1', number(0, 1))
    .description('record a new threshold: one row, nothing is computed again')
    .addOption(modelOption())
    .option('--note <text>', 'why')
    .action(async (value: number, flags: ThresholdFlags) =>
      (await import('./commands/threshold.js')).moveThreshold(value, flags),
    );

  withCommonFlags(program.command('images'))
    .description('list images by score')
    .addOption(modelOption())
    .option('--min <score>', 'from this score', number(0, 1), 0)
    .option('--max <score>', 'to this score', number(0, 1), 1)
    .addOption(new Option('--order <order>', 'by score').choices(['asc', 'desc']).default('desc'))
    .option('--first <number>', 'how many', whole(1, 1000), 20)
    .option('--after <cursor>', 'go on behind this cursor, printed at the end of the page before')
    .action(async (flags: ImagesFlags) => (await import('./commands/images.js')).listImages(flags));

  withCommonFlags(program.command('check'))
    .description('hold the counts that are kept against counting every score and label')
    .option('--repair', 'count the histograms that are wrong anew')
    .action(async (flags: CheckFlags) => (await import('./commands/check.js')).check(flags));

  const models = program.command('models').description('list, compare, promote, delete, export and import models');
  withCommonFlags(models.command('list', { isDefault: true }))
    .description('the models of a collection')
    .action(async (flags: CommonFlags) => (await import('./commands/models.js')).showModels(flags));
  withCommonFlags(models.command('compare'))
    .argument('<a>', 'the number of a model', modelNumber)
    .argument('<b>', 'the number of another', modelNumber)
    .description('two models side by side, and how many verdicts differ')
    .action(async (a: number | 'latest', b: number | 'latest', flags: CommonFlags) =>
      (await import('./commands/models.js')).compareModels(a, b, flags),
    );
  modelCommand(models, 'promote', 'put a model in force, whatever is trained after it').action(
    async (number: number | 'latest', flags: CommonFlags) =>
      (await import('./commands/models.js')).promote(number, flags),
  );
  modelCommand(models, 'delete', 'delete a model with its scores and thresholds; labels stay')
    .requiredOption('--yes <number>', 'its number once more: this cannot be undone', whole(1))
    .action(async (number: number | 'latest', flags: CommonFlags & { yes: number }) =>
      (await import('./commands/models.js')).remove(number, flags),
    );
  modelCommand(models, 'export', 'write a model with its labels and threshold to a zip archive')
    .argument('<file>', 'the archive')
    .action(async (number: number | 'latest', file: string, flags: CommonFlags) =>
      (await import('./commands/models.js')).exportArchive(number, file, flags),
    );
  withCommonFlags(models.command('import'))
    .argument('<file>', 'the archive')
    .description('take a model from such an archive into a collection that is there')
    .action(async (file: string, flags: CommonFlags) =>
      (await import('./commands/models.js')).importArchive(file, flags),
    );

  const runs = program.command('runs').description('list, show, cancel and retry runs; read failures');
  withCommonFlags(runs.command('list', { isDefault: true }))
    .description('the newest runs')
    .addOption(new Option('--stage <stage>', 'only this stage').choices(STAGES))
    .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
    .option('--first <number>', 'how many', whole(1, 1000), 20)
    .action(async (flags: RunsFlags) => (await import('./commands/runs.js')).showRuns(flags));
  runCommand(runs, 'show', 'everything about one run').action(async (id: number, flags: CommonFlags) =>
    (await import('./commands/runs.js')).showRun(id, flags),
  );
  runCommand(runs, 'cancel', 'ask a run to stop; what it did is kept').action(async (id: number, flags: CommonFlags) =>
    (await import('./commands/runs.js')).cancelRun(id, flags),
  );
  runCommand(runs, 'retry', 'take up again what failed in a run, and nothing else')
    .option('--code <code>', 'only failures with this code (repeatable)', collect)
    .action(async (id: number, flags: RetryFlags) => (await import('./commands/retry.js')).retryRun(id, flags));
  runCommand(runs, 'failures', 'the images a run could not use, and why')
    .option('--first <number>', 'how many', whole(1, 1000), 100)
    .action(async (id: number, flags: FailuresFlags) => (await import('./commands/runs.js')).showFailures(id, flags));
}

function modelCommand(models: Command, name: string, description: string): Command {
  return withCommonFlags(models.command(name))
    .argument('<number>', 'the number of the model', modelNumber)
    .description(description);
}

function runCommand(runs: Command, name: string, description: string): Command {
  return withCommonFlags(runs.command(name)).argument('<id>', "the run's number", whole(1)).description(description);
}
