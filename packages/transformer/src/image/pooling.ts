import { type CrossAttention, keyRange, memoryMask } from '@residual/attention';
import { bind, expectSameWidth, type Layer, layer, type VectorNeed, vector } from '@residual/layers';
import {
  add,
  concat,
  div,
  expectInteger,
  expectOptions,
  less,
  mean,
  mul,
  range,
  reshape,
  sliceAxis,
  sum,
  type Tensor,
  toFloat,
  zeros,
} from '@residual/tensor';
import type { TensorLayer } from '../block.js';

/** A layer without weights from the hidden states of a picture to one vector. */
export interface ImagePooling extends Layer<Record<never, never>, Tensor, Tensor> {}

/** Settings of `meanOfPatches`. */
export interface PatchPoolingOptions {
  /** The number of tokens before the patches, which do not count; 0 if absent. */
  readonly prefix?: number;
}

/**
 * The mean of the patches, [batch, prefix + patches, dim] to [batch, dim]; those that `keyEnd` of the slot `keyRange`
 * hides do not count.
 */
export function meanOfPatches(options: PatchPoolingOptions = {}): ImagePooling {
  expectOptions('meanOfPatches', options, { prefix: 0 });
  const { prefix = 0 } = options;
  expectInteger('meanOfPatches', 'prefix', prefix, { min: 0, code: 'fit' });
  return layer(
    {},
    (_, x: Tensor, scope) => {
      const [batch, length] = x.shape as [number, number];
      const patches = prefix === 0 ? x : sliceAxis(x, 1, prefix, length - prefix);
      const end = scope.get(keyRange)?.keyEnd;
      if (!end) return mean(patches, { axis: 1 });
      const index = reshape(add(range(length - prefix), prefix), [1, length - prefix]);
      const mask = reshape(toFloat(less(index, reshape(end, [batch, 1]))), [batch, length - prefix, 1]);
      return div(sum(mul(patches, mask), { axis: 1 }), sum(mask, { axis: 1 }));
    },
    { name: 'meanOfPatches' },
  );
}

/** Settings of `classAndMeanOfPatches`. */
export interface ClassAndPatchesOptions {
  /** The width of the hidden states. */
  readonly dim: number;
  /** The number of tokens before the patches, of which the first is the class token. */
  readonly prefix: number;
}

/** The class token and the mean of the patches side by side, [batch, prefix + patches, dim] to [batch, 2 dim]. */
export function classAndMeanOfPatches(options: ClassAndPatchesOptions): ImagePooling {
  expectOptions('classAndMeanOfPatches', options, { dim: 1, prefix: 1 });
  const { dim, prefix } = options;
  expectInteger('classAndMeanOfPatches', 'prefix', prefix, { min: 1, code: 'fit' });
  const pool = meanOfPatches({ prefix });
  return layer(
    {},
    (_, x: Tensor, scope) => {
      const batch = x.shape[0]!;
      return concat([reshape(sliceAxis(x, 1, 0, 1), [batch, dim]), pool({}, x, scope)], 1);
    },
    { name: 'classAndMeanOfPatches', inDim: dim, outDim: 2 * dim },
  );
}

/** The parts of `attentionPooling`. */
export interface AttentionPoolingParts {
  /** Reads the hidden states. */
  readonly attention: CrossAttention;
  /** The norm before the MLP. */
  readonly norm: TensorLayer;
  /** Acts on what the attention gives. */
  readonly mlp: TensorLayer;
  /** Width of the hidden states. */
  readonly dim: number;
}

/** The layer of `attentionPooling`. */
export interface AttentionPooling
  extends Layer<
    {
      readonly probe: VectorNeed;
      readonly attention: CrossAttention;
      readonly norm: TensorLayer;
      readonly mlp: TensorLayer;
    },
    Tensor,
    Tensor
  > {}

/**
 * A learned query, the probe, attends to the hidden states: y = attention(probe, x), then y + mlp(norm(y)), [batch,
 * length, dim] to [batch, dim] (Zhai et al. 2022). The slot `keyRange` holds the padding.
 */
export function attentionPooling(parts: AttentionPoolingParts): AttentionPooling {
  expectOptions('attentionPooling', parts, { attention: 1, norm: 1, mlp: 1, dim: 1 });
  const { attention, norm, mlp, dim } = parts;
  expectSameWidth('attentionPooling', { 'the hidden states': { about: { outDim: dim } }, attention, norm, mlp });
  const layers = { attention, norm, mlp };
  return layer(
    { probe: vector([dim]), ...layers },
    (w, memory: Tensor, scope) => {
      const part = bind(layers, w, scope.with(memoryMask, scope.get(keyRange)));
      const batch = memory.shape[0]!;
      const probe = add(zeros([batch, 1, dim]), reshape(w.probe, [1, 1, dim]));
      const y = part.attention({ x: probe, memory });
      return reshape(add(y, part.mlp(part.norm(y))), [batch, dim]);
    },
    { name: 'attentionPooling', inDim: dim, outDim: dim },
  );
}
