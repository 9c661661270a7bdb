import { expectInteger, expectOptions, expectValue, reshape, type Tensor, transpose } from '@residual/tensor';
import { type Layer, layer } from './layer.js';

/** Settings of `pixelShuffle`. */
export interface PixelShuffleOptions {
  /** Width of the input. */
  readonly in: number;
  /** How many rows and columns each position becomes. */
  readonly factor: number;
}

/** The layer of `pixelShuffle`, which has no weights. */
export interface PixelShuffle extends Layer<Record<never, never>, Tensor, Tensor> {
  readonly factor: number;
}

/**
 * Each position as a square of positions (Shi et al. 2016): x [batch, height, width, in] to [batch, height · factor,
 * width · factor, in / factor²]. The entries of a position are its square row by row, each with its entries.
 */
export function pixelShuffle(options: PixelShuffleOptions): PixelShuffle {
  expectOptions('pixelShuffle', options, { in: 1, factor: 1 });
  const { in: inDim, factor } = options;
  expectInteger('pixelShuffle', 'factor', factor, { min: 1 });
  expectValue(inDim % factor ** 2 === 0, 'pixelShuffle', 'in', inDim, `a multiple of ${factor} · ${factor}`);
  const outDim = inDim / factor ** 2;
  const shuffled = layer(
    {},
    (_, x: Tensor) => {
      const [batch, height, width] = x.shape as [number, number, number, number];
      const rows = reshape(x, [batch * height, width, factor, factor * outDim]);
      return reshape(transpose(rows, [0, 2, 1, 3]), [batch, height * factor, width * factor, outDim]);
    },
    { name: 'pixelShuffle', inDim, outDim },
  );
  return Object.assign(shuffled, { factor });
}
