import { keyRange } from '@residual/attention';
import type { Composition } from '@residual/families';
import type { Scope, Weights } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { Sequences } from '../forward.js';
import { type AnyModel, causalOf, encoderDecoderOf } from '../model-kind.js';

/** Which taps hold the residual stream of the blocks that read a text: those of a language model, or of an encoder. */
export interface HiddenStatePaths {
  /** By block count the path: 0 the embedded input, `depth` what the last block gives. */
  readonly hiddenStates: readonly string[];
  /** The last stream after the norm at the end. */
  readonly output: string;
}

/** Those paths of a model. */
export function hiddenStatePaths(composition: Composition): HiddenStatePaths {
  const causal = composition.kind === 'causal-lm';
  const [stack, input] = causal ? ['decoder', 'embedded'] : ['encoder', 'source.embedded'];
  const depth = causal ? composition.depth : composition.encoderDepth;
  const blocks = Array.from({ length: depth }, (_, i) => `${stack}.layers.${i}.output`);
  return { hiddenStates: [input, ...blocks], output: `${stack}.output` };
}

/**
 * Runs the blocks that read a text over rows of any lengths, padded on the right to `length`, for what a scope records. Nobody sees the padding: in a language
 * model it comes after all, in an encoder it is hidden.
 */
export function runStack(name: string, model: AnyModel, rows: Sequences, length: number, scope: Scope): Tensor {
  return tidy(() => {
    const ids = tensor(
      rows.flatMap(row => Array.from({ length }, (_, i) => row[i] ?? 0)),
      [rows.length, length],
      'int32',
    );
    if (model.composition.kind === 'causal-lm') {
      const { layer, weights } = causalOf(name, model);
      return layer(weights, ids, scope.with(logitPositions, tensor([0], [1], 'int32')));
    }
    const { layer, weights } = encoderDecoderOf(name, model);
    if (rows.every(row => row.length === length)) return layer.encode(weights, ids, scope);
    const lengths = Int32Array.from(rows, row => row.length);
    const keyLength = tensor(lengths, [rows.length], 'int32');
    return layer.encode(weights, ids, scope.with(keyRange, { keyLength }));
  });
}

/** The table of the tokens that a model reads, [vocab, modelDim]. */
export function embeddingTableOf({ composition, weights }: AnyModel) {
  if (composition.kind === 'causal-lm') return (weights as Weights<typeof composition.model>).embedding.weight;
  return (weights as Weights<typeof composition.model>).source.embedding.weight;
}
