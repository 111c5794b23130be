import type { LabelOrigin, LabelValue } from '../entities/index.js';

const FOLDER: Readonly<Record<LabelValue, number>> = { POSITIVE: 1, NEGATIVE: 2 };
const IMPORT: Readonly<Record<LabelValue, number>> = { POSITIVE: 4, NEGATIVE: 8 };
const POSITIVE = 1 | 4;
const NEGATIVE = 2 | 8;

export interface Tally {
  labels: { imageId: number; value: LabelValue; origin: LabelOrigin }[];
  /** Images that some of their places call positive and others negative. */
  conflicts: number[];
}

/**
 * Which labels were found for which image, until all have been: the same bytes may lie in two folders that disagree.
 * One byte for every image id, so that a million labelled images take a megabyte.
 */
export class LabelVotes {
  #votes = new Uint8Array(1024);
  #highest = 0;

  add(imageId: number, value: LabelValue, origin: 'FOLDER' | 'IMPORT'): void {
    if (imageId >= this.#votes.length) {
      const grown = new Uint8Array(Math.max(imageId + 1, this.#votes.length * 2));
      grown.set(this.#votes);
      this.#votes = grown;
    }
    this.#votes[imageId] |= origin === 'FOLDER' ? FOLDER[value] : IMPORT[value];
    this.#highest = Math.max(this.#highest, imageId);
  }

  /** Everything voted on, at most `size` images at a time, by image id. */
  *counted(size: number): Generator<Tally> {
    let tally: Tally = { labels: [], conflicts: [] };
    for (let imageId = 0; imageId <= this.#highest; imageId += 1) {
      const votes = this.#votes[imageId];
      if (votes === 0) continue;
      if ((votes & POSITIVE) !== 0 && (votes & NEGATIVE) !== 0) tally.conflicts.push(imageId);
      else {
        const origin = (votes & (IMPORT.POSITIVE | IMPORT.NEGATIVE)) !== 0 ? 'IMPORT' : 'FOLDER';
        tally.labels.push({ imageId, value: (votes & POSITIVE) !== 0 ? 'POSITIVE' : 'NEGATIVE', origin });
      }
      if (tally.labels.length + tally.conflicts.length >= size) {
        yield tally;
        tally = { labels: [], conflicts: [] };
      }
    }
    if (tally.labels.length + tally.conflicts.length > 0) yield tally;
  }
}
