import { emptyScope, GrownTables, places, type Scope, slot } from '@residual/layers';
import {
  add,
  appendToCache,
  concat,
  disposable,
  dispose,
  expectOptions,
  gather,
  keep,
  ResidualError,
  range,
  reshape,
  sliceAxis,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@residual/tensor';
import { extent } from './mask.js';

/** Keys and values of one attention, each [batch, kvHeads, capacity, headDim]. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Settings of a cache. */
export interface CacheOptions {
  /** The longest sequence it may ever hold. */
  readonly positions: number;
  /** Room it begins with, 64 if absent; it doubles as it grows. */
  readonly smallest?: number;
}

/** The paths of the attentions that a cache holds keys and values of, in the order in which they came; those of memories apart. */
export interface CachePaths {
  readonly entries: readonly string[];
  readonly memories: readonly string[];
}

/**
 * Keys and values of the positions so far, by the path of the attention that made them, and those of a memory. Capacity grows through a few sizes, so that
 * shapes stay the same for many steps. The cache owns its tensors; `dispose` frees them.
 */
export class Cache implements Disposable {
  /** Frees everything, at the end of a scope that is `using` it. */
  declare readonly [Symbol.dispose]: () => void;
  /** How many positions are filled. */
  length = 0;
  /** The row whose keys each row reads at each place, int32 [batch, capacity], for the steps that follow; each its own if absent. Whoever sets it disposes it. */
  source: Tensor | undefined;
  /** Tables of positions that have grown with the cache; they are freed with it. */
  readonly tables: GrownTables = new GrownTables();
  private capacity = 0;
  private readonly buckets: readonly number[];
  private readonly entries = new Map<string, KeysAndValues>();
  private readonly memories = new Map<string, KeysAndValues>();

  constructor(options: CacheOptions) {
    disposable(this, () => this.dispose());
    expectOptions('Cache', options, { positions: 1, smallest: 0 });
    const { positions, smallest = 64 } = options;
    if (!Number.isInteger(positions) || positions < 1 || !Number.isInteger(smallest) || smallest < 1)
      throw new ResidualError(
        'range',
        `Cache: positions is ${positions} and smallest ${smallest}; they must be whole numbers above 0`,
      );
    const buckets: number[] = [];
    for (let size = smallest; size < positions; size *= 2) buckets.push(size);
    this.buckets = [...buckets, positions];
  }

  /**
   * Runs a step on `length` more positions: `run` gets a scope with the cache, the `places` of the step and its `extent` (padding that was there
   * stays), and what it gives is given on. If it throws, the positions do not count as filled.
   */
  step<Result>(length: number, run: (scope: Scope) => Result, scope: Scope = emptyScope): Result {
    this.reserve(length);
    const first = this.length;
    const result = tidy(() => {
      const position = tensor([first], [1], 'int32');
      const ids = reshape(add(range(length), position), [1, length]);
      return run(
        scope
          .with(cache, this)
          .with(places, { ids, total: first + length, capacity: this.capacity, tables: this.tables })
          .with(extent, { ...scope.get(extent), position }),
      );
    });
    this.length = first + length;
    return result;
  }

  /** Makes room for `more` positions; the arrays that exist grow to the next size. Errors when they are more than the cache may hold. */
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
    for (const [path, { key, value }] of this.entries)
      this.entries.set(path, { key: grown(key, next), value: grown(value, next) });
    this.capacity = next;
  }

  /** How many keys a step of `more` positions will be shown: the capacity, after making room for them. */
  roomFor(more: number): number {
    this.reserve(more);
    return this.capacity;
  }

  /** Writes keys and values [batch, kvHeads, length, headDim] at `position` int32 [1] and gives all there are: what `selfAttention` calls. */
  append(path: string, key: Tensor, value: Tensor, position: Tensor): KeysAndValues {
    this.reserve(key.shape[2]!);
    const held = this.entries.get(path) ?? { key: this.empty(key), value: this.empty(value) };
    this.entries.set(path, held);
    const keys = { ...held, key: keep(appendToCache(held.key, key, position)) };
    this.entries.set(path, keys); // appendToCache has disposed the old ones
    const both = { ...keys, value: keep(appendToCache(held.value, value, position)) };
    this.entries.set(path, both);
    return both;
  }

  /** Keys and values of a memory: made once, then read. Another memory needs another cache. */
  memory(path: string, make: () => KeysAndValues): KeysAndValues {
    const held = this.memories.get(path);
    if (held) return held;
    const made = make();
    this.memories.set(path, { key: keep(made.key), value: keep(made.value) });
    return made;
  }

  /** Where its tensors belong. */
  get paths(): CachePaths {
    return { entries: [...this.entries.keys()], memories: [...this.memories.keys()] };
  }

  /** Fills an empty cache with what a replayed first step made of another one: `tensors`, then `memoryTensors`. */
  fill({ entries, memories }: CachePaths, made: readonly Tensor[]): void {
    putAt(this.entries, entries, made);
    putAt(this.memories, memories, made.slice(2 * entries.length));
  }

  /** Its keys and values in the order in which they came, without those of memories: what a recorded step takes over and gives. */
  get tensors(): readonly Tensor[] {
    return [...this.entries.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** The keys and values of memories in the order in which they came. */
  get memoryTensors(): readonly Tensor[] {
    return [...this.memories.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** Puts what a replayed step gave in their place, in the same order; the old ones are freed. */
  set tensors(next: readonly Tensor[]) {
    const old = this.tensors;
    if (next.length !== old.length)
      throw new ResidualError('cache', `Cache: ${next.length} tensors cannot stand in the place of ${old.length}`);
    putAt(this.entries, [...this.entries.keys()], next);
    for (const x of old) if (!next.includes(x)) x.dispose();
  }

  /** Each row `count` times, one after another: the beams of a text begin with what it has read. Memories stay as they are. */
  repeat(count: number): void {
    this.change(x => {
      const rows = Int32Array.from({ length: x.shape[0]! * count }, (_, i) => Math.floor(i / count));
      return this.chosen(x, rows);
    });
  }

  /** Goes on with some rows only, in this order, and with some memories: what belongs to the others is freed. */
  keep(rows: readonly number[], memories: readonly number[]): void {
    this.change(x => this.chosen(x, Int32Array.from(rows)));
    const order = Int32Array.from(memories);
    for (const [path, both] of this.memories)
      this.memories.set(
        path,
        replaced(both, x => keep(gather(x, tensor(order, [order.length], 'int32'), 0))),
      );
  }

  /** Frees everything; the cache is empty again. */
  dispose(): void {
    for (const { key, value } of [...this.entries.values(), ...this.memories.values()]) dispose([key, value]);
    this.entries.clear();
    this.memories.clear();
    this.tables.dispose();
    this.length = 0;
    this.capacity = 0;
  }

  private empty(x: Tensor, batch: number = x.shape[0]!): Tensor {
    const [, kvHeads, , headDim] = x.shape as [number, number, number, number];
    return keep(zeros([batch, kvHeads, this.capacity, headDim]));
  }

  private change(make: (x: Tensor) => Tensor): void {
    for (const [path, both] of this.entries) this.entries.set(path, replaced(both, make));
  }

  /** Rows of x in another order, with the same room: only places that are filled are copied. */
  private chosen(x: Tensor, rows: Int32Array): Tensor {
    const filled = gather(sliceAxis(x, 2, 0, this.length), tensor(rows, [rows.length], 'int32'), 0);
    return keep(appendToCache(this.empty(x, rows.length), filled, tensor([0], [1], 'int32')));
  }
}

/** The slot of the cache; attention without one reads only what it is given. */
export const cache = /* @__PURE__ */ slot<Cache>('cache');

/** Keeps keys and values, which stand in turn, under their paths. */
function putAt(held: Map<string, KeysAndValues>, paths: readonly string[], tensors: readonly Tensor[]): void {
  for (const [i, path] of paths.entries())
    held.set(path, { key: keep(tensors[2 * i]!), value: keep(tensors[2 * i + 1]!) });
}

/** Keys and values made of others, which are freed. */
function replaced({ key, value }: KeysAndValues, make: (x: Tensor) => Tensor): KeysAndValues {
  const next = tidy(() => ({ key: make(key), value: make(value) }));
  dispose([key, value]);
  return next;
}

function grown(x: Tensor, capacity: number): Tensor {
  const [batch, kvHeads, length, headDim] = x.shape as [number, number, number, number];
  const next = tidy(() => keep(concat([x, zeros([batch, kvHeads, capacity - length, headDim])], 2)));
  x.dispose();
  return next;
}
