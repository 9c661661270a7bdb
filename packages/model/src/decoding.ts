import { Cache, cache, extent } from '@residual/attention';
import { places, type Scope, type Weights } from '@residual/layers';
import { type Extent, type Tensor, tensor, tidy } from '@residual/tensor';
import { type LanguageModel, type Part, readout } from '@residual/transformer';

/** Settings of a `Decoding`. */
export interface DecodingOptions {
  readonly model: LanguageModel<Part>;
  readonly weights: Weights<LanguageModel<Part>>;
  readonly positions: number;
  /** How many places of padding stand before each row. */
  readonly padding: readonly number[];
  readonly scope: Scope;
}

/**
 * A batch of rows on their way: what was fed so far is in the cache, `feed` adds tokens and gives the logits that follow the last one. Rows of different
 * length are padded on the left. It owns its cache; `dispose` frees it.
 */
export class Decoding {
  private readonly options: DecodingOptions;
  private readonly cache: Cache;

  constructor(options: DecodingOptions) {
    this.options = options;
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
    const { model, weights, scope, padding, positions } = this.options;
    const length = ids[0]!.length;
    const past = this.cache.length;
    this.cache.reserve(shape);
    const logits = tidy(() => {
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
      return model(weights, tensor(ids.flatMap(row), [ids.length, shape], 'int32'), inner);
    });
    this.cache.length += length;
    return logits;
  }

  /** Frees the cache. */
  dispose(): void {
    this.cache.dispose();
  }
}

/**
 * Logits of the whole of equally long rows in one pass without a cache: ids [batch][length] to [batch, length, vocab]. Padding on the left is hidden from
 * attention; positions count from the first place, padding included.
 */
export function forward(
  { model, weights, scope, padding }: Omit<DecodingOptions, 'positions'>,
  ids: readonly (readonly number[])[],
): Tensor {
  return tidy(() => {
    const rows = tensor(ids.flat(), [ids.length, ids[0]!.length], 'int32');
    const keyStart = padding.some(pad => pad > 0) ? tensor(padding, [padding.length], 'int32') : undefined;
    return model(weights, rows, keyStart ? scope.with(extent, { keyStart }) : scope);
  });
}
