import { beamIndices, Cache, cache, keyRange } from '@residual/attention';
import { type Scope, stepPositions } from '@residual/layers';
import { type KeyRange, type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { CapturedSteps, NamedTensors } from './captured-steps.js';

/** The options of a `CachedBatch`. */
export interface CachedBatchOptions {
  /** The model: ids int32 [batch, length] to the logits that `logitPositions` asks for, [batch, 1, vocab]. */
  readonly run: (ids: Tensor, scope: Scope) => Tensor;
  /** How many tokens a sequence may have, padding included. */
  readonly maxLength: number;
  /** How many positions of padding precede each sequence. */
  readonly padding: readonly number[];
  /** How many consecutive sequences, the beams, belong to each text; default 1. */
  readonly beams?: number;
  /** The scope in which the model runs: taps and replacements. */
  readonly scope: Scope;
  /** The initial capacity of the cache in positions; default 64. */
  readonly initialCapacity?: number;
  /** Steps of one token are captured and replayed while sequences are at most this long; default 0, never. */
  readonly captureUntil?: number;
  /** The graphs of the model, which its owner clears. */
  readonly capturedSteps: CapturedSteps;
  /** What `run` reads besides the ids, such as the encoded sources. */
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

/** What the decoder reads besides its own sequences: one source for each text. */
export interface Sources {
  /** The range of each memory that is not padding; every step reads it. */
  readonly mask: KeyRange;
  /** The encoder output, read by the first step; later steps read its keys and values from the cache. */
  readonly memory: Tensor;
  /** The number of tokens of each source, without padding. */
  readonly lengths: readonly number[];
  /** Keeps the sources of some texts, in this order. */
  compact(texts: readonly number[]): void;
  dispose(): void;
}

/**
 * A batch of sequences and their key-value cache. The cache holds the tokens fed so far; `feed` adds tokens and returns
 * the logits after the last one. Sequences of different lengths are padded on the left. The batch owns its cache and
 * its sources; `dispose` frees them.
 */
export class CachedBatch {
  private readonly options: CachedBatchOptions;
  private readonly cache: Cache;
  private padding: readonly number[];
  /**
   * For each sequence and position, the row of the cache that holds it; undefined while each sequence reads its own
   * row.
   */
  private beamTable: readonly Int32Array[] | undefined;
  /** Sequences of each text. */
  beams: number;

  constructor(options: CachedBatchOptions) {
    this.options = options;
    this.padding = options.padding;
    this.beams = options.beams ?? 1;
    this.cache = new Cache({ maxPositions: options.maxLength, initialCapacity: options.initialCapacity ?? 64 });
  }

  /** The number of positions filled, padding included. */
  get length(): number {
    return this.cache.length;
  }

  /** The number of tokens in the source of each sequence; undefined without sources. */
  get sourceLengths(): readonly number[] | undefined {
    return this.options.sources?.lengths.flatMap(length => Array<number>(this.beams).fill(length));
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
  feed(
    ids: readonly (readonly number[])[],
    paddedLength = ids[0]!.length,
    total = this.length + ids[0]!.length,
  ): Tensor {
    const { padding } = this;
    const { maxLength, captureUntil = 0, capturedSteps, sources } = this.options;
    const length = ids[0]!.length;
    const past = this.cache.length;
    const keyLen = this.cache.ensureCapacity(paddedLength);
    const padded = (values: readonly number[]) => Array.from({ length: paddedLength }, (_, i) => values[i] ?? 0);
    const distinct = padding.every(pad => pad === padding[0]) ? padding.slice(0, 1) : padding;
    const positionIds = distinct.flatMap(pad =>
      padded([]).map((_, i) => Math.min(Math.max(past + i - pad, 0), maxLength - 1)),
    );
    const hasPadding = padding.some(pad => pad > 0);
    const logits = tidy(() => {
      const inputs: StepInputs = {
        ids: tensor(ids.flatMap(padded), [ids.length, paddedLength], 'int32'),
        positionIds: tensor(positionIds, [distinct.length, paddedLength], 'int32'),
        cachePosition: tensor([past], [1], 'int32'),
        keyStart: hasPadding ? tensor(padding, [padding.length], 'int32') : undefined,
        beamTable: this.beamTableOf(keyLen),
      };
      const run = () => this.run(inputs, length - 1, { totalLength: total, capacity: keyLen });
      if (paddedLength > 1 || total > captureUntil) return run();
      const changing = { ...inputs, keyEnd: sources?.mask.keyEnd };
      if (past > 0) return capturedSteps.step(changing, this.cache, run);
      return sources ? capturedSteps.first({ ...changing, memory: sources.memory }, this.cache, run) : run();
    });
    this.cache.length += length;
    this.beamTable = this.beamTable?.map((table, row) =>
      withCapacity(table, keyLen, row).fill(row, past, past + length),
    );
    return logits;
  }

  /** Runs the model without replay; returns the logits at index `last`. */
  private run(
    { ids, positionIds, cachePosition, keyStart, beamTable }: StepInputs,
    last: number,
    lengths: { readonly totalLength: number; readonly capacity: number },
  ): Tensor {
    const { run, scope } = this.options;
    const range: KeyRange = { position: cachePosition, ...(keyStart && { keyStart }) };
    const inner = scope
      .with(stepPositions, { positionIds, ...lengths, tables: this.cache.tables })
      .with(keyRange, range)
      .with(cache, this.cache)
      .with(logitPositions, tensor([last], [1], 'int32'));
    return run(ids, beamTable ? inner.with(beamIndices, beamTable) : inner);
  }

  /** Repeats each sequence `count` times: the beams of a text start from the same prompt. */
  repeat(count: number): void {
    this.cache.repeatInterleave(count);
    this.beams *= count;
    this.padding = this.padding.flatMap(pad => Array<number>(count).fill(pad));
  }

  /**
   * Makes sequence i continue what was sequence `parents[i]`. Nothing moves in the cache; attention reads by a table.
   */
  reorder(parents: ArrayLike<number>): void {
    const rows = Array.from({ length: this.padding.length }, (_, row) => parents[row]!);
    if (rows.every((parent, row) => parent === row)) return;
    const before = this.beamTable ?? rows.map((_, row) => new Int32Array(this.length).fill(row));
    this.beamTable = rows.map(parent => before[parent]!.slice());
  }

  /** Keeps some of the texts, in this order, and frees the others. */
  compact(texts: readonly number[]): void {
    const { beams } = this;
    const rows = texts.flatMap(text => Array.from({ length: beams }, (_, beam) => text * beams + beam));
    this.cache.selectSequences(rows, texts);
    this.padding = rows.map(row => this.padding[row]!);
    const newIndices = new Map(rows.map((row, index) => [row, index]));
    this.beamTable = this.beamTable && rows.map(row => this.beamTable![row]!.map(from => newIndices.get(from) ?? 0));
    this.options.sources?.compact(texts);
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
