import { joinHeads, splitHeads } from '@residual/attention';
import {
  bind,
  keyRange,
  type Layer,
  type Linear,
  layer,
  linear,
  type Needs,
  type Scope,
  type Weights,
} from '@residual/layers';
import {
  add,
  attentionMask,
  attentionScores,
  attentionValues,
  attentionWeights,
  ResidualError,
  type Tensor,
} from '@residual/tensor';

/** What depends on how far a key is from a query. */
export interface Relation<N extends Needs = Needs> {
  /** Its weights. */
  readonly needs: N;
  /**
   * Added to the scores of query [batch, heads, length, headDim], after their scale: [batch, heads, length, length];
   * nothing if absent.
   */
  readonly bias?: ((weights: Weights<N>, query: Tensor, scale: number, scope: Scope) => Tensor) | undefined;
  /** The query whose product with keys is the rest of the score; the same if absent. */
  readonly query?: (weights: Weights<N>, query: Tensor) => Tensor;
  /** Added to the output of each head, from the weights [batch, heads, length, length]; nothing if absent. */
  readonly values?: (weights: Weights<N>, attention: Tensor) => Tensor;
}

/** The needs of `relativeAttention`. */
export type RelativeAttentionNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly relation: Needs;
};

/**
 * Self-attention whose scores, and values if the relation has them, depend on the distance of query and key (Shaw et
 * al. 2018): x [batch, length, modelDim] to the same. Keys from `keyEnd` of the scope's `keyRange` on are padding.
 * Taps: `scores`, `weights`.
 */
export function relativeAttention<N extends Needs>({
  modelDim,
  heads,
  bias = true,
  relation,
}: {
  readonly modelDim: number;
  readonly heads: number;
  readonly bias?: boolean;
  readonly relation: Relation<N>;
}): Layer<RelativeAttentionNeeds, Tensor, Tensor> {
  if (modelDim % heads !== 0)
    throw new ResidualError('fit', `relativeAttention: modelDim ${modelDim} does not split into ${heads} heads`);
  const scale = 1 / Math.sqrt(modelDim / heads);
  const project = () => linear({ in: modelDim, out: modelDim, bias });
  const parts = { query: project(), key: project(), value: project(), output: project() };
  return layer(
    { ...parts, relation: relation.needs } as RelativeAttentionNeeds,
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const own = w.relation as Weights<N>;
      const projected = splitHeads(part.query(x), heads);
      const query = relation.query?.(own, projected) ?? projected;
      const [key, value] = [splitHeads(part.key(x), heads), splitHeads(part.value(x), heads)];
      const shift = relation.bias?.(own, projected, scale, scope);
      const inputs = { query, key, value, ...(shift && { bias: shift }) };
      const scores = scope.tap('scores', attentionScores(inputs, { scale }));
      const range = scope.get(keyRange) ?? {};
      const mask = range.keyEnd && attentionMask(x.shape[1]!, x.shape[1]!, {}, range);
      const weights = scope.tap('weights', attentionWeights(scores, mask));
      const read = attentionValues(weights, value);
      return part.output(joinHeads(relation.values ? add(read, relation.values(own, weights)) : read));
    },
    { name: 'relativeAttention', inDim: modelDim, outDim: modelDim, bidirectional: true },
  );
}
