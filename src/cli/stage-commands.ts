import { Option } from 'commander';
import type { Command } from 'commander';

import type { ExportFlags } from './commands/export.js';
import type { ScreenFlags } from './commands/screen.js';
import type { ClassifyFlags, EmbedFlags, IngestFlags, ResizeFlags, TrainFlags } from './commands/stages.js';
import { DEFAULT_TRAIN_OPTIONS, FINE_TUNE_OPTIONS, type TrainOptions } from '../ml/training-options.js';
import { collect, modelOption, number, whole, withCommonFlags } from './flags.js';

/** The commands that execute stages: one each, and `screen`, which executes them all. */
export function addStageCommands(program: Command): void {
  withCommonFlags(program.command('screen <folder>'))
    .summary('do all of it in one go')
    .description('do all of it in one go: ingest, resize, embed, train, classify, threshold, and export with --out')
    .option(
      '--positive <dir>',
      'folder whose images are labelled positive; it is read as well, wherever it is (repeatable)',
      collect,
    )
    .option('--negative <dir>', 'the same for negative (repeatable)', collect)
    .addOption(
      new Option(
        '--labels <file>',
        'CSV with the columns path,label; path relative to the folder, or a sha256; label positive/ok/yes/1 or negative/ng/no/0',
      ).conflicts(['positive', 'negative']),
    )
    .option('--answers <file>', 'CSV like --labels; used for nothing but the report at the end')
    .option(
      '--threshold <value>',
      'score from which an image is OK (default: what it was before, carried over; 0.5 at first)',
      number(0, 1),
    )
    .option('--out <dir>', 'export to ok/ and ng/ below this folder')
    .addOption(headOption('linear'))
    .option('--seed <number>', `seed of the training (${usual('seed')})`, whole(0, 2 ** 32 - 1))
    .action(async (folder: string, flags: ScreenFlags) => (await import('./commands/screen.js')).screen(folder, flags));

  withCommonFlags(program.command('ingest [paths...]'))
    .summary('read folders and files into the catalog')
    .description(
      'read folders (recursively) and single files into the catalog; only what is new or changed is read, and nothing that is hidden',
    )
    .option(
      '--positive <dir>',
      'folder whose images are labelled positive; it is read as well, wherever it is (repeatable)',
      collect,
    )
    .option('--negative <dir>', 'the same for negative (repeatable)', collect)
    .option('--labels-by-folder', "the folder's name is the label: positive/ok/good/yes/1 or negative/ng/bad/no/0")
    .option('--labels <file>', 'CSV with the columns path,label: see screen')
    .option('--who <name>', 'who gave the labels (default: the user)')
    .action(async (paths: string[], flags: IngestFlags) => (await import('./commands/stages.js')).ingest(paths, flags));

  withCommonFlags(program.command('resize'))
    .description('letterbox every image into a square')
    .option('--size <pixels>', "the square's side (default: 224)", whole(16, 4096))
    .addOption(
      new Option('--position <where>', 'where the image stands in it (default: top-left)').choices([
        'top-left',
        'centre',
      ]),
    )
    .option('--pad <colour>', 'colour around it, #rrggbb (default: #000000)')
    .action(async (flags: ResizeFlags) => (await import('./commands/stages.js')).resize(flags));

  withCommonFlags(program.command('embed'))
    .description('compute the features of every image')
    .option('--backbone <name>', 'the pretrained network (default: mobilenet-v3)')
    .addOption(precisionOption())
    .addOption(engineOption())
    .action(async (flags: EmbedFlags) => (await import('./commands/stages.js')).embed(flags));

  withCommonFlags(program.command('train'))
    .summary('train a new model on the labels')
    .description('train a head on the labelled images: a new model')
    .option('--backbone <name>', 'the pretrained network (default: mobilenet-v3; vgg16 with fine-tune)')
    .addOption(precisionOption())
    .addOption(
      new Option(
        '--fine-tune <part>',
        'train vgg16 itself from its fourth block on, with the head (default: none)',
      ).choices(['none', 'block4']),
    )
    .option('--size <pixels>', "with fine-tune: the square's side, a multiple of 32 (default: 224)", whole(32, 512))
    .option('--max-auc-loss <number>', 'with int8: AUC that may be lost against fp32 (default: 0.02)', number(0, 1))
    .addOption(headOption('linear; mlp with fine-tune'))
    .option('--epochs <number>', `most passes over the labels (${usual('epochs')})`, whole(1, 10_000))
    .option('--batch-size <number>', `labels a step (${usual('batchSize')})`, whole(1, 65_536))
    .option('--learning-rate <number>', `Adam's step (${usual('learningRate')})`, number(0, 10))
    .option('--l2 <number>', `weight of the L2 penalty (${usual('l2')})`, number(0, 1000))
    .option('--seed <number>', `seed of the split and the weights (${usual('seed')})`, whole(0, 2 ** 32 - 1))
    .option(
      '--validation-share <number>',
      `share of the labels that chooses the epoch (${usual('validationShare')})`,
      number(0.05, 0.5),
    )
    .option(
      '--folds <number>',
      `hold labels out in so many folds; 1 holds the share out once (${usual('folds')})`,
      whole(1, 20),
    )
    .addOption(
      new Option(
        '--calibration <kind>',
        'make scores probabilities: by the held-out labels, or for the collection too (default: collection)',
      ).choices(['none', 'labels', 'collection']),
    )
    .addOption(
      new Option(
        '--augmentation <kind>',
        'learn from labelled pictures flipped left to right as well (default: none)',
      ).choices(['none', 'flip']),
    )
    .addOption(
      new Option('--carry <how>', 'carry the threshold over from the model in force (default: precision)').choices([
        'precision',
        'share',
        'none',
      ]),
    )
    .option(
      '--patience <number>',
      `epochs without a better one before it stops; 0 never stops early (${usual('patience')})`,
      whole(0, 10_000),
    )
    .action(async (flags: TrainFlags) => (await import('./commands/stages.js')).train(flags));

  withCommonFlags(program.command('classify'))
    .description('score every image with a model')
    .addOption(modelOption())
    .addOption(
      new Option('--mode <mode>', 'score all images, or only those without a score (default: all)').choices([
        'all',
        'missing',
      ]),
    )
    .addOption(engineOption())
    .action(async (flags: ClassifyFlags) => (await import('./commands/stages.js')).classify(flags));

  withCommonFlags(program.command('export [directory]'))
    .summary('put the images into ok/ and ng/, or undo it')
    .description('put the images into ok/ and ng/ with a manifest; again after the threshold moved: only what flipped')
    .addOption(modelOption())
    .addOption(
      new Option('--mode <mode>', 'how (default: as before in this directory, else copy)').choices([
        'copy',
        'hardlink',
        'symlink',
        'move',
      ]),
    )
    .option('--threshold <value>', 'instead of the one in force', number(0, 1))
    .option('--undo <dir>', 'take an export back: moved files return to where they came from')
    .option('--without-catalog', 'with --undo: believe the manifest where the catalog does not know the directory')
    .action(async (directory: string | undefined, flags: ExportFlags) =>
      (await import('./commands/export.js')).exportImages(directory, flags),
    );
}

/** What an option of a training is when it is left out, and what with another head or when fine-tuning. */
function usual(name: keyof TrainOptions): string {
  const { LINEAR, MLP } = DEFAULT_TRAIN_OPTIONS;
  const others = [
    ['mlp', MLP[name]],
    ['fine-tune', FINE_TUNE_OPTIONS[name]],
  ].filter(([, value]) => value !== LINEAR[name]);
  return [`default: ${LINEAR[name]}`, ...others.map(([kind, value]) => `${kind} ${value}`)].join('; ');
}

function precisionOption(): Option {
  return new Option('--precision <kind>', 'arithmetic of the backbone (default: fp32)').choices(['fp32', 'int8']);
}

function headOption(usually: string): Option {
  return new Option('--head <kind>', `the small network that is trained (default: ${usually})`).choices([
    'linear',
    'mlp',
  ]);
}

function engineOption(): Option {
  return new Option('--engine <name>', 'what computes (default: WINNOW_ENGINE, else onnx)').choices([
    'onnx',
    'tensorflow',
  ]);
}
