import { Cache, cache, keyRange } from '@residual/attention';
import { type Scope, stepPositions } from '@residual/layers';
import { type KeyRange, type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import { CapturedSteps } from './captured-steps.js';

/** Settings of a `Decoding`. */
export interface DecodeSessionOptions {
  /** Ids int32 [batch, length] to the logits that `logitPositions` asks for, [batch, 1, vocab]. */
  readonly run: (ids: Tensor, scope: Scope) => Tensor;
  /** The longest a row may become. */
  readonly maxLength: number;
  /** How many places of padding stand before each row. */
  readonly padding: readonly number[];
  /** How many rows, one beside the other, belong to each text; 1 if absent. */
  readonly beams?: number;
  /** What the model runs in: who listens, and replacements. */
  readonly scope: Scope;
  /** Room that the cache begins with; 64 if absent. */
  readonly initialCapacity?: number;
  /** While rows are no longer than this, steps of one token are recorded and replayed; not at all if absent. */
  readonly captureUntil?: number;
  /** Recordings that others use too, and own; its own if absent. */
  readonly capturedSteps?: CapturedSteps | undefined;
  /** What `run` reads beside the ids, such as the encoded sources. */
  readonly sources?: Sources;
}

/** The tensors that differ from step to step. */
interface StepInputs {
  readonly ids: Tensor;
  /** Where the tokens stand. */
  readonly positionIds: Tensor;
  readonly cachePosition: Tensor;
  readonly keyStart: Tensor | undefined;
  readonly beamTable: Tensor | undefined;
}

/** What rows read beside themselves, one for each text. */
export interface Sources {
  /** The tensors among them that every step reads. */
  readonly tensors: readonly Tensor[];
  /** What the first step reads too; the cache holds what the others need of it. */
  readonly memory: Tensor | undefined;
  /** How many tokens each source has, without the padding behind them. */
  readonly lengths: readonly number[];
  /** Goes on with those of some texts, in this order. */
  compact(texts: readonly number[]): void;
  dispose(): void;
}

/**
 * A batch of rows on their way: what was fed so far is in the cache, `feed` adds tokens and gives the logits that follow the last one. Rows of different
 * length are padded on the left. It owns its cache; `dispose` frees it.
 */
export class DecodeSession {
  private readonly options: DecodeSessionOptions;
  private readonly cache: Cache;
  private readonly capturedSteps: CapturedSteps;
  private padding: readonly number[];
  /** By row and place, the row of the cache that holds it; undefined while each row holds its own. */
  private beamTable: readonly Int32Array[] | undefined;
  /** Rows of each text. */
  private beams: number;

  constructor(options: DecodeSessionOptions) {
    this.options = options;
    this.padding = options.padding;
    this.beams = options.beams ?? 1;
    this.capturedSteps = options.capturedSteps ?? new CapturedSteps();
    this.cache = new Cache({ maxPositions: options.maxLength, initialCapacity: options.initialCapacity ?? 64 });
  }

  /** How many places are filled, padding included. */
  get length(): number {
    return this.cache.length;
  }

  /** How many tokens the source of each row has; undefined where there are none. */
  get sourceLengths(): readonly number[] | undefined {
    return this.options.sources?.lengths.flatMap(length => Array<number>(this.beams).fill(length));
  }

  /** Whether `more` places fit behind those that are filled. */
  fits(more: number): boolean {
    return this.cache.length + more <= this.options.maxLength;
  }

  /**
   * Feeds the same number of tokens to every row, ids [batch][length], and gives the logits after the last: [batch, 1, vocab], which the caller disposes.
   * `length` is rounded up to `shape` by tokens that leave no trace, so that a GPU compiles its programs for few shapes. `total` is how long the rows are by
   * the end of what is fed in several pieces: positions that follow the length count it as one.
   */
  feed(ids: readonly (readonly number[])[], shape = ids[0]!.length, total = this.length + ids[0]!.length): Tensor {
    const { padding } = this;
    const { maxLength, captureUntil = 0, capturedSteps, sources } = this.options;
    const length = ids[0]!.length;
    const past = this.cache.length;
    const keyLen = this.cache.ensureCapacity(shape);
    const row = (values: readonly number[]) => Array.from({ length: shape }, (_, i) => values[i] ?? 0);
    const spread = padding.every(pad => pad === padding[0]) ? padding.slice(0, 1) : padding;
    const at = spread.flatMap(pad => row([]).map((_, i) => Math.min(Math.max(past + i - pad, 0), maxLength - 1)));
    const padded = padding.some(pad => pad > 0);
    const logits = tidy(() => {
      const inputs: StepInputs = {
        ids: tensor(ids.flatMap(row), [ids.length, shape], 'int32'),
        positionIds: tensor(at, [spread.length, shape], 'int32'),
        cachePosition: tensor([past], [1], 'int32'),
        keyStart: padded ? tensor(padding, [padding.length], 'int32') : undefined,
        beamTable: this.beamTableOf(keyLen),
      };
      const run = () => this.run(inputs, length - 1, { totalLength: total, capacity: keyLen });
      if (shape > 1 || total > captureUntil) return run();
      const changing = [...Object.values(inputs), ...(sources?.tensors ?? [])].filter(each => each !== undefined);
      if (past > 0) return this.capturedSteps.step(changing, this.cache, run);
      const isRepeated = capturedSteps && sources?.memory; // by the batches that follow; one alone takes its first step once
      return isRepeated ? capturedSteps.first([...changing, sources.memory!], this.cache, run) : run();
    });
    this.cache.length += length;
    this.beamTable = this.beamTable?.map((table, row) =>
      withCapacity(table, keyLen, row).fill(row, past, past + length),
    );
    return logits;
  }

  /** The pass as written, of which the logits at `last` are read. */
  private run(
    { ids, positionIds, cachePosition, keyStart, beamTable }: StepInputs,
    last: number,
    lengths: { readonly totalLength: number; readonly capacity: number },
  ): Tensor {
    const { run, scope } = this.options;
    const own = this.cache;
    const range: KeyRange = { position: cachePosition, ...(keyStart && { keyStart }) };
    own.beamIndices = beamTable;
    const inner = scope
      .with(stepPositions, { positionIds, ...lengths, tables: own.tables })
      .with(keyRange, range)
      .with(cache, own)
      .with(logitPositions, tensor([last], [1], 'int32'));
    try {
      return run(ids, inner);
    } finally {
      own.beamIndices = undefined;
    }
  }

  /** Each row `count` times: the beams of a text begin with what it has read. */
  repeat(count: number): void {
    this.cache.repeatInterleave(count);
    this.beams *= count;
    this.padding = this.padding.flatMap(pad => Array<number>(count).fill(pad));
  }

  /** Lets each row go on from another: row i is now what row `parents[i]` was. Nothing moves in the cache; reading follows a table. */
  reorder(parents: ArrayLike<number>): void {
    const rows = Array.from({ length: this.padding.length }, (_, row) => parents[row]!);
    if (rows.every((parent, row) => parent === row)) return;
    const before = this.beamTable ?? rows.map((_, row) => new Int32Array(this.length).fill(row));
    this.beamTable = rows.map(parent => before[parent]!.slice());
  }

  /** Goes on with some of the texts only, in this order, and frees what belongs to the others. */
  compact(texts: readonly number[]): void {
    const { beams } = this;
    const rows = texts.flatMap(text => Array.from({ length: beams }, (_, beam) => text * beams + beam));
    this.cache.selectSequences(rows, texts);
    this.padding = rows.map(row => this.padding[row]!);
    const places = new Map(rows.map((row, at) => [row, at]));
    this.beamTable = this.beamTable && rows.map(row => this.beamTable![row]!.map(from => places.get(from) ?? 0));
    this.options.sources?.compact(texts);
  }

  /** The table for `keyLen` places, int32 [rows, keyLen]. */
  private beamTableOf(keyLen: number): Tensor | undefined {
    if (!this.beamTable) return undefined;
    const values = new Int32Array(this.beamTable.length * keyLen);
    for (const [row, places] of this.beamTable.entries()) {
      values.set(places.subarray(0, this.cache.length), row * keyLen);
      values.fill(row, row * keyLen + this.cache.length, (row + 1) * keyLen);
    }
    return tensor(values, [this.beamTable.length, keyLen], 'int32');
  }

  /** Frees the cache and the sources. */
  dispose(): void {
    if (this.capturedSteps !== this.options.capturedSteps) this.capturedSteps.clear();
    this.cache.dispose();
    this.options.sources?.dispose();
  }
}

/** The same places with room for `capacity`; the new ones hold `row`. */
function withCapacity(table: Int32Array, capacity: number, row: number): Int32Array {
  if (table.length >= capacity) return table;
  const next = new Int32Array(capacity).fill(row);
  next.set(table);
  return next;
}
