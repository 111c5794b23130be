import { signal } from '@preact/signals';

import { ask } from '../api/client';
import { giveLabel, overview, undoLabels } from '../api/documents';
import type { LabelValue } from '../api/documents';
import { refresh } from './query';
import { tellError } from './notices';

/** What is needed of an image to label it. */
interface Labelled {
  readonly id: string;
  readonly label: { readonly value: LabelValue } | null;
}

/** Images that were labelled together, and what each was before. */
interface Change {
  readonly collection: string;
  readonly before: ReadonlyMap<string, LabelValue | null>;
  readonly value: LabelValue;
}

/** Milliseconds without a label after which counts are read again. */
const QUIET = 400;
/** The most images of one mutation. */
const MOST = 2_000;

/** Labels given here that what was read before does not know of. */
const given = new Map<string, LabelValue | null>();
const done: Change[] = [];
/** Counts up whenever a label is given or taken back. */
export const labelRevision = signal(0);
/** Labels given since the page was opened, those taken back left out; when each was given, in milliseconds. */
export const labelTimes = signal<readonly number[]>([]);

/** One change after the other, so that what is undone has been done. */
let last: Promise<unknown> = Promise.resolve();
let quiet = 0;

/** The label of an image, those that were just given included. */
export function labelOf(image: Labelled): LabelValue | null {
  void labelRevision.value;
  return given.has(image.id) ? given.get(image.id)! : (image.label?.value ?? null);
}

/** Labels images by hand: at once on the screen, then in the catalog. What is refused is told and taken back. */
export function label(collection: string, images: readonly Labelled[], value: LabelValue): void {
  for (let at = 0; at < images.length; at += MOST) labelSome(collection, images.slice(at, at + MOST), value);
}

function labelSome(collection: string, images: readonly Labelled[], value: LabelValue): void {
  const change: Change = { collection, value, before: new Map(images.map((image) => [image.id, labelOf(image)])) };
  done.push(change);
  show([...change.before.keys()].map((id) => [id, value]));
  const now = performance.now();
  labelTimes.value = [...labelTimes.value, ...images.map(() => now)];
  send(giveLabel, { collection, images: [...change.before.keys()], value }, () => {
    show(change.before);
    done.splice(done.indexOf(change) >>> 0, 1);
  });
}

/** Takes back the last change; the ids of its images, none where there is no change. */
export function undo(): readonly string[] {
  const change = done.pop();
  if (change === undefined) return [];
  takeBack(change.collection, change.before);
  return [...change.before.keys()];
}

/** Takes back what was done to one image since the page was opened; false where that is nothing. */
export function undoOne(image: Labelled): boolean {
  const at = done.findLastIndex(({ before }) => before.has(image.id));
  if (at < 0) return false;
  const { collection, before, value } = done[at];
  const rest = new Map([...before].filter(([id]) => id !== image.id));
  done.splice(at, 1, ...(rest.size > 0 ? [{ collection, value, before: rest }] : []));
  takeBack(collection, new Map([[image.id, before.get(image.id)!]]));
  return true;
}

function takeBack(collection: string, before: ReadonlyMap<string, LabelValue | null>): void {
  const shown = [...before.keys()].map((id) => [id, given.get(id) ?? null] as const);
  show(before);
  labelTimes.value = labelTimes.value.slice(0, Math.max(0, labelTimes.value.length - before.size));
  send(undoLabels, { collection, images: [...before.keys()] }, () => show(shown));
}

function show(labels: Iterable<readonly [string, LabelValue | null]>): void {
  for (const [id, value] of labels) given.set(id, value);
  labelRevision.value += 1;
}

function send<Variables>(operation: string, variables: Variables, onRefusal: () => void): void {
  last = last
    .then(() => ask(operation, variables))
    .catch((error: unknown) => {
      onRefusal();
      tellError(error);
    })
    .then(() => {
      clearTimeout(quiet);
      quiet = setTimeout(() => void refresh(...followers), QUIET);
    });
}

/** What is read again after labels have changed. */
const followers: string[] = [overview];

export function refreshAfterLabels(operation: string): void {
  if (!followers.includes(operation)) followers.push(operation);
}
