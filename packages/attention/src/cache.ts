import { slot } from '@residual/layers';
import { appendToCache, concat, keep, ResidualError, type Tensor, tidy, zeros } from '@residual/tensor';

/** Keys and values of one attention, each [batch, kvHeads, capacity, headDim]. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/**
 * Keys and values of the positions so far, by the path of the attention that made them. Capacity grows through a few sizes (`buckets`), so that shapes
 * stay the same for many steps. The cache owns its tensors; `dispose` frees them.
 */
export class Cache {
  /** How many positions are filled. */
  length = 0;
  private capacity = 0;
  private readonly buckets: readonly number[];
  private readonly entries = new Map<string, KeysAndValues>();
  private readonly memories = new Map<string, KeysAndValues>();

  /** `positions` is the longest sequence it may ever hold. */
  constructor({ positions, smallest = 64 }: { readonly positions: number; readonly smallest?: number }) {
    const buckets: number[] = [];
    for (let size = Math.min(smallest, positions); size < positions; size *= 2) buckets.push(size);
    this.buckets = [...buckets, positions];
  }

  /** Makes room for `more` positions; the arrays that exist grow to the next bucket. Errors when they are more than the cache may hold. */
  reserve(more: number): void {
    const wanted = this.length + more;
    if (wanted <= this.capacity) return;
    const next = this.buckets.find(size => size >= wanted);
    if (next === undefined) {
      throw new ResidualError(
        'positions',
        `Cache: ${this.length} positions and ${more} more are over the ${this.buckets.at(-1)} it may hold`,
      );
    }
    for (const [path, { key, value }] of this.entries) {
      this.entries.set(path, { key: grown(key, next), value: grown(value, next) });
    }
    this.capacity = next;
  }

  /** Writes keys and values [batch, kvHeads, length, headDim] at `position` int32 [1] and gives all there are. */
  append(path: string, key: Tensor, value: Tensor, position: Tensor): KeysAndValues {
    const held = this.entries.get(path) ?? { key: this.empty(key), value: this.empty(value) };
    const next = {
      key: keep(appendToCache(held.key, key, position)),
      value: keep(appendToCache(held.value, value, position)),
    };
    this.entries.set(path, next);
    return next;
  }

  /** Keys and values of a memory: made once, then read. */
  memory(path: string, make: () => KeysAndValues): KeysAndValues {
    const held = this.memories.get(path);
    if (held) return held;
    const made = make();
    this.memories.set(path, { key: keep(made.key), value: keep(made.value) });
    return made;
  }

  /** The arrays it holds, for a step that takes and gives them as tensors. */
  get tensors(): Tensor[] {
    return [...this.entries.values(), ...this.memories.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** Frees everything; the cache is empty again. */
  dispose(): void {
    for (const x of this.tensors) x.dispose();
    this.entries.clear();
    this.memories.clear();
    this.length = 0;
    this.capacity = 0;
  }

  private empty(x: Tensor): Tensor {
    const [batch, kvHeads, length, headDim] = x.shape as [number, number, number, number];
    if (this.capacity === 0) this.reserve(length);
    return keep(zeros([batch, kvHeads, this.capacity, headDim]));
  }
}

/** The slot of the cache; attention without one reads only what it is given. */
export const cache = /* @__PURE__ */ slot<Cache>('cache');

function grown(x: Tensor, capacity: number): Tensor {
  const [batch, kvHeads, length, headDim] = x.shape as [number, number, number, number];
  const next = tidy(() => keep(concat([x, zeros([batch, kvHeads, capacity - length, headDim])], 2)));
  x.dispose();
  return next;
}
