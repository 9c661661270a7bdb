import { type Positions, placesOf, type TableNeed, table, type Weights } from '@residual/layers';
import { add, embed, ResidualError, type Tensor } from '@residual/tensor';
import { expectRoom } from './learned.js';

/** Sines and cosines of many wavelengths, added to the input. */
export interface SinusoidalPositions extends Positions<{ table: TableNeed }> {
  readonly positions: number;
}

/**
 * Sinusoidal positions (Vaswani et al. 2017): x [batch, length, dim] plus sin and cos of position / 10000^(2i / dim). Sine and cosine alternate
 * (`interleaved`, as in the paper), or all sines come first (`halves`, as Marian and fairseq store them).
 */
export function sinusoidalPositions({
  positions,
  dim,
  layout = 'interleaved',
}: {
  readonly positions: number;
  readonly dim: number;
  readonly layout?: 'interleaved' | 'halves';
}): SinusoidalPositions {
  if (dim % 2 !== 0)
    throw new ResidualError('fit', `sinusoidalPositions: dim ${dim} is odd; sines and cosines come in pairs`);
  const needs = { table: table([positions, dim], () => sinusoids(positions, dim, layout)) };
  return {
    needs,
    positions,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { ids, total } = placesOf(scope, x.shape[1]!);
      expectRoom('sinusoidalPositions', total, positions);
      return add(x, embed(weights.table, ids));
    },
  };
}

function sinusoids(positions: number, dim: number, layout: 'interleaved' | 'halves'): Float32Array {
  const values = new Float32Array(positions * dim);
  const half = dim / 2;
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position / 10000 ** ((2 * i) / dim);
      const [sine, cosine] = layout === 'interleaved' ? [2 * i, 2 * i + 1] : [i, half + i];
      values[position * dim + sine] = Math.sin(angle);
      values[position * dim + cosine] = Math.cos(angle);
    }
  }
  return values;
}
