import { dirname, basename } from 'node:path';

import type { LabelValue } from '../entities/index.js';
import { isInside } from '../images/paths.js';
import type { IngestOptions } from './ingest-options.js';

const WORDS: ReadonlyMap<string, LabelValue> = new Map([
  ...['positive', 'pos', 'ok', 'good', 'yes', 'true', '1'].map((word) => [word, 'POSITIVE'] as const),
  ...['negative', 'neg', 'ng', 'bad', 'no', 'false', '0'].map((word) => [word, 'NEGATIVE'] as const),
]);

/** What the words for a label are, for messages. */
export const LABEL_WORDS = 'positive, ok, good, yes, true, 1 or negative, ng, bad, no, false, 0';

/** The label that a word stands for, whatever its case; null when it stands for none. */
export function labelOfWord(word: string): LabelValue | null {
  return WORDS.get(word.trim().toLowerCase()) ?? null;
}

/** The label that the place of a file gives it: the innermost of the folders that say something. */
export function folderLabel(file: string, options: IngestOptions, roots: readonly string[]): LabelValue | null {
  let innermost: { folder: string; value: LabelValue } | null = null;
  const named = [
    ...options.positive.map((folder) => ({ folder, value: 'POSITIVE' as const })),
    ...options.negative.map((folder) => ({ folder, value: 'NEGATIVE' as const })),
  ];
  for (const one of named) {
    if (isInside(one.folder, file) && one.folder.length > (innermost?.folder.length ?? -1)) innermost = one;
  }
  if (innermost !== null) return innermost.value;
  if (!options.labelsByFolder) return null;
  const root = roots.find((one) => isInside(one, file)) ?? dirname(file);
  for (let folder = dirname(file); isInside(root, folder); folder = dirname(folder)) {
    const value = labelOfWord(basename(folder));
    if (value !== null) return value;
    if (folder === dirname(folder)) break;
  }
  return null;
}
