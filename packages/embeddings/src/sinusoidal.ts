import { type PositionEncoding, stepPositionsOf, type TableNeed, table, type Weights } from '@residual/layers';
import { add, embed, expectOptions, ResidualError, refuseCapture, type Tensor, tensor } from '@residual/tensor';
import { expectMaxPositions } from './max-positions.js';
import { storedRows } from './stored-rows.js';

/** The position encoding of `sinusoidalPositions`. */
export interface SinusoidalPositions extends PositionEncoding<{ readonly table: TableNeed }> {
  readonly maxPositions: number;
  readonly dim: number;
}

/** Settings of `sinusoidalPositions`. */
export interface SinusoidalPositionsOptions {
  /** The length of the longest sequence. */
  readonly maxPositions: number;
  /** Width of the input, even. */
  readonly dim: number;
  /**
   * `interleaved` (the default, as in the paper): sine and cosine alternate. `halves` (as in Marian): all sines come
   * first.
   */
  readonly layout?: 'interleaved' | 'halves';
  /**
   * The exponents: i / (dim / 2) for `exclusive` (the default, as in the paper), i / (dim / 2 - 1) for `inclusive` (as
   * in M2M-100), whose longest wavelength is 2π · 10000.
   */
  readonly spacing?: 'exclusive' | 'inclusive';
  /** The position of the first token; 0 if absent. */
  readonly offset?: number;
}

/**
 * Sinusoidal position encoding (Vaswani et al. 2017): adds the sines and cosines of position / 10000^(2i / dim) to x
 * [batch, length, dim]. The weights hold a table of at most 4 MB; longer sequences get a larger table. Errors if dim is
 * odd. Tap: `embedding`, the rows [1 | batch, length, dim]. Running it errors if a sequence is longer than
 * `maxPositions`.
 */
export function sinusoidalPositions(options: SinusoidalPositionsOptions): SinusoidalPositions {
  const names = { maxPositions: 1, dim: 1, layout: 0, spacing: 0, offset: 0 } as const;
  expectOptions('sinusoidalPositions', options, names);
  const { maxPositions, dim } = options;
  if (dim % 2 !== 0)
    throw new ResidualError('fit', `sinusoidalPositions: dim ${dim} is odd; sines and cosines come in pairs`);
  const tableRows = storedRows(maxPositions, dim);
  const needs = { table: table([tableRows, dim], () => sinusoids(options, tableRows)) };
  return {
    needs,
    about: { name: 'sinusoidalPositions' },
    maxPositions,
    dim,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { positionIds, totalLength, capacity, tables } = stepPositionsOf(scope, x.shape[1]!);
      expectMaxPositions('sinusoidalPositions', totalLength, maxPositions);
      const rowsOf = (rows: Tensor) => scope.tap('embedding', embed(rows, positionIds));
      if ((capacity ?? totalLength) <= tableRows) return add(x, rowsOf(weights.table));
      if (capacity === undefined) refuseCapture('sinusoidalPositions makes a table that depends on the length so far');
      const rows = Math.min(maxPositions, capacity ?? 2 ** Math.ceil(Math.log2(totalLength + x.shape[1]!)));
      const make = () => [tensor(sinusoids(options, rows), [rows, dim])];
      return add(x, rowsOf((tables ? tables.get(needs, rows, make) : make())[0]!));
    },
  };
}

function sinusoids(options: SinusoidalPositionsOptions, positions: number): Float32Array {
  const { dim, layout = 'interleaved', spacing = 'exclusive', offset = 0 } = options;
  const values = new Float32Array(positions * dim);
  const half = dim / 2;
  const steps = spacing === 'exclusive' ? half : half - 1;
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = (position + offset) / 10000 ** (i / steps);
      const [sine, cosine] = layout === 'interleaved' ? [2 * i, 2 * i + 1] : [i, half + i];
      values[position * dim + sine] = Math.sin(angle);
      values[position * dim + cosine] = Math.cos(angle);
    }
  }
  return values;
}
