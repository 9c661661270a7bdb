import { type RandomKey, randomBitsAt, randomKey, streamOf } from '@residual/base';

/** Random numbers one after the other, of a seed, a stream and a step: the same in every run. */
export class Draws {
  private readonly key: RandomKey;
  private counter = 0;

  constructor(seed: number, stream: string, step: number) {
    this.key = randomKey(seed, streamOf(stream), step);
  }

  /** A number in [0, 1), or in [from, to). */
  uniform(from = 0, to = 1): number {
    return from + (to - from) * ((randomBitsAt(this.key, this.counter++) >>> 8) * 2 ** -24);
  }

  /** Whether an event of this probability occurs. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.uniform() * items.length)]!;
  }
}
