import {
  bind,
  type Dropout,
  expectPositionEncoding,
  type Layer,
  type Linear,
  layer,
  linear,
  type PositionEncoding,
  type Weights,
} from '@residual/layers';
import { add, concat, expectOptions, mergeLowRank, reshape, sliceAxis, type Tensor, tidy } from '@residual/tensor';
import {
  type AttentionOptions,
  aboutAttention,
  attendToPast,
  attentionOptionNames,
  encodePositions,
  expectAttentionOptions,
} from './attend-heads.js';
import { type HeadDims, headDims, headOptionNames, splitHeads } from './heads.js';
import { projections } from './projections.js';
import { type SelfAttention, type SelfAttentionOptions, selfAttention } from './self-attention.js';

/** The needs of `lowRankValueAttention`: one value-down, and a value-up [modelDim, headDim] for each head. */
export type LowRankValueNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly valueDown: Linear;
  readonly valueUp: readonly Linear[];
  readonly positions: PositionEncoding | undefined;
  readonly dropout: Dropout | undefined;
};

/** The layer of `lowRankValueAttention`. */
export interface LowRankValueAttention extends Layer<LowRankValueNeeds, Tensor, Tensor>, HeadDims {}

/** Settings of `lowRankValueAttention`. */
export interface LowRankValueOptions
  extends AttentionOptions,
    Pick<SelfAttentionOptions, 'modelDim' | 'heads' | 'kvHeads' | 'headDim' | 'positionEncoding'> {}

/**
 * Self-attention with an explicit value map per head: the low-rank matrix [modelDim, modelDim] = value-up [modelDim,
 * headDim] times value-down [headDim, modelDim] turns an attended vector into the vector that the head adds, and the
 * outputs of the heads are summed (the OV circuit of Elhage et al. 2021). x [batch, length, modelDim] to the same. It
 * computes the same as `selfAttention` without biases; `fuseValueUp` converts the weights. Grouped heads share their
 * key and value-down, and each has its own value-up. Taps as in `selfAttention`; `value` is the output of value-down.
 */
export function lowRankValueAttention(options: LowRankValueOptions): LowRankValueAttention {
  const names = { ...headOptionNames, ...attentionOptionNames, positionEncoding: 0 } as const;
  expectOptions('lowRankValueAttention', options, names);
  expectAttentionOptions('lowRankValueAttention', options);
  const { modelDim, heads, positionEncoding, dropout } = options;
  const { kvHeads, headDim } = headDims('lowRankValueAttention', options);
  expectPositionEncoding('lowRankValueAttention', positionEncoding, 'attention', { heads, headDim });
  const dims = { kvHeads, headDim, keyWidth: modelDim };
  const { query, key, value: valueDown } = projections({ modelDim, heads, bias: false }, dims);
  const up = linear({ in: headDim, out: modelDim, bias: false, role: 'output' });
  const valueUp: readonly Linear[] = Array.from({ length: heads }, () => up);
  const parts = { query, key, valueDown };
  const attention = layer(
    { ...parts, valueUp, positions: positionEncoding, dropout },
    (w, x: Tensor, scope) => {
      const { query, key, valueDown } = bind(parts, w, scope);
      const projected = {
        query: splitHeads(query(x), heads),
        key: splitHeads(key(x), kvHeads),
        value: splitHeads(valueDown(x), kvHeads),
      };
      const encoded = encodePositions(projected, positionEncoding, w.positions, scope);
      const attended = attendToPast(encoded, { positionEncoding, weights: w.positions, options }, scope);
      const changes = bind(valueUp, w.valueUp, scope.at('valueUp')).map((up, head) => up(headOf(attended, head)));
      return changes.reduce((sum, change) => add(sum, change));
    },
    { ...aboutAttention('lowRankValueAttention', { modelDim, heads, headDim }), bidirectional: !options.mask?.causal },
  );
  return Object.assign(attention, { heads, kvHeads, headDim });
}

/**
 * Converts low-rank value attention to `selfAttention`: joins the value-ups of all heads into one output projection
 * [modelDim, heads · headDim]. Returns the layer and its weights, which share all other matrices with the given
 * weights. The caller disposes the new output matrix.
 */
export function fuseValueUp(
  options: LowRankValueOptions,
  { query, key, valueDown, valueUp, positions, dropout }: Weights<LowRankValueNeeds>,
): { layer: SelfAttention; weights: Weights<SelfAttention> } {
  const output = tidy(() =>
    concat(
      valueUp.map(({ weight }) => mergeLowRank(weight)),
      1,
    ),
  );
  const layer = selfAttention({ ...options, bias: false });
  const norms = {
    queryNorm: undefined,
    keyNorm: undefined,
    encodedQueryNorm: undefined,
    encodedKeyNorm: undefined,
    outputNorm: undefined,
    outputGate: undefined,
    sinks: undefined,
  };
  const projected = { query, key, value: valueDown, output: { weight: output, bias: undefined } };
  return { layer, weights: { ...projected, ...norms, positions, dropout } };
}

/** Selects one head: [batch, heads, length, headDim] to [batch, length, headDim]. */
function headOf(x: Tensor, head: number): Tensor {
  const [batch, , length, headDim] = x.shape as [number, number, number, number];
  return reshape(sliceAxis(x, 1, head, 1), [batch, length, headDim]);
}
