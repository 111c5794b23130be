import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';

export interface Figure {
  value: number;
  unit: string;
  /** What the same work could reach at best, measured in the same run, in the same unit. */
  limit?: number;
  /** value / limit. */
  ratio?: number;
  /** What the ratio, or the value where there is none, may be at most. */
  most?: number;
  /** What it must be at least. */
  least?: number;
}

export interface Report {
  name: string;
  machine: { node: string; platform: string; processor: string; cores: number; memoryGiB: number };
  figures: Record<string, Figure>;
}

/** A figure held against its limit. */
export function against(
  value: number,
  limit: number,
  unit: string,
  wanted: Pick<Figure, 'most' | 'least'> = {},
): Figure {
  return { value, unit, limit, ratio: value / limit, ...wanted };
}

export function report(name: string, figures: Record<string, Figure>): Report {
  const processors = cpus();
  return {
    name,
    machine: {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      processor: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    figures,
  };
}

/** Prints the figures as a table and, given a file, writes them as JSON. */
export async function publish(result: Report, jsonFile: string | undefined): Promise<void> {
  const { machine } = result;
  console.log(`\n${result.name}  (${machine.cores} cores ${machine.processor}, Node ${machine.node})`);
  const lines = [
    ['figure', 'value', 'limit', 'ratio', 'wanted', 'unit'],
    ...Object.entries(result.figures).map(([name, figure]) => [
      name,
      number(figure.value),
      figure.limit === undefined ? '' : number(figure.limit),
      figure.ratio === undefined ? '' : figure.ratio.toFixed(3),
      wanted(figure),
      figure.unit,
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) {
    const cells = line.map((cell, i) => (i === 0 || i > 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
  if (jsonFile) await writeFile(jsonFile, JSON.stringify(result, null, 2) + '\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The bound, and whether it is kept. */
function wanted({ value, ratio = value, most, least }: Figure): string {
  if (most !== undefined) return `<= ${most} ${ratio <= most ? 'kept' : 'MISSED'}`;
  return least === undefined ? '' : `>= ${least} ${ratio >= least ? 'kept' : 'MISSED'}`;
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
