import { signal } from '@preact/signals';

import { isAbort } from '../api/abort';
import type { TileFragment } from '../api/documents';

/** A picture; its score where it was reached through a model. */
export type Tile = TileFragment & { score?: number | null };

/** A part of a sequence of pictures of which it is known how many they are, read by keyset pages. */
export interface Segment {
  readonly count: number;
  /** The pictures after a cursor, at most `first`, and the cursor of the last one. */
  read(
    first: number,
    after: string | null,
    signal: AbortSignal,
  ): Promise<{ tiles: readonly Tile[]; end: string | null }>;
  /** The cursor of the picture so many after a cursor, without the pictures between. */
  skip(first: number, after: string | null, signal: AbortSignal): Promise<string | null>;
}

/** Pictures in one page. */
export const PAGE = 100;
/** The most that a cursor moves in one request: the largest page of the API. */
const STRIDE = 500;
/** Pictures that are kept on either side of what is looked at, unless it is said otherwise. */
const KEPT = 1_500;

interface Part {
  readonly segment: Segment;
  /** The number of its first picture. */
  readonly start: number;
  /** Cursors by how many pictures of the segment come before. */
  readonly cursors: Map<number, string | null>;
}

/**
 * A long row of pictures of which only those around what is looked at are held. To get to a picture far away, the segment that it
 * is in is entered at its nearest known cursor; what lies between is passed over without being read.
 */
export class Sequence {
  readonly length: number;
  /** Counts up when pictures have come. */
  readonly revision = signal(0);
  private readonly parts: Part[];
  private readonly pages = new Map<number, readonly Tile[]>();
  private reading: AbortController | null = null;
  private readingFor = 0;
  private wanted: readonly [number, number] = [0, 0];

  /**
   * @param onError told when pictures cannot be read; they are tried again when they are next wanted
   * @param kept pictures that are kept on either side of what is looked at
   */
  constructor(
    segments: readonly Segment[],
    private readonly onError: (error: unknown) => void,
    private readonly kept = KEPT,
  ) {
    let start = 0;
    this.parts = segments
      .filter(({ count }) => count > 0)
      .map((segment) => {
        const part = { segment, start, cursors: new Map<number, string | null>([[0, null]]) };
        start += segment.count;
        return part;
      });
    this.length = start;
  }

  /** The picture with this number, from 0; undefined while it is not there. */
  at(index: number): Tile | undefined {
    const part = this.partOf(index);
    if (part === undefined) return undefined;
    const within = index - part.start;
    const offset = within - (within % PAGE);
    return this.pages.get(part.start + offset)?.[within - offset];
  }

  /** The number of a picture that is there; null where it is not. */
  find(id: string): number | null {
    for (const [start, page] of this.pages) {
      const at = page.findIndex((tile) => tile.id === id);
      if (at >= 0) return start + at;
    }
    return null;
  }

  /** Reads what is missing of the pictures from `first` up to `end`, and lets go of those far away. */
  want(first: number, end: number): void {
    this.wanted = [first, end];
    for (const start of this.pages.keys()) {
      if (start + PAGE < first - this.kept || start > end + this.kept) this.pages.delete(start);
    }
    if (this.missing().length === 0) return;
    // What is being read for another place would only stand in the way.
    if (this.reading !== null && !this.isWanted(this.readingFor)) this.stop();
    if (this.reading === null) void this.readOn();
  }

  /** Ends reading; what is there stays. */
  stop(): void {
    this.reading?.abort();
    this.reading = null;
  }

  private async readOn(): Promise<void> {
    const reading = (this.reading = new AbortController());
    try {
      for (let [next] = this.missing(); next !== undefined; [next] = this.missing()) {
        this.readingFor = next;
        await this.readPage(next, reading.signal);
        if (reading.signal.aborted) return;
        this.revision.value += 1;
      }
      this.reading = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.reading = null;
      this.onError(error);
    }
  }

  private async readPage(start: number, signal: AbortSignal): Promise<void> {
    const { segment, cursors, start: partStart } = this.partOf(start)!;
    const offset = start - partStart;
    let at = Math.max(...[...cursors.keys()].filter((known) => known <= offset));
    while (at < offset) {
      const step = Math.min(STRIDE, offset - at);
      const cursor = await segment.skip(step, cursors.get(at)!, signal);
      at += step;
      cursors.set(at, cursor);
    }
    const { tiles, end } = await segment.read(Math.min(PAGE, segment.count - offset), cursors.get(offset)!, signal);
    cursors.set(offset + PAGE, end);
    this.pages.set(start, tiles);
  }

  /** The first pictures of the wanted pages that are not there. */
  private missing(): number[] {
    const [first, end] = this.wanted;
    const found: number[] = [];
    for (let index = Math.max(0, first); index < Math.min(end, this.length);) {
      const { start, segment } = this.partOf(index)!;
      const page = index - ((index - start) % PAGE);
      if (!this.pages.has(page)) found.push(page);
      index = Math.min(page + PAGE, start + segment.count);
    }
    return found;
  }

  private isWanted(page: number): boolean {
    return page + PAGE > this.wanted[0] && page < this.wanted[1];
  }

  /** By bisection: a wall has up to a thousand parts. */
  private partOf(index: number): Part | undefined {
    if (index < 0 || index >= this.length) return undefined;
    let [low, high] = [0, this.parts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.parts[middle].start <= index) low = middle;
      else high = middle - 1;
    }
    return this.parts[low];
  }
}
