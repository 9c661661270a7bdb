import { emptyScope, PositionTableCache, type Scope, slot, stepPositions } from '@residual/layers';
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
import { keyRange } from './mask.js';

/** Keys and values of one attention, each [batch, kvHeads, capacity, headDim]. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Settings of a cache. */
export interface CacheOptions {
  /** The longest sequence it may ever hold. */
  readonly maxPositions: number;
  /** Room it begins with, 64 if absent; it doubles as it grows. */
  readonly initialCapacity?: number;
}

/** The paths of the attentions that a cache holds keys and values of, in the order in which they came; those of memories apart. */
export interface CachePaths {
  readonly selfAttention: readonly string[];
  readonly crossAttention: readonly string[];
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
  beamIndices: Tensor | undefined;
  /** Tables of positions that have grown with the cache; they are freed with it. */
  readonly tables: PositionTableCache = new PositionTableCache();
  private capacity = 0;
  private readonly capacities: readonly number[];
  private readonly selfAttention = new Map<string, KeysAndValues>();
  private readonly crossAttention = new Map<string, KeysAndValues>();

  constructor(options: CacheOptions) {
    disposable(this, () => this.dispose());
    expectOptions('Cache', options, { maxPositions: 1, initialCapacity: 0 });
    const { maxPositions, initialCapacity = 64 } = options;
    if (
      !Number.isInteger(maxPositions) ||
      maxPositions < 1 ||
      !Number.isInteger(initialCapacity) ||
      initialCapacity < 1
    )
      throw new ResidualError(
        'range',
        `Cache: maxPositions is ${maxPositions} and initialCapacity ${initialCapacity}; they must be whole numbers above 0`,
      );
    const capacities: number[] = [];
    for (let capacity = initialCapacity; capacity < maxPositions; capacity *= 2) capacities.push(capacity);
    this.capacities = [...capacities, maxPositions];
  }

  /**
   * Runs a step on `length` more positions: `run` gets a scope with the cache, the `stepPositions` of the step and its `keyRange` (padding that was there
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
          .with(stepPositions, {
            positionIds: ids,
            totalLength: first + length,
            capacity: this.capacity,
            tables: this.tables,
          })
          .with(keyRange, { ...scope.get(keyRange), position }),
      );
    });
    this.length = first + length;
    return result;
  }

  /** Makes room for `more` positions; the arrays that exist grow to the next size. Errors when they are more than the cache may hold. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.capacity) return;
    const next = this.capacities.find(size => size >= needed);
    if (next === undefined) {
      throw new ResidualError(
        'positions',
        `Cache: ${this.length} positions and ${more} more are over the ${this.capacities.at(-1)} it may hold`,
      );
    }
    for (const [path, { key, value }] of this.selfAttention)
      this.selfAttention.set(path, { key: growCapacity(key, next), value: growCapacity(value, next) });
    this.capacity = next;
  }

  /** How many keys a step of `more` positions will be shown: the capacity, after making room for them. */
  ensureCapacity(more: number): number {
    this.reserve(more);
    return this.capacity;
  }

  /** Writes keys and values [batch, kvHeads, length, headDim] at `position` int32 [1] and gives all there are: what `selfAttention` calls. */
  append(path: string, key: Tensor, value: Tensor, position: Tensor): KeysAndValues {
    this.reserve(key.shape[2]!);
    const current = this.selfAttention.get(path) ?? { key: this.zerosLike(key), value: this.zerosLike(value) };
    this.selfAttention.set(path, current);
    const keys = { ...current, key: keep(appendToCache(current.key, key, position)) };
    this.selfAttention.set(path, keys); // appendToCache has disposed the old ones
    const updated = { ...keys, value: keep(appendToCache(current.value, value, position)) };
    this.selfAttention.set(path, updated);
    return updated;
  }

  /** Keys and values of a memory: made once, then read. Another memory needs another cache. */
  crossAttentionEntry(path: string, make: () => KeysAndValues): KeysAndValues {
    const existing = this.crossAttention.get(path);
    if (existing) return existing;
    const created = make();
    this.crossAttention.set(path, { key: keep(created.key), value: keep(created.value) });
    return created;
  }

  /** Where its tensors belong. */
  get paths(): CachePaths {
    return { selfAttention: [...this.selfAttention.keys()], crossAttention: [...this.crossAttention.keys()] };
  }

  /** Fills an empty cache with what a replayed first step made of another one: `tensors`, then `memoryTensors`. */
  fill({ selfAttention: entries, crossAttention: memories }: CachePaths, tensors: readonly Tensor[]): void {
    setEntries(this.selfAttention, entries, tensors);
    setEntries(this.crossAttention, memories, tensors.slice(2 * entries.length));
  }

  /** Its keys and values in the order in which they came, without those of memories: what a recorded step takes over and gives. */
  get selfAttentionTensors(): readonly Tensor[] {
    return [...this.selfAttention.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** The keys and values of memories in the order in which they came. */
  get crossAttentionTensors(): readonly Tensor[] {
    return [...this.crossAttention.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** Puts what a replayed step gave in their place, in the same order; the old ones are freed. */
  set selfAttentionTensors(next: readonly Tensor[]) {
    const old = this.selfAttentionTensors;
    if (next.length !== old.length)
      throw new ResidualError('cache', `Cache: ${next.length} tensors cannot stand in the place of ${old.length}`);
    setEntries(this.selfAttention, [...this.selfAttention.keys()], next);
    for (const x of old) if (!next.includes(x)) x.dispose();
  }

  /** Each row `count` times, one after another: the beams of a text begin with what it has read. Memories stay as they are. */
  repeatInterleave(count: number): void {
    this.updateAll(x => {
      const rows = Int32Array.from({ length: x.shape[0]! * count }, (_, i) => Math.floor(i / count));
      return this.selectRows(x, rows);
    });
  }

  /** Goes on with some rows only, in this order, and with some memories: what belongs to the others is freed. */
  selectSequences(sequences: readonly number[], memories: readonly number[]): void {
    this.updateAll(x => this.selectRows(x, Int32Array.from(sequences)));
    const order = Int32Array.from(memories);
    for (const [path, entry] of this.crossAttention)
      this.crossAttention.set(
        path,
        mapEntry(entry, x => keep(gather(x, tensor(order, [order.length], 'int32'), 0))),
      );
  }

  /** Frees everything; the cache is empty again. */
  dispose(): void {
    for (const { key, value } of [...this.selfAttention.values(), ...this.crossAttention.values()])
      dispose([key, value]);
    this.selfAttention.clear();
    this.crossAttention.clear();
    this.tables.dispose();
    this.length = 0;
    this.capacity = 0;
  }

  private zerosLike(x: Tensor, batch: number = x.shape[0]!): Tensor {
    const [, kvHeads, , headDim] = x.shape as [number, number, number, number];
    return keep(zeros([batch, kvHeads, this.capacity, headDim]));
  }

  private updateAll(make: (x: Tensor) => Tensor): void {
    for (const [path, both] of this.selfAttention) this.selfAttention.set(path, mapEntry(both, make));
  }

  /** Rows of x in another order, with the same room: only places that are filled are copied. */
  private selectRows(x: Tensor, rows: Int32Array): Tensor {
    const filled = gather(sliceAxis(x, 2, 0, this.length), tensor(rows, [rows.length], 'int32'), 0);
    return keep(appendToCache(this.zerosLike(x, rows.length), filled, tensor([0], [1], 'int32')));
  }
}

/** The slot of the cache; attention without one reads only what it is given. */
export const cache = /* @__PURE__ */ slot<Cache>('cache');

/** Keeps keys and values, which stand in turn, under their paths. */
function setEntries(entries: Map<string, KeysAndValues>, paths: readonly string[], tensors: readonly Tensor[]): void {
  for (const [i, path] of paths.entries())
    entries.set(path, { key: keep(tensors[2 * i]!), value: keep(tensors[2 * i + 1]!) });
}

/** Keys and values made of others, which are freed. */
function mapEntry({ key, value }: KeysAndValues, make: (x: Tensor) => Tensor): KeysAndValues {
  const next = tidy(() => ({ key: make(key), value: make(value) }));
  dispose([key, value]);
  return next;
}

function growCapacity(x: Tensor, capacity: number): Tensor {
  const [batch, kvHeads, length, headDim] = x.shape as [number, number, number, number];
  const next = tidy(() => keep(concat([x, zeros([batch, kvHeads, capacity - length, headDim])], 2)));
  x.dispose();
  return next;
}
