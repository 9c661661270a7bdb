import { Cache, cache, extent } from '@residual/attention';
import { places, type Scope } from '@residual/layers';
import { type Extent, type Tensor, tensor, tidy } from '@residual/tensor';
import { readout } from '@residual/transformer';

/** Settings of a `Decoding`. */
export interface DecodingOptions {
  /** Ids int32 [batch, length] to the logits that `readout` asks for, [batch, 1, vocab]. */
  readonly run: (ids: Tensor, scope: Scope) => Tensor;
  readonly positions: number;
  /** How many places of padding stand before each row. */
  readonly padding: readonly number[];
  /** How many rows, one beside the other, belong to each text; 1 if absent. */
  readonly beams?: number;
  readonly scope: Scope;
  /** What `run` reads beside the ids, such as the encoded sources. */
  readonly sources?: Sources;
}

/** What rows read beside themselves, one for each text. */
export interface Sources {
  /** Goes on with those of some texts, in this order. */
  keep(texts: readonly number[]): void;
  dispose(): void;
}

/**
 * A batch of rows on their way: what was fed so far is in the cache, `feed` adds tokens and gives the logits that follow the last one. Rows of different
 * length are padded on the left. It owns its cache; `dispose` frees it.
 */
export class Decoding {
  private readonly options: DecodingOptions;
  private readonly cache: Cache;
  private padding: readonly number[];
  /** By row and place, the row of the cache that holds it; undefined while each row holds its own. */
  private source: readonly Int32Array[] | undefined;
  /** Rows of each text. */
  private beams: number;

  constructor(options: DecodingOptions) {
    this.options = options;
    this.padding = options.padding;
    this.beams = options.beams ?? 1;
    this.cache = new Cache({ positions: options.positions });
  }

  /** How many places are filled, padding included. */
  get length(): number {
    return this.cache.length;
  }

  /** Whether `more` places fit behind those that are filled. */
  fits(more: number): boolean {
    return this.cache.length + more <= this.options.positions;
  }

  /**
   * Feeds the same number of tokens to every row, ids [batch][length], and gives the logits after the last: [batch, 1, vocab], which the caller disposes.
   * `length` is rounded up to `shape` by tokens that leave no trace, so that a GPU compiles its programs for few shapes. `total` is how long the rows are by
   * the end of what is fed in several pieces: positions that follow the length count it as one.
   */
  feed(ids: readonly (readonly number[])[], shape = ids[0]!.length, total = this.length + ids[0]!.length): Tensor {
    const { run, scope, positions } = this.options;
    const { padding } = this;
    const length = ids[0]!.length;
    const past = this.cache.length;
    const keyLen = this.cache.roomFor(shape);
    const logits = tidy(() => {
      this.cache.source = this.sourceOf(keyLen);
      const row = (values: readonly number[]) => Array.from({ length: shape }, (_, i) => values[i] ?? 0);
      const spread = padding.every(pad => pad === padding[0]) ? padding.slice(0, 1) : padding;
      const at = spread.flatMap(pad => row([]).map((_, i) => Math.min(Math.max(past + i - pad, 0), positions - 1)));
      const where: Extent = {
        position: tensor([past], [1], 'int32'),
        ...(padding.some(pad => pad > 0) && { keyStart: tensor(padding, [padding.length], 'int32') }),
      };
      const inner = scope
        .with(places, { ids: tensor(at, [spread.length, shape], 'int32'), total })
        .with(extent, where)
        .with(cache, this.cache)
        .with(readout, tensor([length - 1], [1], 'int32'));
      return run(tensor(ids.flatMap(row), [ids.length, shape], 'int32'), inner);
    });
    this.cache.source = undefined;
    this.cache.length += length;
    this.source?.forEach((places, row) => {
      places.fill(row, past, past + length);
    });
    return logits;
  }

  /** Each row `count` times: the beams of a text begin with what it has read. */
  repeat(count: number): void {
    this.cache.repeat(count);
    this.beams *= count;
    this.padding = this.padding.flatMap(pad => Array<number>(count).fill(pad));
  }

  /** Lets each row go on from another: row i is now what row `parents[i]` was. Nothing moves in the cache; reading follows a table. */
  reorder(parents: ArrayLike<number>): void {
    const rows = Array.from({ length: this.padding.length }, (_, row) => parents[row]!);
    if (rows.every((parent, row) => parent === row)) return;
    const { positions } = this.options;
    const before = this.source ?? rows.map((_, row) => new Int32Array(positions).fill(row));
    this.source = rows.map(parent => before[parent]!.slice());
  }

  /** Goes on with some of the texts only, in this order, and frees what belongs to the others. */
  keep(texts: readonly number[]): void {
    const { beams } = this;
    const rows = texts.flatMap(text => Array.from({ length: beams }, (_, beam) => text * beams + beam));
    this.cache.keep(rows, texts);
    this.padding = rows.map(row => this.padding[row]!);
    const places = new Map(rows.map((row, at) => [row, at]));
    this.source = this.source && rows.map(row => this.source![row]!.map(from => places.get(from) ?? 0));
    this.options.sources?.keep(texts);
  }

  /** The table for `keyLen` places, int32 [rows, keyLen]. */
  private sourceOf(keyLen: number): Tensor | undefined {
    if (!this.source) return undefined;
    const values = new Int32Array(this.source.length * keyLen);
    for (const [row, places] of this.source.entries()) {
      values.set(places.subarray(0, this.cache.length), row * keyLen);
      values.fill(row, row * keyLen + this.cache.length, (row + 1) * keyLen);
    }
    return tensor(values, [this.source.length, keyLen], 'int32');
  }

  /** Frees the cache and the sources. */
  dispose(): void {
    this.cache.dispose();
    this.options.sources?.dispose();
  }
}
