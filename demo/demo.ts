import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createApp } from '../src/app.js';
import { formatCount } from '../src/cli/format.js';
import { readConfig } from '../src/config.js';
import type { Config } from '../src/config.js';
import { logToStderr } from '../src/log.js';
import { WinnowError } from '../src/errors.js';
import { checkAgainst, countFlips, isPerson, readScores } from './check.js';
import type { Scored } from './check.js';
import { Client } from './client.js';
import type { Run } from './client.js';
import { drawContactSheet } from './contact-sheet.js';
import { readOptions, USAGE } from './options.js';
import type { DemoOptions } from './options.js';
import { drawLabels, pictureFolder, readKey, takeShare } from './pictures.js';
import type { Key } from './pictures.js';
import { bold, gray, say, sayOutcome, shorten, writeFigures } from './report.js';
import type { Setting } from './report.js';

/** Labels of each kind; fewer where a share of the pictures would leave too few to check on. */
const LABELS = 150;
const THRESHOLDS = [0.5, 0.65];
/** Pictures on either side of the threshold on the contact sheet. */
const SHOWN = 20;

try {
  const options = await readOptions(process.argv.slice(2));
  if (options === null) say(USAGE);
  else await demo(options);
} catch (error) {
  if (!(error instanceof WinnowError)) throw error;
  process.stderr.write(`demo: ${error.code}: ${error.message}\n`);
  process.exitCode = error.code === 'BAD_INPUT' ? 2 : 1;
}

async function demo(options: DemoOptions): Promise<void> {
  const started = performance.now();
  const app = createApp(demoConfig(options), { log: logTrouble });
  const ending = endOnSignals(() => app.stop());
  try {
    const { url } = await app.start();
    await screenPictures(new Client(new URL('/graphql', url).href), options, started);
    if (options.serve) await ending.signalled;
  } finally {
    await ending.now();
  }
}

/** The defaults, whatever this machine is set up for: the demo is to touch nothing but its own folder. */
function demoConfig({ home, serve }: DemoOptions): Config {
  const defaults = { DATABASE_URL: '', WINNOW_HOST: '', WINNOW_ROOTS: '', WINNOW_WORKER: '' };
  const tokens = { WINNOW_READ_TOKEN: '', WINNOW_WRITE_TOKEN: '' };
  return readConfig({ ...defaults, ...tokens, WINNOW_HOME: home, ...(serve ? {} : { WINNOW_PORT: '0' }) });
}

/** Only what went wrong; that a worker started is no news here. */
function logTrouble(message: string, details?: Readonly<Record<string, unknown>>): void {
  if (details?.error !== undefined) logToStderr(message, details);
}

async function screenPictures(client: Client, options: DemoOptions, started: number): Promise<void> {
  const { home, seed, share } = options;
  const key = await readKey(pictureFolder());
  const folder = await takeShare(pictureFolder(), share, seed, join(home, 'pictures'));
  const names = (await readdir(folder)).sort();
  const people = names.filter((name) => key.get(name)).length;
  const each = Math.min(LABELS, Math.floor(Math.min(people, names.length - people) / 3));
  const labels = drawLabels(names, key, each, seed);
  const labelsFile = join(home, 'labels.csv');
  await writeFile(labelsFile, csv(labels));
  await writeFile(join(home, 'answers.csv'), csv(names.map((name) => [name, key.get(name) ?? false]))); // for `winnow screen --answers`

  say('', bold(`${formatCount(names.length)} pictures. The question: people.`));
  say(gray(`Yes is emojibase's "people & body"; smileys, animals, flags and the rest are no.`));
  say(gray(`${each} + ${each} labels are drawn from that key; then it stays shut until the check.`));
  say(gray(`GraphQL at ${client.url}, a worker process, all in ${shorten(home)}/.`), '');

  const stages = await executeStages(client, folder, labelsFile);
  const collection = stages.ingest.collection.id;
  const model = await modelOf(client, stages.train.id);

  const settings: Setting[] = [];
  let scored = await readScores(client, model);
  for (const threshold of THRESHOLDS) {
    const before = scored;
    const counts = await moveThreshold(client, model, threshold);
    scored = await readScores(client, model);
    settings.push({
      threshold,
      ...counts,
      flips: countFlips(before, scored),
      check: checkAgainst(key, scored, threshold),
    });
  }
  const sheet = join(home, 'contact-sheet.png');
  await drawSheet(sheet, THRESHOLDS[THRESHOLDS.length - 1], scored, key);
  const directory = join(home, 'export');
  stages.export = await client.execute('export', { collection, directory });

  const seconds = (performance.now() - started) / 1000;
  const images = scored.length;
  const outcome = { files: names.length, images, labels: labels.size, seconds, stages, settings, sheet, directory };
  sayOutcome(outcome);
  if (options.json !== null) await writeFigures(options.json, outcome);
  if (options.serve) sayServed(client.url, model);
}

async function executeStages(client: Client, folder: string, labelsFile: string): Promise<Record<string, Run>> {
  const ingest = await client.execute('ingest', { collectionName: 'people', paths: [folder], labelsFile });
  const collection = ingest.collection.id;
  const resize = await client.execute('resize', { collection });
  const embed = await client.execute('embed', { collection });
  const train = await client.execute('train', { collection, seed: 1 });
  const classify = await client.execute('classify', { collection });
  return { ingest, resize, embed, train, classify };
}

async function modelOf(client: Client, trainRun: string): Promise<string> {
  const query = 'query ($id: ID!) { run(id: $id) { model { id } } }';
  const { run } = await client.ask<{ run: { model: { id: string } } }>(query, { id: trainRun });
  return run.model.id;
}

async function moveThreshold(client: Client, model: string, value: number): Promise<{ ok: number; ng: number }> {
  const mutation = `mutation ($model: ID!, $value: Float!) {
    setThreshold(model: $model, value: $value) { model { counts { ok ng } } }
  }`;
  const { setThreshold } = await client.ask<{ setThreshold: { model: { counts: { ok: number; ng: number } } } }>(
    mutation,
    { model, value },
  );
  return setThreshold.model.counts;
}

/** The pictures that nobody labelled, the nearest to the threshold first. */
async function drawSheet(path: string, threshold: number, scored: Scored[], key: Key): Promise<void> {
  const unlabelled = scored.filter(({ label }) => label === null);
  const shown = (image: Scored) => ({
    path: image.uri,
    score: image.score,
    wrong: isPerson(key, image) !== (image.verdict === 'OK'),
  });
  const above = unlabelled
    .filter(({ verdict }) => verdict === 'OK')
    .slice(-SHOWN)
    .reverse();
  const below = unlabelled.filter(({ verdict }) => verdict === 'NG').slice(0, SHOWN);
  await drawContactSheet(path, threshold, above.map(shown), below.map(shown));
}

/** A file of labels: path,label. */
function csv(labels: Iterable<[string, boolean]>): string {
  const lines = [...labels].map(([name, positive]) => `${name},${positive ? 'positive' : 'negative'}`);
  return `path,label\n${lines.join('\n')}\n`;
}

function sayServed(url: string, model: string): void {
  const range = 'scoreRange: { min: 0.6, max: 0.7 }, first: 5';
  const query = `{ images(model: "${model}", ${range}) { totalCount edges { node { uri score verdict } } } }`;
  say(`The server stays up at ${url}. Ctrl-C stops it; until then, paste:`, '');
  process.stdout.write(
    `curl -s ${url} -H 'content-type: application/json' \\\n  -d '${JSON.stringify({ query })}'\n\n`,
  );
}

/** Ends the app once, whether at the end, by an error or by Ctrl-C. */
function endOnSignals(end: () => Promise<void>): { now: () => Promise<void>; signalled: Promise<void> } {
  let ended: Promise<void> | null = null;
  const now = (): Promise<void> => (ended ??= end());
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve();
        say(''); // leaves the bar that is being drawn alone
        void now().finally(() => process.exit(130));
      });
    }
  });
  return { now, signalled };
}
