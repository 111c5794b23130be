interface Waiting {
  pixels: number;
  start: () => void;
}

/**
 * Lets work on pictures start only while the pixels under way stay within a budget, first come, first served.
 * Small pictures run side by side; two of the largest allowed never do, so that memory stays bounded whatever arrives.
 */
export class PixelBudget {
  #underWay = 0;
  readonly #waiting: Waiting[] = [];

  /** Runs `work` as soon as `pixels` more fit under `limit`. Alone, a picture runs even when it is over the limit. */
  async run<T>(pixels: number, limit: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(pixels, limit);
    if (this.#waiting.length > 0 || this.#underWay + share > limit) {
      await new Promise<void>((start) => this.#waiting.push({ pixels: share, start }));
    } else {
      this.#underWay += share;
    }
    try {
      return await work();
    } finally {
      this.#underWay -= share;
      this.#startWaiting(limit);
    }
  }

  #startWaiting(limit: number): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#underWay > 0 && this.#underWay + next.pixels > limit) return;
      this.#waiting.shift();
      this.#underWay += next.pixels;
      next.start();
    }
  }
}
