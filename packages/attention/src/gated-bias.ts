import { expectSameWidth, type Layer, type Linear, layer, linear, type VectorNeed, vector } from '@residual/layers';
import { add, expectOptions, mul, ResidualError, sigmoid, sliceAxis, sum, type Tensor } from '@residual/tensor';
import { splitHeads } from './heads.js';
import { sharedBias } from './mask.js';
import type { AttentionNeeds, SelfAttention } from './self-attention.js';

/** The parts of `gatedBiasAttention`. */
export interface GatedBiasParts {
  /** The attention whose bias is gated. */
  readonly attention: SelfAttention;
}

/** The needs of `gatedBiasAttention`: those of its attention, and the gate of all heads. */
export type GatedBiasNeeds = AttentionNeeds & {
  /** From a head of the input to the summands of its two gates. */
  readonly gate: Linear;
  /** [1, heads, 1, 1]: the scale of the second gate. */
  readonly gateScale: VectorNeed;
};

/** The layer of `gatedBiasAttention`. */
export interface GatedBiasAttention extends Layer<GatedBiasNeeds, Tensor, Tensor> {}

/** So many numbers of the gate's projection are summed for each of its two gates. */
const summands = 4;

/**
 * Self-attention whose position bias, which a stack shares in the slot `sharedBias`, is gated by each query (Chen et
 * al. 2022, WavLM): the bias of a head is multiplied by a (b · scale - 1) + 2, where a and b are sigmoids of sums of a
 * projection of the head of its input. x [batch, length, modelDim] to the same. Errors without a shared bias.
 */
export function gatedBiasAttention(parts: GatedBiasParts): GatedBiasAttention {
  expectOptions('gatedBiasAttention', parts, { attention: 1 });
  const { attention } = parts;
  const { heads, headDim } = attention;
  const { inDim } = attention.about;
  expectSameWidth('gatedBiasAttention', {
    attention: { about: { outDim: inDim! } },
    'all heads': { about: { outDim: heads * headDim } },
  });
  const gate = linear({ in: headDim, out: 2 * summands });
  return layer(
    { ...attention.needs, gate, gateScale: vector([1, heads, 1, 1], 1) },
    (w, x: Tensor, scope) => {
      const bias = scope.get(sharedBias);
      if (!bias)
        throw new ResidualError('fit', 'gatedBiasAttention: the stack shares no bias; it needs a positionEncoding');
      const projected = gate(w.gate, splitHeads(x, heads), scope.at('gate')); // [batch, heads, length, 2 · summands]
      const sumOf = (index: number) =>
        sigmoid(sum(sliceAxis(projected, 3, index * summands, summands), { axis: 3, keepDims: true }));
      const scaled = mul(sumOf(1), w.gateScale);
      const gates = add(mul(sumOf(0), add(scaled, -1)), 2); // [batch, heads, length, 1]
      return attention(w, x, scope.with(sharedBias, mul(gates, bias)));
    },
    { ...attention.about, name: 'gatedBiasAttention', partial: true, selectsPosition: false },
  );
}
