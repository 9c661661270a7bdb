import {
  bind,
  expectLayers,
  type Layer,
  type Linear,
  layer,
  linear,
  type Role,
  type VectorNeed,
  vector,
} from '@residual/layers';
import {
  add,
  concat,
  exp,
  expectOptions,
  gatedDeltaRule,
  mul,
  neg,
  ResidualError,
  reshape,
  rmsNorm,
  sigmoid,
  sliceAxis,
  softplus,
  type Tensor,
} from '@residual/tensor';
import { type AnyActivation, type CausalConvolution, causalConvolution } from './causal-convolution.js';
import type { GatedNorm } from './gated-norm.js';
import { logIntegers, stepBiases } from './initial-rates.js';
import { recur } from './recur.js';

/** Settings of `gatedDelta`. */
export interface GatedDeltaOptions<Norm extends GatedNorm = GatedNorm> {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Number of heads of values, gates, decays and strengths. */
  readonly heads: number;
  /** Number of heads of queries and keys, each for heads / keyHeads heads of values; `heads` if absent. */
  readonly keyHeads?: number;
  /** Width of a query or key. */
  readonly keyDim: number;
  /** Width of a value. */
  readonly valueDim: number;
  /** How many positions the convolution sees; 4 if absent. */
  readonly kernelSize?: number;
  /** The activation after the convolution; `silu` if absent. */
  readonly activation?: AnyActivation;
  /**
   * Gates the output of each head: { x, gate } [batch, length, heads, valueDim] to the same, such as `normThenGate`.
   */
  readonly norm: Norm;
}

/** The needs of `gatedDelta`. */
export type GatedDeltaNeeds<Norm extends GatedNorm = GatedNorm> = {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly gate: Linear;
  readonly strength: Linear;
  readonly step: Linear;
  readonly convolution: CausalConvolution;
  readonly norm: Norm;
  readonly output: Linear;
  readonly stepBias: VectorNeed;
  readonly logRates: VectorNeed;
};

/** The layer of `gatedDelta`. */
export interface GatedDelta<Norm extends GatedNorm = GatedNorm> extends Layer<GatedDeltaNeeds<Norm>, Tensor, Tensor> {}

/**
 * Linear attention by the gated delta rule (Yang et al. 2024), as in Qwen3-Next: x [batch, length, modelDim] to the
 * same. Convolved queries, keys and values; queries and keys of length 1; each head keeps a matrix that maps keys to
 * values. With `recurrentStates` in the scope it continues after earlier steps. Taps: `query`, `key`, `value`,
 * `logDecay`, `strength`, `headOutputs`.
 */
export function gatedDelta<Norm extends GatedNorm>(options: GatedDeltaOptions<Norm>): GatedDelta<Norm> {
  expectOptions('gatedDelta', options, {
    ...{ modelDim: 1, heads: 1, keyHeads: 0, keyDim: 1, valueDim: 1, kernelSize: 0, activation: 0, norm: 1 },
  });
  const { modelDim, heads, keyHeads = heads, keyDim, valueDim, kernelSize, activation = 'silu', norm } = options;
  if (heads % keyHeads !== 0)
    throw new ResidualError('fit', `gatedDelta: ${keyHeads} heads of keys do not divide ${heads} heads of values`);
  expectLayers('gatedDelta', { norm });
  const [keyWidth, valueWidth] = [keyHeads * keyDim, heads * valueDim];
  const project = (role: Role, out: number, count: number) =>
    linear({ in: modelDim, out, bias: false, role, heads: count });
  const parts: Omit<GatedDeltaNeeds, 'stepBias' | 'logRates'> = {
    query: project('query', keyWidth, keyHeads),
    key: project('key', keyWidth, keyHeads),
    value: project('value', valueWidth, heads),
    gate: project('gate', valueWidth, keyHeads),
    strength: project('other', heads, keyHeads),
    step: project('other', heads, keyHeads),
    convolution: causalConvolution({ dim: 2 * keyWidth + valueWidth, kernelSize, bias: false, activation }),
    norm,
    output: linear({ in: valueWidth, out: modelDim, bias: false, role: 'output' }),
  };
  const stepBias: VectorNeed = { ...vector([heads]), initializer: stepBiases(heads) };
  const logRates: VectorNeed = { ...vector([heads]), initializer: logIntegers(heads) };
  return layer(
    { ...parts, stepBias, logRates },
    (w, x: Tensor, scope) => {
      const [batch, length] = x.shape as [number, number];
      const { query, key, value, gate, strength, step, convolution, norm, output } = bind(parts, w, scope);
      const convolved = convolution(concat([query(x), key(x), value(x)], 2));
      const part = (from: number, heads: number, width: number) =>
        reshape(sliceAxis(convolved, 2, from, heads * width), [batch, length, heads, width]);
      const decay = mul(softplus(add(step(x), w.stepBias)), neg(exp(w.logRates)));
      const inputs = {
        query: scope.tap('query', mul(unitLength(part(0, keyHeads, keyDim)), keyDim ** -0.5)),
        key: scope.tap('key', unitLength(part(keyWidth, keyHeads, keyDim))),
        value: scope.tap('value', part(2 * keyWidth, heads, valueDim)),
        logDecay: scope.tap('logDecay', decay),
        strength: scope.tap('strength', sigmoid(strength(x))),
      };
      const read = scope.tap('headOutputs', recur(gatedDeltaRule, inputs, scope));
      const normed = norm({ x: read, gate: reshape(gate(x), read.shape) });
      return output(reshape(normed, [batch, length, valueWidth]));
    },
    { name: 'gatedDelta', inDim: modelDim, outDim: modelDim, flops: () => 6 * heads * keyDim * valueDim },
  ) as unknown as GatedDelta<Norm>;
}

/** x / √(Σ x² + 1e-6) along the last axis. */
function unitLength(x: Tensor): Tensor {
  const width = x.shape.at(-1)!;
  return mul(rmsNorm(x, undefined, 1e-6 / width), width ** -0.5);
}
