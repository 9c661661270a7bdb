import type { PositionEncoding } from '@residual/layers';
import {
  expectInteger,
  expectOptions,
  expectValue,
  range,
  reshape,
  rotate,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { type PatchGrid, sharedGrid } from './patch-grid.js';

/** The position encoding of `patchRotary`. */
export interface PatchRotary extends PositionEncoding<Record<never, never>> {
  readonly headDim: number;
}

/** Settings of `patchRotary`. */
export interface PatchRotaryOptions {
  /** Width of a head, a multiple of 4. */
  readonly headDim: number;
  /** The number of tokens before the patches, which are not rotated; 0 if absent. */
  readonly prefix?: number;
  /** The base of the wavelengths; 100 if absent. */
  readonly base?: number;
}

/**
 * Rotary positions over the patches of a picture (Siméoni et al. 2025, DINOv3) on queries and keys [batch, heads,
 * prefix + patches, headDim]: the centre of each patch has coordinates from -1 to 1 along the height and the width, and
 * each turns a half of the pairs by 2π · coordinate · base^(-4i / headDim). Pairs are (i, i + headDim / 2). Pictures of
 * any size have the same range of coordinates.
 */
export function patchRotary(options: PatchRotaryOptions): PatchRotary {
  expectOptions('patchRotary', options, { headDim: 1, prefix: 0, base: 0 });
  const { headDim, prefix = 0, base = 100 } = options;
  expectInteger('patchRotary', 'prefix', prefix, { min: 0, code: 'fit' });
  expectValue(headDim % 4 === 0, 'patchRotary', 'headDim', headDim, 'a multiple of 4', 'fit');
  expectValue(Number.isFinite(base) && base > 0, 'patchRotary', 'base', base, 'a number above 0', 'range');
  let latest: { grid: PatchGrid; cos: Float32Array; sin: Float32Array } | undefined; // shared by all blocks of a pass
  const anglesOf = (grid: PatchGrid) => {
    if (latest?.grid.rows !== grid.rows || latest.grid.columns !== grid.columns)
      latest = { grid, ...waves(grid, { pairs: headDim / 2, prefix, base }) };
    return latest;
  };
  return {
    needs: {},
    about: { name: 'patchRotary' },
    headDim,
    onHeads: (_, x: Tensor, scope) => {
      const { cos, sin } = anglesOf(sharedGrid('patchRotary', scope));
      const shape = [cos.length / (headDim / 2), headDim / 2];
      const ids = reshape(range(x.shape[2]!), [1, x.shape[2]!]);
      return rotate(x, { cos: tensor(cos, shape), sin: tensor(sin, shape), ids });
    },
  };
}

interface WaveOptions {
  readonly pairs: number;
  readonly prefix: number;
  readonly base: number;
}

/** Cosines and sines [prefix + rows · columns, pairs] of the angles; those of the prefix are 1 and 0. */
function waves({ rows, columns }: PatchGrid, { pairs, prefix, base }: WaveOptions) {
  const count = prefix + rows * columns;
  const [cos, sin] = [new Float32Array(count * pairs).fill(1), new Float32Array(count * pairs)];
  const half = pairs / 2;
  for (let patch = 0; patch < rows * columns; patch++) {
    const y = (2 * (Math.floor(patch / columns) + 0.5)) / rows - 1;
    const x = (2 * ((patch % columns) + 0.5)) / columns - 1;
    for (let pair = 0; pair < pairs; pair++) {
      const angle = 2 * Math.PI * (pair < half ? y : x) * base ** -((pair % half) / half);
      cos[(prefix + patch) * pairs + pair] = Math.cos(angle);
      sin[(prefix + patch) * pairs + pair] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
