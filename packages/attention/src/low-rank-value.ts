import { type Layer, type Linear, layer, linear, type Positions, type Weights } from '@residual/layers';
import { add, concat, dense, reshape, sliceAxis, type Tensor, tidy } from '@residual/tensor';
import { headDims, splitHeads } from './heads.js';
import { biasOf, expectHeadDim, type LookOptions, look, placed } from './mix.js';
import { projections, type SelfAttention, selfAttention, withPast } from './self-attention.js';

/** The weights of attention whose value map is factored: down to headDim, and up again for each head. */
export interface LowRankValueNeeds {
  readonly query: Linear;
  readonly key: Linear;
  readonly valueDown: Linear;
  readonly valueUp: readonly Linear[];
  readonly positions: Positions | undefined;
}

/** Attention with the value map of each head as the product of two thin matrices. */
export interface LowRankValueAttention extends Layer<LowRankValueNeeds, Tensor, Tensor> {}

/** Settings of `lowRankValueAttention`. */
export interface LowRankValueOptions extends LookOptions {
  readonly modelDim: number;
  readonly heads: number;
  readonly headDim?: number;
  readonly positions?: Positions;
}

/**
 * Attention as it is explained: each head turns a vector into what it would add to another one by a value map [modelDim, modelDim] of low rank,
 * value-up [modelDim, headDim] times value-down [headDim, modelDim], and the heads' changes are added. x [batch, length, modelDim] to the same. It is
 * `selfAttention` without biases, written by head: `fuseValueUp` gives the weights of that.
 */
export function lowRankValueAttention(options: LowRankValueOptions): LowRankValueAttention {
  const { modelDim, heads, positions } = options;
  const { headDim } = headDims('lowRankValueAttention', options);
  expectHeadDim('lowRankValueAttention', positions, headDim);
  const {
    query: askQuery,
    key: askKey,
    value: valueDown,
  } = projections({ ...options, bias: false }, { kvHeads: heads, headDim, keyWidth: modelDim });
  const up = linear({ in: headDim, out: modelDim, bias: false, role: 'output' });
  const valueUp: readonly Linear[] = Array.from({ length: heads }, () => up);
  return layer(
    { query: askQuery, key: askKey, valueDown, valueUp, positions },
    (w, x: Tensor, scope) => {
      const query = scope.tap(
        'query',
        placed(positions, w.positions, splitHeads(askQuery(w.query, x, scope.at('query')), heads), scope),
      );
      const own = {
        key: scope.tap(
          'key',
          placed(positions, w.positions, splitHeads(askKey(w.key, x, scope.at('key')), heads), scope),
        ),
        value: scope.tap('value', splitHeads(valueDown(w.valueDown, x, scope.at('valueDown')), heads)),
      };
      const { key, value, where } = withPast(own, scope);
      const bias = biasOf(positions, w.positions, { heads, queryLen: query.shape[2]!, keyLen: key.shape[2]! }, scope);
      const mixed = look({ query, key, value, bias }, where, options, scope);
      const changes = w.valueUp.map((weights, head) => up(weights, headOf(mixed, head), scope.at('valueUp').at(head)));
      return changes.reduce((sum, change) => add(sum, change));
    },
    { name: 'lowRankValueAttention', reads: modelDim, gives: modelDim, flops: keyLen => 4 * heads * headDim * keyLen },
  );
}

/**
 * The same map with the heads' value-ups side by side as one output projection [modelDim, heads · headDim]: a layer and weights that share query, key
 * and value-down with `weights`. Only the output matrix is new; the caller disposes it.
 */
export function fuseValueUp(
  options: LowRankValueOptions,
  weights: Weights<LowRankValueNeeds>,
): { layer: SelfAttention; weights: Weights<SelfAttention> } {
  const output = tidy(() =>
    concat(
      weights.valueUp.map(up => dense(up.weight)),
      1,
    ),
  );
  const { query, key, valueDown, positions } = weights;
  const fused = selfAttention({ ...options, bias: false });
  return {
    layer: fused,
    weights: {
      query,
      key,
      value: valueDown,
      output: { weight: output, bias: undefined },
      positions,
      queryNorm: undefined,
      keyNorm: undefined,
    } as Weights<SelfAttention>,
  };
}

function headOf(x: Tensor, head: number): Tensor {
  const [batch, , length, headDim] = x.shape as [number, number, number, number];
  return reshape(sliceAxis(x, 1, head, 1), [batch, length, headDim]);
}
