import { emptyScope, stepPositions } from '@residual/layers';
import {
  dispose,
  expectOptions,
  expectValue,
  ResidualError,
  reshape,
  type Tensor,
  tensor,
  tidy,
  transpose,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { anatomyOf } from '../structure/anatomy.js';
import { FactoredMatrix } from './factored-matrix.js';
import {
  type AttentionLayer,
  attentionLayerOf,
  foldNormAfter,
  foldNormBefore,
  type HeadSelection,
  headWeights,
} from './head-weights.js';
import { embeddingThrough, unembedding } from './token-matrices.js';

/** Settings of the circuits of a head. */
export interface CircuitOptions extends HeadSelection {
  /**
   * Whether the weights of the norms are folded in: that before the attention, and in the full value-output circuit
   * that before the head. A layer norm also subtracts the mean. False if absent: the matrices as they are. Biases and
   * the scale of a norm are left out in both cases.
   */
  readonly foldNorms?: boolean;
}

/** Settings of the query-key circuits. */
export interface QueryKeyOptions extends CircuitOptions {
  /**
   * Only for attention with rotary positions: how many positions the key lies before the query. 0 if absent; below 0
   * it lies after it.
   */
  readonly distance?: number;
}

/**
 * The OV circuit of a head, W_V W_O [modelDim, modelDim] of rank headDim: row vector x of the stream at the attended
 * position to x W_V W_O, what the head adds (Elhage et al. 2021).
 */
export function valueOutputCircuit(model: BoundLayer, options: CircuitOptions): Promise<FactoredMatrix> {
  const caller = 'valueOutputCircuit';
  expectOptions(caller, options, circuitOptionNames);
  return readFactors(() => {
    const { value, output } = valueOutput(caller, model, options);
    return [transpose(value, [1, 0]), output];
  });
}

/**
 * The QK circuit of a head, W_Q W_Kᵀ [modelDim, modelDim] of rank headDim: the score of a query at x and a key at y is
 * x W_Q W_Kᵀ yᵀ times the scale of the attention (Elhage et al. 2021). Rotary positions make it depend on `distance`.
 * Biases of scores, such as those of ALiBi, are left out. Errors for attention with norms of query and key, which is
 * not bilinear.
 */
export function queryKeyCircuit(model: BoundLayer, options: QueryKeyOptions): Promise<FactoredMatrix> {
  const caller = 'queryKeyCircuit';
  expectOptions(caller, options, { ...circuitOptionNames, distance: 0 });
  return readFactors(() => {
    const { query, key } = queryKey(caller, model, options);
    return [transpose(query, [1, 0]), key];
  });
}

/**
 * The full OV circuit, W_E W_V W_O W_U [vocab, vocab]: row i is what attending to token i adds to the logits of all
 * tokens. Positions and a norm right after the embedding are left out.
 */
export function fullValueOutputCircuit(model: BoundLayer, options: CircuitOptions): Promise<FactoredMatrix> {
  const caller = 'fullValueOutputCircuit';
  expectOptions(caller, options, circuitOptionNames);
  return readFactors(() => {
    const { value, output } = valueOutput(caller, model, options);
    const anatomy = anatomyOf(caller, model);
    const logits = options.foldNorms ? foldNormAfter(caller, output, anatomy.norm) : output;
    return [embeddingThrough(caller, model, value), unembedding(anatomy, logits)];
  });
}

/**
 * The full QK circuit, W_E W_Q W_Kᵀ W_Eᵀ [vocab, vocab]: row i holds the scores of token i as the query with all tokens
 * as keys, without the scale of the attention. Positions on the input are left out. Errors as `queryKeyCircuit` does.
 */
export function fullQueryKeyCircuit(model: BoundLayer, options: QueryKeyOptions): Promise<FactoredMatrix> {
  const caller = 'fullQueryKeyCircuit';
  expectOptions(caller, options, { ...circuitOptionNames, distance: 0 });
  return readFactors(() => {
    const { query, key } = queryKey(caller, model, options);
    return [embeddingThrough(caller, model, query), transpose(embeddingThrough(caller, model, key), [1, 0])];
  });
}

const circuitOptionNames = { layer: 1, head: 1, foldNorms: 0 } as const;

/** W_V and W_Oᵀ of a head, both [headDim, modelDim]; the norm before the attention is folded in where asked for. */
function valueOutput(caller: string, model: BoundLayer, { layer, head, foldNorms }: CircuitOptions) {
  const attention = attentionLayerOf(caller, model, layer);
  const { value, output } = headWeights(caller, attention, head);
  return { value: foldNorms ? foldNormBefore(caller, value, attention.norm) : value, output };
}

/** W_Q and W_K of a head, both [headDim, modelDim], turned by rotary positions. */
function queryKey(caller: string, model: BoundLayer, { layer, head, foldNorms, distance }: QueryKeyOptions) {
  const attention = attentionLayerOf(caller, model, layer);
  const { needs, norm, path } = attention;
  if (needs.queryNorm || needs.keyNorm)
    throw new ResidualError('kind', `${caller}: ${path} has norms of query and key; its scores are not bilinear`);
  if (distance !== undefined && !needs.positions?.onHeads)
    throw new ResidualError('option', `${caller}: ${path} has no rotary positions; distance would do nothing`);
  const { query, key } = headWeights(caller, attention, head);
  const read = (matrix: Tensor) => (foldNorms ? foldNormBefore(caller, matrix, norm) : matrix);
  const between = distance ?? 0;
  expectValue(Number.isInteger(between), caller, 'distance', between, 'a whole number', 'option');
  return {
    query: atPosition(attention, read(query), Math.max(between, 0)),
    key: atPosition(attention, read(key), Math.max(-between, 0)),
  };
}

/** W [headDim, modelDim] of query or key at a position: its columns are turned as the heads are. */
function atPosition({ needs, weights }: AttentionLayer, matrix: Tensor, position: number): Tensor {
  const encoding = needs.positions;
  if (!encoding?.onHeads) return matrix;
  const columns = transpose(matrix, [1, 0]); // [modelDim, headDim], one head at modelDim positions
  const [modelDim, headDim] = columns.shape as [number, number];
  const positionIds = tensor(new Int32Array(modelDim).fill(position), [1, modelDim], 'int32');
  const scope = emptyScope.with(stepPositions, { positionIds, totalLength: position + 1, capacity: position + 1 });
  const turned: Tensor = encoding.onHeads(weights.positions, reshape(columns, [1, 1, modelDim, headDim]), scope);
  return transpose(reshape(turned, [modelDim, headDim]), [1, 0]);
}

/** Reads two factors back. */
async function readFactors(make: () => [left: Tensor, right: Tensor]): Promise<FactoredMatrix> {
  const factors = tidy(make);
  try {
    const [left, right] = await Promise.all(
      factors.map(async x => ({
        values: (await x.data()) as Float32Array,
        shape: x.shape as [number, number],
      })),
    );
    return new FactoredMatrix(left!, right!);
  } finally {
    dispose(factors);
  }
}
