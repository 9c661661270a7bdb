import { beamIndices, Cache, keyRange } from '@residual/attention';
import { emptyScope, type Scope, type StepPositions, stepPositions } from '@residual/layers';
import { type CacheForm, type KeyRange, type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import { paddedIds, type Sequences } from '../sequences.js';
import type { CapturedSteps, NamedTensors } from './captured-steps.js';
import type { BatchOptions } from './decode-model.js';

/** The options of a `CachedBatch`. */
export interface CachedBatchOptions extends Omit<BatchOptions, 'yieldTurn'> {
  /** The model: ids int32 [batch, length] to the logits at `logitPositions`, [batch, 1, vocab]. */
  readonly forward: (ids: Tensor, scope: Scope) => Tensor;
  /** The initial capacity of the cache in positions; default 64. */
  readonly initialCapacity?: number;
  /** Steps of one token are captured and replayed while sequences are at most this long; default 0, never. */
  readonly captureUntil?: number;
  /** The captured steps of the model; the model owns them. */
  readonly capturedSteps: CapturedSteps;
  /** The encoded sources that `forward` reads besides the ids; the batch takes ownership. */
  readonly sources?: Sources;
}

/** The tensors that differ from step to step, by name. */
interface StepInputs extends NamedTensors {
  readonly ids: Tensor;
  readonly positionIds: Tensor;
  readonly cachePosition: Tensor;
  readonly keyStart: Tensor | undefined;
  readonly beamTable: Tensor | undefined;
}

/** The encoded sources of the prompts, which the decoder reads by cross-attention. */
export interface Sources {
  /** The range of each memory that is not padding; every step reads it. */
  readonly mask: KeyRange;
  /** The encoder output, read by the first step; later steps read its keys and values from the cache. */
  readonly memory: Tensor;
  /** The number of tokens of each source, without padding. */
  readonly lengths: readonly number[];
  /** Keeps the sources of some prompts, in this order. */
  compact(prompts: readonly number[]): void;
  dispose(): void;
}

/**
 * A batch of sequences and their key-value cache. The cache holds the tokens fed so far; `feed` adds tokens and returns
 * the logits after the last one. Sequences of different lengths are padded on the left. The batch owns its cache and
 * its sources; `dispose` frees them.
 */
export class CachedBatch {
  private readonly options: CachedBatchOptions;
  /** The keys, values and states; the batch owns them. */
  readonly cache: Cache;
  /** How many positions of padding precede each sequence. */
  padding: readonly number[];
  /** How many consecutive sequences belong to each prompt. */
  beams: number;
  /**
   * For each sequence and position, the row of the cache that holds it; undefined while each sequence reads its own
   * row.
   */
  private beamTable: readonly Int32Array[] | undefined;
  /** How many tokens of each sequence were dropped after the first ones. */
  dropped = 0;
  /** How many positions, padding included, are before those that may be dropped; undefined if none may be. */
  private readonly keptColumns: number | undefined;

  constructor(options: CachedBatchOptions) {
    this.options = options;
    this.padding = options.padding;
    this.beams = options.beams ?? 1;
    const { maxLength: maxPositions, initialCapacity = 64, cache: form = 'f32', contextKeep } = options;
    const mayDrop = contextKeep !== undefined;
    const padding = Math.max(...this.padding);
    // A sequence after padding goes on where one without has ended.
    this.cache = new Cache({ maxPositions: maxPositions + (mayDrop ? 0 : padding), initialCapacity, form, mayDrop });
    if (mayDrop) this.keptColumns = padding + contextKeep;
  }

  /** The number of positions filled, padding included. */
  get length(): number {
    return this.cache.length;
  }

  /** The number of tokens in the source of each sequence; undefined without sources. */
  get sourceLengths(): readonly number[] | undefined {
    return this.options.sources?.lengths.flatMap(length => Array<number>(this.beams).fill(length));
  }

  /** How many positions a sequence may have. */
  get maxLength(): number {
    return this.options.maxLength;
  }

  /** How keys and values are stored. */
  get form(): CacheForm {
    return this.cache.form;
  }

  /**
   * Goes back to the first `length` positions, so that other tokens follow them; false if recurrent states have read
   * more than that.
   */
  rewind(length: number): boolean {
    if (length < this.length && !this.cache.recurrent.isEmpty) return false;
    this.cache.length = length;
    return true;
  }

  /** Whether it is one sequence without sources that nothing observes or changes. */
  get isPlainSequence(): boolean {
    const { scope, sources } = this.options;
    return this.padding.length === 1 && this.padding[0] === 0 && !sources && scope === emptyScope;
  }

  /** What captures its next step of one token; undefined if that is not to be captured. */
  get capturedSteps(): CapturedSteps | undefined {
    const { captureUntil = 0, capturedSteps } = this.options;
    return this.length < captureUntil && !this.cache.isMoving ? capturedSteps : undefined;
  }

  /** The model: ids int32 [batch, length] to the logits at `logitPositions`. */
  get forward(): (ids: Tensor, scope: Scope) => Tensor {
    return this.options.forward;
  }

  /**
   * Drops the oldest tokens after the first ones, half of the window at a time, until sequences that would be `total`
   * long fit, padding included. Does nothing unless tokens may be dropped.
   */
  dropUntilFits(total: number): void {
    const { keptColumns: keep, maxLength } = this;
    if (keep === undefined || total <= maxLength) return;
    const block = Math.ceil((maxLength - keep) / 2);
    const count = block * Math.ceil((total - maxLength) / block);
    if (this.length > 0) this.cache.dropPositions(keep, count);
    this.dropped += count;
  }

  /** The token of a sequence at a position, padding included; 0 where it has none. */
  tokenAt(tokens: readonly number[], row: number, position: number): number {
    const { keptColumns: keep = 0, dropped } = this;
    return tokens[position - this.padding[row]! + (position < keep ? 0 : dropped)] ?? 0;
  }

  /** Whether `more` positions still fit. */
  fits(more: number): boolean {
    return this.cache.length + more <= this.options.maxLength;
  }

  /**
   * Feeds the same number of tokens to every sequence, ids [batch][length], and returns the logits after the last
   * token, [batch, 1, vocab], which the caller disposes. The length is padded to `paddedLength` with tokens that have
   * no effect, so that a GPU compiles programs for few shapes. `total` is the length of the sequences after all passes
   * of a prompt that is fed in several; position encodings that depend on the length use it.
   */
  feed(ids: Sequences, paddedLength = ids[0]!.length, total = this.length + ids[0]!.length): Tensor {
    return this.run(ids, paddedLength, total, ids[0]!.length - 1);
  }

  /** As `feed`, but returns the logits after each token, [batch, paddedLength, vocab]. */
  feedAll(ids: Sequences, paddedLength = ids[0]!.length): Tensor {
    return this.run(ids, paddedLength, this.length + ids[0]!.length, undefined);
  }

  /** Feeds ids, and returns the logits after the token at index `last`, or after each of them. */
  private run(ids: Sequences, paddedLength: number, total: number, last: number | undefined): Tensor {
    const { captureUntil = 0, capturedSteps, sources } = this.options;
    const length = ids[0]!.length;
    const past = this.length;
    const keyLen = this.cache.ensureCapacity(paddedLength);
    const logits = tidy(() => {
      const inputs = this.stepInputs(ids, paddedLength, keyLen);
      const eager = () =>
        this.runEager(inputs, last, {
          totalLength: Math.min(total, this.maxLength),
          filledLength: total,
          capacity: keyLen,
        });
      const isStep = paddedLength === 1 || last === undefined;
      if (!isStep || total > captureUntil || this.cache.isMoving) return eager();
      const named = { ...inputs, keyEnd: sources?.mask.keyEnd };
      if (past > 0) return capturedSteps.step(named, [this.cache], eager);
      return sources ? capturedSteps.first({ ...named, memory: sources.memory }, this.cache, eager) : eager();
    });
    this.cache.length += length;
    this.beamTable = this.beamTable?.map((table, row) =>
      withCapacity(table, keyLen, row).fill(row, past, past + length),
    );
    return logits;
  }

  /** The inputs of the next step: `paddedLength` new positions, and `keyLen` keys in the cache. */
  private stepInputs(ids: Sequences, paddedLength: number, keyLen: number): StepInputs {
    const { padding, length } = this;
    const lastPosition = this.options.maxLength - 1;
    // Sequences with the same padding share one row of positions.
    const distinct = padding.every(pad => pad === padding[0]) ? padding.slice(0, 1) : padding;
    const positionIds = distinct.flatMap(pad =>
      Array.from({ length: paddedLength }, (_, i) => Math.min(Math.max(length + i - pad, 0), lastPosition)),
    );
    const hasPadding = padding.some(pad => pad > 0);
    return {
      ids: paddedIds(ids, paddedLength),
      positionIds: tensor(positionIds, [distinct.length, paddedLength], 'int32'),
      cachePosition: tensor([length], [1], 'int32'),
      keyStart: hasPadding ? tensor(padding, [padding.length], 'int32') : undefined,
      beamTable: this.beamTableOf(keyLen),
    };
  }

  /** Runs the model without replay; returns the logits at index `last`, [batch, 1, vocab], or at all. */
  private runEager(
    { ids, positionIds, cachePosition, keyStart, beamTable }: StepInputs,
    last: number | undefined,
    lengths: Omit<StepPositions, 'positionIds'>,
  ): Tensor {
    const { forward, scope } = this.options;
    const range: KeyRange = { position: cachePosition, ...(keyStart && { keyStart }) };
    const inner = this.cache
      .inScope(scope)
      .with(stepPositions, { positionIds, ...lengths, tables: this.cache.tables })
      .with(keyRange, range)
      .with(logitPositions, last === undefined ? undefined : tensor([last], [1], 'int32'));
    return forward(ids, beamTable ? inner.with(beamIndices, beamTable) : inner);
  }

  /** Repeats each sequence `count` times: the beams of a prompt start from the same sequence. */
  repeat(count: number): void {
    this.cache.repeatInterleave(count);
    this.beams *= count;
    this.padding = this.padding.flatMap(pad => Array<number>(count).fill(pad));
  }

  /**
   * Makes sequence i continue sequence `parents[i]`. Keys and values do not move: attention reads them by a table. The
   * states of recurrent layers, which are small, are copied.
   */
  reorder(parents: ArrayLike<number>): void {
    const rows = Array.from({ length: this.padding.length }, (_, row) => parents[row]!);
    if (rows.every((parent, row) => parent === row)) return;
    const before = this.beamTable ?? rows.map((_, row) => new Int32Array(this.length).fill(row));
    this.beamTable = rows.map(parent => before[parent]!.slice());
    this.cache.recurrent.selectSequences(rows);
  }

  /** Keeps the sequences of some prompts, in this order, and frees the others. */
  compact(prompts: readonly number[]): void {
    const { beams } = this;
    const rows = prompts.flatMap(prompt => Array.from({ length: beams }, (_, beam) => prompt * beams + beam));
    this.cache.selectSequences(rows, prompts);
    this.padding = rows.map(row => this.padding[row]!);
    const newIndices = new Map(rows.map((row, index) => [row, index]));
    this.beamTable = this.beamTable && rows.map(row => this.beamTable![row]!.map(from => newIndices.get(from) ?? 0));
    this.options.sources?.compact(prompts);
  }

  /** The beam table for `keyLen` positions, int32 [batch, keyLen]; undefined while each sequence reads its own row. */
  private beamTableOf(keyLen: number): Tensor | undefined {
    if (!this.beamTable) return undefined;
    const values = new Int32Array(this.beamTable.length * keyLen);
    for (const [row, table] of this.beamTable.entries()) {
      values.set(table.subarray(0, this.cache.length), row * keyLen);
      values.fill(row, row * keyLen + this.cache.length, (row + 1) * keyLen);
    }
    return tensor(values, [this.beamTable.length, keyLen], 'int32');
  }

  /** Frees the cache and the sources. */
  dispose(): void {
    this.cache.dispose();
    this.options.sources?.dispose();
  }
}

/** The table extended to `capacity`; new entries hold `row`. */
function withCapacity(table: Int32Array, capacity: number, row: number): Int32Array {
  if (table.length >= capacity) return table;
  const next = new Int32Array(capacity).fill(row);
  next.set(table);
  return next;
}
