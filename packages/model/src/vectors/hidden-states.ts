import { keyRange } from '@residual/attention';
import type { Composition, StandardLanguageModel } from '@residual/families';
import type { Scope, Weights } from '@residual/layers';
import { ResidualError, type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import { type AnyModel, causalOf, encoderDecoderOf, isImageModel, isTextModel, textModelOf } from '../model-kind.js';
import { paddedIds, type Sequences, unpaddedKeys } from '../sequences.js';

/**
 * The taps that hold the residual stream of the blocks that read a text: of the decoder of a language model, or of an
 * encoder.
 */
export interface HiddenStatePaths {
  /** The path after 0 to `depth` blocks; 0 is the embedded input. */
  readonly hiddenStates: readonly string[];
  /** The path of the output of the final norm. */
  readonly output: string;
}

/** The taps of a model's residual stream. */
export function hiddenStatePaths(composition: Composition): HiddenStatePaths {
  if (isImageModel(composition) || composition.kind === 'image-text')
    throw new ResidualError(
      'kind',
      `embed: a model for ${composition.kind} has no hidden states of texts; embedImage and embedText give vectors`,
    );
  const isPair = composition.kind === 'seq2seq-lm';
  const stack = isPair ? 'encoder' : isTextModel(composition) ? composition.side : 'decoder';
  const input = isPair ? 'source.embedded' : 'embedded';
  const depth = isPair ? composition.encoderDepth : composition.depth;
  const blocks = Array.from({ length: depth }, (_, i) => `${stack}.layers.${i}.output`);
  return { hiddenStates: [input, ...blocks], output: `${stack}.output` };
}

/**
 * Runs the blocks that read a text, so that the taps of a scope see it: ids [batch][length], padded on the right to
 * `length`. No token attends to the padding: in a language model it comes last, in an encoder it is masked.
 */
export function runStack(name: string, model: AnyModel, sequences: Sequences, length: number, scope: Scope): Tensor {
  return tidy(() => {
    const ids = paddedIds(sequences, length);
    if (model.composition.kind === 'causal-lm') {
      const { layer, weights } = causalOf(name, model);
      return layer(weights, ids, scope.with(logitPositions, tensor([0], [1], 'int32')));
    }
    const lengths = sequences.map(tokens => tokens.length);
    const padded = scope.with(keyRange, unpaddedKeys(lengths, length));
    if (isTextModel(model.composition)) {
      const { layer, weights } = textModelOf(name, model);
      return layer.hiddenStates(weights, { ids }, padded);
    }
    const { layer, weights } = encoderDecoderOf(name, model);
    return layer.encode(weights, ids, padded);
  });
}

/** The token embedding table, [vocab, modelDim]; of an encoder-decoder that of the source. */
export function embeddingTableOf({ composition, weights }: AnyModel) {
  if (composition.kind === 'seq2seq-lm') return (weights as Weights<typeof composition.model>).source.embedding.weight;
  return (weights as Weights<StandardLanguageModel>).embedding.weight;
}
