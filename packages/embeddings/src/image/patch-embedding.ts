import { type Layer, layer, type MatrixNeed, matrix, type VectorNeed, vector } from '@residual/layers';
import {
  expectInteger,
  expectOptions,
  linear,
  ResidualError,
  reshape,
  showShape,
  sliceAxis,
  type Tensor,
  transpose,
} from '@residual/tensor';
import type { PatchGrid } from './patch-grid.js';

/** The layer of `patchEmbedding`. */
export interface PatchEmbedding extends Layer<{ weight: MatrixNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {
  readonly dim: number;
  readonly channels: number;
  /** Height and width of a patch in pixels. */
  readonly patch: readonly [height: number, width: number];
  /** The grid of the patches of a picture of this size; pixels that fill no patch are left out. */
  gridOf(size: { readonly height: number; readonly width: number }): PatchGrid;
}

/** Settings of `patchEmbedding`. */
export interface PatchEmbeddingOptions {
  /** Height and width of a patch in pixels; one number for both. */
  readonly patch: number | readonly [height: number, width: number];
  /** The number of channels of a picture; 3 if absent. */
  readonly channels?: number;
  /** Width of the output. */
  readonly dim: number;
  /** Whether a bias is added; true if absent. */
  readonly bias?: boolean;
}

/**
 * Cuts pictures into patches that do not overlap and maps each by one matrix (Dosovitskiy et al. 2021): [batch, height,
 * width, channels] to [batch, rows · columns, dim], or patches that are cut already, [batch, patches, patch height ·
 * patch width · channels], to [batch, patches, dim]. The weight is [dim, patch height · patch width · channels]. Rows
 * and columns of pixels that fill no patch are left out. Errors if a picture is smaller than a patch.
 */
export function patchEmbedding(options: PatchEmbeddingOptions): PatchEmbedding {
  expectOptions('patchEmbedding', options, { patch: 1, channels: 0, dim: 1, bias: 0 });
  const { channels = 3, dim, bias = true } = options;
  const [height, width] = typeof options.patch === 'number' ? [options.patch, options.patch] : options.patch;
  for (const [name, value] of Object.entries({
    'the height of a patch': height,
    'the width of a patch': width,
    channels,
  }))
    expectInteger('patchEmbedding', name, value, { min: 1, code: 'fit' });
  const size = height * width * channels;
  const gridOf: PatchEmbedding['gridOf'] = picture => ({
    rows: Math.floor(picture.height / height),
    columns: Math.floor(picture.width / width),
  });
  const embedding = layer(
    {
      weight: matrix([dim, size], { inAxes: [height, width, channels] }),
      bias: bias ? vector([dim]) : undefined,
    },
    (w, x: Tensor) => {
      if (x.shape.length === 3 && x.shape[2] === size) return linear(x, w.weight, w.bias);
      return linear(cutPatches(x, { height, width, channels, ...gridOf(sizeOf(x)) }), w.weight, w.bias);
    },
    { name: 'patchEmbedding', outDim: dim, flops: () => 2 * size * dim },
  );
  return Object.assign(embedding, { dim, channels, patch: [height, width] as const, gridOf });
}

const sizeOf = ({ shape }: Tensor) => ({ height: shape[1] ?? 0, width: shape[2] ?? 0 });

interface CutOptions extends PatchGrid {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** [batch, height, width, channels] to [batch, rows · columns, patch height · patch width · channels]. */
function cutPatches(x: Tensor, { height, width, channels, rows, columns }: CutOptions): Tensor {
  const [batch, pixelRows, pixelColumns] = x.shape as [number, number, number, number];
  if (x.shape.length !== 4 || x.shape[3] !== channels || rows < 1 || columns < 1)
    throw new ResidualError(
      'shape',
      `patchEmbedding: pictures ${showShape(x.shape)} are not [batch, height, width, ${channels}] of ` +
        `${height} x ${width} pixels or more, nor patches [batch, patches, ${height * width * channels}]`,
    );
  const isWhole = pixelRows === rows * height && pixelColumns === columns * width;
  const whole = isWhole ? x : cropped(x, rows * height, columns * width);
  const cut = reshape(whole, [batch * rows, height, columns, width * channels]);
  return reshape(transpose(cut, [0, 2, 1, 3]), [batch, rows * columns, height * width * channels]);
}

/** The first rows and columns of pixels. */
function cropped(x: Tensor, rows: number, columns: number): Tensor {
  const upper = rows === x.shape[1] ? x : sliceAxis(x, 1, 0, rows);
  return columns === x.shape[2] ? upper : sliceAxis(upper, 2, 0, columns);
}
