import { readFileSync } from 'node:fs';

import { Command, Option } from 'commander';

import { addBackboneCommands } from './backbone-commands.js';
import { addCatalogCommands } from './catalog-commands.js';
import type { ServeFlags, WorkFlags } from './commands/serve.js';
import { addStageCommands } from './stage-commands.js';

const EPILOGUE = `
The database, the squares and the models live in WINNOW_HOME (default ./var). Settings: see README, "Configuration".
Exit codes: 0 done (single images may have failed: the output says so), 1 the run or the command failed,
2 wrong usage or settings, 130 interrupted. With --json, stdout holds one JSON document and nothing else.`;

/**
 * The whole command line. The actions are imported when they are called, so that `--help` and a wrong flag
 * answer without loading a database driver and a neural network.
 */
export function createProgram(): Command {
  const program = new Command('winnow')
    .description('Screens scraped images: label a few, score all, move the threshold afterwards.')
    .version(version())
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined }) // runCommand says it
    .addHelpText('after', EPILOGUE);
  program.commandsGroup('Screening:');
  addStageCommands(program);
  program.commandsGroup('The catalog:');
  addCatalogCommands(program);
  addBackboneCommands(program);
  program.commandsGroup('The service:');
  addServe(program);
  return program;
}

function addServe(program: Command): void {
  program
    .command('serve')
    .summary('serve the GraphQL API')
    .description('serve the GraphQL API, with a worker process beside it; until Ctrl-C')
    .option('--host <address>', 'address to listen on (WINNOW_HOST)')
    .option('--port <number>', 'port to listen on, 0 for any (WINNOW_PORT)')
    .addOption(new Option('--worker <who>', 'who does the heavy work (WINNOW_WORKER)').choices(['child', 'external']))
    .option('--json', 'print the address as JSON')
    .action(async (flags: ServeFlags) => (await import('./commands/serve.js')).serve(flags));
  program
    .command('worker')
    .summary('do the heavy work of a service elsewhere')
    .description('do the heavy work of a service elsewhere on the same database (for WINNOW_WORKER=external)')
    .option('--json', 'print when it has started as JSON')
    .action(async (flags: WorkFlags) => (await import('./commands/serve.js')).work(flags));
  program
    .command('doctor')
    .summary('what this machine has, what of it is used, and how to get more')
    .description('what this machine has for embedding and training, what of it is used, and how to get more')
    .option('--json', 'print the result as one JSON document')
    .action(async (flags: { json?: boolean }) => (await import('./commands/doctor.js')).doctor(flags));
}

/** From package.json: one folder up from bin/ in a clone, two more from dist/src/cli/ in a package. */
function version(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'winnow') return version;
    } catch {
      continue; // not here: the other layout
    }
  }
  return 'unknown';
}
