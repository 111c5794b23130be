import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import type { AddBackboneFlags, BackbonesFlags } from './commands/backbones.js';
import { whole } from './flags.js';

/** The commands for the pretrained networks. */
export function addBackboneCommands(program: Command): void {
  const backbones = program.command('backbones').description('list the pretrained networks, and add others');
  backbones
    .command('list', { isDefault: true })
    .description('every backbone: licence, size, and how fast it was on this machine')
    .option('--measure', 'measure the speed of each on this machine, now')
    .option('--json', 'print the result as one JSON document')
    .action(async (flags: BackbonesFlags) => (await import('./commands/backbones.js')).showBackbones(flags));
  backbones
    .command('add')
    .summary('add a network of your own, as an .onnx file')
    .description(
      'add a network of your own: the file is checked, run on trial pictures and copied; runs then name it with --backbone',
    )
    .requiredOption('--name <name>', 'what runs call it')
    .requiredOption('--onnx <file>', 'the network, everything in this one file')
    .requiredOption('--size <pixels>', 'height and width of the pictures it sees', whole(16, 1024))
    .requiredOption('--output <value>', 'the value that holds the features: an output, or of any operation')
    .option('--mean <r,g,b>', 'it sees (pixel / 255 - mean) / std (default: 0.485,0.456,0.406)', three)
    .option('--std <r,g,b>', 'the same (default: 0.229,0.224,0.225)', three)
    .addOption(new Option('--layout <layout>', 'order of its axes').choices(['NCHW', 'NHWC']).default('NCHW'))
    .addOption(new Option('--channels <order>', 'order of its colours').choices(['RGB', 'BGR']).default('RGB'))
    .addOption(
      new Option(
        '--pooling <rule>',
        'how an output of more axes becomes a vector (default: 4 axes: mean over space; 3: first token)',
      ).choices(['none', 'mean', 'first-token']),
    )
    .option('--licence <text>', 'under which it may be used')
    .option('--json', 'print the result as one JSON document')
    .action(async (flags: AddBackboneFlags) => (await import('./commands/backbones.js')).addNetwork(flags));
}

function three(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.length === 3 && values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('Expected three numbers, as in 0.485,0.456,0.406.');
}
