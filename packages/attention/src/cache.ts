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
  /** The length of the longest sequence it may hold. */
  readonly maxPositions: number;
  /** The first capacity, in positions; 64 if absent. The capacity doubles as the cache grows. */
  readonly initialCapacity?: number;
}

/** The paths of the attentions whose keys and values a cache holds, in the order of their first use. */
export interface CachePaths {
  readonly selfAttention: readonly string[];
  readonly crossAttention: readonly string[];
}

/**
 * The key-value cache of a model: keys and values of all positions so far by the path of their self-attention, and
 * those of the memory by the path of their cross-attention. The capacity grows through a few sizes, so shapes stay the
 * same for many steps. The cache owns its tensors; `dispose` frees them.
 */
export class Cache implements Disposable {
  /** Calls `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /** The number of filled positions. */
  length = 0;
  /**
   * The sequence whose keys each sequence reads at each position, int32 [batch, capacity], for the following steps
   * (`beam_idx` of Hugging Face); every sequence reads its own if absent. Whoever sets it disposes it.
   */
  beamIndices: Tensor | undefined;
  /** Position tables that grow with the cache; `dispose` frees them. */
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
   * Runs a step on `length` more positions and returns the result of `run`, whose scope holds the cache, the
   * `stepPositions` of the step and its `keyRange` (with the padding of `scope`). If `run` throws, the positions do not
   * count as filled. Errors if the sequence becomes longer than `maxPositions`.
   */
  step<Result>(length: number, run: (scope: Scope) => Result, scope: Scope = emptyScope): Result {
    this.reserve(length);
    const first = this.length;
    const result = tidy(() => {
      const position = tensor([first], [1], 'int32');
      const positionIds = reshape(add(range(length), position), [1, length]);
      return run(
        scope
          .with(cache, this)
          .with(stepPositions, {
            positionIds,
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

  /** Grows the capacity, if needed, for `more` positions. Errors if they exceed `maxPositions`. */
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

  /** Reserves `more` positions and returns the capacity: the keyLen of a step of `more` positions. */
  ensureCapacity(more: number): number {
    this.reserve(more);
    return this.capacity;
  }

  /**
   * Writes keys and values [batch, kvHeads, length, headDim] at `position` int32 [1] and returns all [batch, kvHeads,
   * capacity, headDim].
   */
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

  /** Keys and values of a memory: `make` computes them on the first call only. Another memory needs another cache. */
  crossAttentionEntry(path: string, make: () => KeysAndValues): KeysAndValues {
    const existing = this.crossAttention.get(path);
    if (existing) return existing;
    const created = make();
    this.crossAttention.set(path, { key: keep(created.key), value: keep(created.value) });
    return created;
  }

  /** The paths of the attentions that its tensors belong to. */
  get paths(): CachePaths {
    return { selfAttention: [...this.selfAttention.keys()], crossAttention: [...this.crossAttention.keys()] };
  }

  /**
   * Fills an empty cache with tensors at `paths`, in the order of `selfAttentionTensors`, then `crossAttentionTensors`.
   */
  fill({ selfAttention, crossAttention }: CachePaths, tensors: readonly Tensor[]): void {
    setEntries(this.selfAttention, selfAttention, tensors);
    setEntries(this.crossAttention, crossAttention, tensors.slice(2 * selfAttention.length));
  }

  /** Keys and values of self-attention in the order of `paths`: the inputs and outputs of a captured step. */
  get selfAttentionTensors(): readonly Tensor[] {
    return [...this.selfAttention.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** Keys and values of cross-attention in the order of `paths`. */
  get crossAttentionTensors(): readonly Tensor[] {
    return [...this.crossAttention.values()].flatMap(({ key, value }) => [key, value]);
  }

  /** Replaces them by the outputs of a replayed step, in the same order; frees the old ones. */
  set selfAttentionTensors(next: readonly Tensor[]) {
    const old = this.selfAttentionTensors;
    if (next.length !== old.length)
      throw new ResidualError('cache', `Cache: ${next.length} tensors cannot replace ${old.length}`);
    setEntries(this.selfAttention, [...this.selfAttention.keys()], next);
    for (const x of old) if (!next.includes(x)) x.dispose();
  }

  /**
   * Repeats each sequence `count` times, for the beams of a text (torch.repeat_interleave). Keys and values of memories
   * are not repeated.
   */
  repeatInterleave(count: number): void {
    this.updateAll(x => {
      const rows = Int32Array.from({ length: x.shape[0]! * count }, (_, i) => Math.floor(i / count));
      return this.selectRows(x, rows);
    });
  }

  /** Keeps only these sequences and memories, in this order, and frees the others. */
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
    for (const [path, entry] of this.selfAttention) this.selfAttention.set(path, mapEntry(entry, make));
  }

  /** Selects rows of x [batch, ...] in a new order, at the same capacity; copies filled positions only. */
  private selectRows(x: Tensor, rows: Int32Array): Tensor {
    const filled = gather(sliceAxis(x, 2, 0, this.length), tensor(rows, [rows.length], 'int32'), 0);
    return keep(appendToCache(this.zerosLike(x, rows.length), filled, tensor([0], [1], 'int32')));
  }
}

/** The slot for the cache; without one, attention sees only the positions of its input. */
export const cache = /* @__PURE__ */ slot<Cache>('cache');

/** Stores alternating keys and values under their paths. */
function setEntries(entries: Map<string, KeysAndValues>, paths: readonly string[], tensors: readonly Tensor[]): void {
  for (const [i, path] of paths.entries())
    entries.set(path, { key: keep(tensors[2 * i]!), value: keep(tensors[2 * i + 1]!) });
}

/** Applies `make` to key and value, and disposes the old ones. */
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
