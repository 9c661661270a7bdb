import {
  emptyScope,
  PositionTableCache,
  RecurrentStates,
  recurrentStates,
  type Scope,
  slot,
  stepPositions,
} from '@residual/layers';
import {
  add,
  appendToCache,
  type CacheForm,
  type CacheTensor,
  cacheFormOf,
  cacheOf,
  cacheTensor,
  concat,
  disposable,
  dispose,
  emptyCache,
  expectCacheForm,
  expectOptions,
  packCache,
  ResidualError,
  range,
  reshape,
  resizeCache,
  sliceAxis,
  type Tensor,
  tensor,
  tidy,
  unpackCache,
} from '@residual/tensor';
import { CachedStates, type KeysAndValues } from './cached-states.js';
import { keyRange } from './mask.js';

/** Settings of a cache. */
export interface CacheOptions {
  /** The length of the longest sequence it may hold. */
  readonly maxPositions: number;
  /** The first capacity, in positions; 64 if absent. The capacity doubles as the cache grows. */
  readonly initialCapacity?: number;
  /**
   * How keys and values are stored: `f32`, the default, `f16` in half the bytes, or `int8` in little more than a
   * quarter.
   */
  readonly form?: CacheForm;
  /** Whether `dropPositions` may be called, so that attentions refuse keys that cannot move; false if absent. */
  readonly mayDrop?: boolean;
}

/** Positions that were dropped, and the attentions whose keys and values still hold them. */
interface Dropped {
  readonly keep: number;
  readonly count: number;
  /** How many positions were filled before. */
  readonly filled: number;
  readonly paths: Set<string>;
}

/**
 * The cache of a model: keys and values of all positions so far by the path of their self-attention, those of the
 * memory by the path of their cross-attention, and the states of recurrent layers. The capacity grows through a few
 * sizes, so shapes stay the same for many steps. The cache owns its tensors; `dispose` frees them.
 */
export class Cache implements Disposable {
  /** Calls `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /** Keys and values of the sequences, [batch, kvHeads, capacity, headDim]. */
  readonly selfAttention: CachedStates = new CachedStates();
  /** Keys and values of the memories, [memories, kvHeads, keyLen, headDim]. */
  readonly crossAttention: CachedStates = new CachedStates();
  /** The states of recurrent layers, each [batch, ...]. */
  readonly recurrent: RecurrentStates = new RecurrentStates();
  /** Position tables that grow with the cache; `dispose` frees them. */
  readonly tables: PositionTableCache = new PositionTableCache();
  /** How keys and values are stored. */
  readonly form: CacheForm;
  /** Whether positions may be dropped. */
  readonly mayDrop: boolean;
  private dropped: Dropped | undefined;
  private filled = 0;
  private capacity = 0;
  private readonly capacities: readonly number[];

  constructor(options: CacheOptions) {
    disposable(this, () => this.dispose());
    expectOptions('Cache', options, { maxPositions: 1, initialCapacity: 0, form: 0, mayDrop: 0 });
    const { form = 'f32', mayDrop = false } = options;
    expectCacheForm('Cache', form);
    this.form = form;
    this.mayDrop = mayDrop;
    this.capacities = capacitiesOf(options);
  }

  /**
   * The number of filled positions. A caller that runs steps without `step` adds to it. It may go back over keys and
   * values, which the next step then overwrites; with states of recurrent layers that is an error.
   */
  get length(): number {
    return this.filled;
  }

  set length(length: number) {
    if (length < this.filled && !this.recurrent.isEmpty)
      throw new ResidualError(
        'cache',
        `Cache: recurrent states have read ${this.filled} positions and cannot go back to ${length}; dispose the ` +
          'cache and read them again',
      );
    this.filled = length;
  }

  /** The scope with this cache, in which attentions and recurrent layers find what they keep. */
  inScope(scope: Scope): Scope {
    return scope.with(cache, this).with(recurrentStates, this.recurrent);
  }

  /**
   * Runs a step on `length` more positions and returns the result of `run`, whose scope holds the cache, the
   * `stepPositions` of the step and its `keyRange` (with the padding of `scope`). If `run` throws, the positions do not
   * count as filled and recurrent layers have the states from before. Errors if the sequence becomes longer than
   * `maxPositions`.
   */
  step<Result>(length: number, run: (scope: Scope) => Result, scope: Scope = emptyScope): Result {
    const capacity = this.ensureCapacity(length);
    const totalLength = this.length + length;
    const step = () => {
      const position = tensor([this.length], [1], 'int32');
      const positionIds = reshape(add(range(length), position), [1, length]);
      return run(
        this.inScope(scope)
          .with(stepPositions, { positionIds, totalLength, capacity, tables: this.tables })
          .with(keyRange, { ...scope.get(keyRange), position }),
      );
    };
    const result = this.recurrent.attempt(() => tidy(step));
    this.length = totalLength;
    return result;
  }

  /**
   * Grows the capacity, if needed, for `more` positions, and returns it: the keyLen of a step of `more` positions.
   * Errors if they exceed `maxPositions`.
   */
  ensureCapacity(more: number): number {
    const needed = this.length + more;
    if (needed <= this.capacity) return this.capacity;
    const next = this.capacities.find(size => size >= needed);
    if (next === undefined)
      throw new ResidualError(
        'positions',
        `Cache: ${this.length} positions and ${more} more are over the ${this.capacities.at(-1)} it may hold`,
      );
    this.selfAttention.update(x => resizeCache(x, { filled: x.shape[2]!, capacity: next }));
    this.capacity = next;
    return next;
  }

  /**
   * Drops `count` positions after the first `keep`: those after them become so many positions earlier (Xiao et al.
   * 2023, arXiv:2309.17453). Each attention moves its keys in its next step, which must not be captured. Errors unless
   * they are filled, for states of recurrent layers, and for positions dropped before that no step has moved yet.
   */
  dropPositions(keep: number, count: number): void {
    const { filled } = this;
    if (!this.mayDrop || this.dropped || !this.recurrent.isEmpty || keep < 0 || count < 1 || keep + count > filled)
      throw new ResidualError(
        'cache',
        `Cache: ${count} positions after the first ${keep} of ${filled} cannot be dropped: it needs \`mayDrop\`, no ` +
          'recurrent states, and a step since the last time',
      );
    const { paths } = this.selfAttention;
    if (paths.length > 0) this.dropped = { keep, count, filled, paths: new Set(paths) };
    this.filled = filled - count;
  }

  /** Whether attentions still hold positions that were dropped. */
  get isMoving(): boolean {
    return this.dropped !== undefined;
  }

  /**
   * Drops of one attention what `dropPositions` named; `move` makes keys [batch, kvHeads, length, headDim] so many
   * positions earlier.
   */
  moveKeys(path: string, move: (keys: Tensor, by: number) => Tensor): void {
    const { dropped, capacity } = this;
    if (!dropped?.paths.delete(path)) return;
    const { keep, count, filled } = dropped;
    const old = this.selfAttention.get(path)!;
    const part = (x: CacheTensor, from: number, length: number) =>
      cacheOf(cacheFormOf(x), sliceAxis(cacheTensor(x), 2, from, length), x.shape[3]!);
    const after = filled - keep - count;
    const without = (x: CacheTensor, moved: (rest: CacheTensor) => CacheTensor) => {
      const kept = [part(x, 0, keep), moved(part(x, keep + count, after))].map(cacheTensor);
      return resizeCache(cacheOf(cacheFormOf(x), concat(kept, 2), x.shape[3]!), { filled: keep + after, capacity });
    };
    const moveAll = (rest: CacheTensor) => packCache(move(unpackCache(rest), count), this.form);
    this.selfAttention.set(
      path,
      tidy(() => ({ key: without(old.key, moveAll), value: without(old.value, rest => rest) })),
    );
    dispose([old.key, old.value]);
    if (dropped.paths.size === 0) this.dropped = undefined;
  }

  /**
   * Writes keys and values [batch, kvHeads, length, headDim] at `position` int32 [1] and returns all [batch, kvHeads,
   * capacity, headDim].
   */
  append(path: string, key: Tensor, value: Tensor, position: Tensor): KeysAndValues {
    const capacity = this.ensureCapacity(key.shape[2]!);
    const states = this.selfAttention;
    const empty = ({ shape: [batch, kvHeads, , width] }: Tensor) =>
      emptyCache(this.form, [batch!, kvHeads!, capacity, width!]);
    const past = states.get(path) ?? states.set(path, { key: empty(key), value: empty(value) });
    // appendToCache disposes the old tensor: its successor is stored before the next call, which may throw
    const keys = states.set(path, { ...past, key: appendToCache(past.key, key, position) });
    return states.set(path, { ...keys, value: appendToCache(past.value, value, position) });
  }

  /** Keys and values of a memory: `make` computes them on the first call only. Another memory needs another cache. */
  crossAttentionEntry(path: string, make: () => { readonly key: Tensor; readonly value: Tensor }): KeysAndValues {
    const entry = this.crossAttention.get(path);
    if (entry) return entry;
    const { key, value } = make();
    return this.crossAttention.set(path, { key: packCache(key, this.form), value: packCache(value, this.form) });
  }

  /**
   * Repeats each sequence `count` times, for the beams of a text (torch.repeat_interleave). Keys and values of memories
   * are not repeated.
   */
  repeatInterleave(count: number): void {
    const repeated = ({ shape: [batch] }: { readonly shape: readonly number[] }) =>
      Array.from({ length: batch! * count }, (_, i) => Math.floor(i / count));
    this.selfAttention.update(x => this.selectFilled(x, repeated(x)));
    const [state] = this.recurrent.tensors;
    if (state) this.recurrent.selectSequences(repeated(state));
  }

  /** Keeps only these sequences and memories, in this order, and frees the others. */
  selectSequences(sequences: readonly number[], memories: readonly number[]): void {
    this.selfAttention.update(x => this.selectFilled(x, sequences));
    this.crossAttention.update(x => selectBatch(x, memories, x.shape[2]!, x.shape[2]!));
    this.recurrent.selectSequences(sequences);
  }

  /** Frees everything; the cache is empty again. */
  dispose(): void {
    this.selfAttention.dispose();
    this.crossAttention.dispose();
    this.recurrent.dispose();
    this.tables.dispose();
    this.dropped = undefined;
    this.filled = 0;
    this.capacity = 0;
  }

  /** Selects sequences of x at the same capacity; copies filled positions only. */
  private selectFilled(x: CacheTensor, sequences: readonly number[]): CacheTensor {
    return selectBatch(x, sequences, this.length, this.capacity);
  }
}

/** The slot for the cache; without one, attention sees only the positions of its input. */
export const cache = /* @__PURE__ */ slot<Cache>('cache');

/**
 * The slot for the sequence whose keys each sequence reads at each position of the cache, int32 [batch, capacity]
 * (`beam_idx` of Hugging Face); without one, every sequence reads its own. No keys move.
 */
export const beamIndices = /* @__PURE__ */ slot<Tensor>('beamIndices');

/** The capacities through which a cache grows: doubled from the first one, up to maxPositions. */
function capacitiesOf({ maxPositions, initialCapacity = 64 }: CacheOptions): number[] {
  if (!Number.isInteger(maxPositions) || maxPositions < 1 || !Number.isInteger(initialCapacity) || initialCapacity < 1)
    throw new ResidualError(
      'range',
      `Cache: maxPositions is ${maxPositions} and initialCapacity ${initialCapacity}; they must be whole numbers ` +
        'above 0',
    );
  const capacities: number[] = [];
  for (let capacity = initialCapacity; capacity < maxPositions; capacity *= 2) capacities.push(capacity);
  return [...capacities, maxPositions];
}

/** Selects sequences of keys or values, in this order, with their `filled` positions. */
function selectBatch(x: CacheTensor, sequences: readonly number[], filled: number, capacity: number): CacheTensor {
  return resizeCache(x, { filled, capacity, sequences: tensor(sequences, [sequences.length], 'int32') });
}
