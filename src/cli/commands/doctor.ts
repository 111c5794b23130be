import { readConfig } from '../../config.js';
import { examine, type Diagnosis, type Finding } from '../doctor.js';
import { tableLines } from '../format.js';
import { print } from '../output.js';

const GIB = 2 ** 30;

/** `winnow doctor` */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const diagnosis = await examine(readConfig());
  print(json, diagnosis, () => describe(diagnosis));
}

function describe({
  machine,
  disk,
  database,
  providers,
  providersTried,
  trainers,
  trainer,
  backbones,
}: Diagnosis): string[] {
  const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
  const findings: [string, string, Finding][] = [
    ['database', database.what, database],
    ...providers.map((found): [string, string, Finding] => [`embed on ${found.provider}`, found.what, found]),
    ...trainers.map((found): [string, string, Finding] => [`train on ${found.backend}`, found.what, found]),
    ...backbones.map((found): [string, string, Finding] => [found.name, found.what, found]),
  ];
  const advice = findings.filter(([, , { ok, how }]) => !ok && how !== null);
  return [
    `Node ${machine.node}, ${machine.cores} cores of ${machine.processor}, ${gib(machine.memoryBytes)} memory, ${gib(machine.freeMemoryBytes)} of it free.`,
    `${disk.path} has ${gib(disk.freeBytes)} left.`,
    '',
    ...tableLines(
      ['', 'works', ''],
      findings.map(([name, what, { ok }]) => [name, ok ? 'yes' : 'no', what]),
      [0, 1, 2],
    ),
    '',
    `Embedding tries ${providersTried.join(', then ')} (WINNOW_PROVIDERS). Training uses ${trainer}.`,
    ...(advice.length === 0 ? [] : ['', 'To get more:']),
    ...advice.map(([name, , { how }]) => `  ${name}: ${how}`),
  ];
}
