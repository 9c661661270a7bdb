import { keyRange, memoryMask } from '@residual/attention';
import type { Scope } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { BoundModel } from './model-kind.js';
import { longestOf, paddedIds, type Sequences, unpaddedKeys } from './sequences.js';

/**
 * One pass of a decoder-only model without a cache: ids [batch][length] of equal length to logits [batch, length,
 * vocab]. `padding` positions on the left of each sequence are hidden from attention; position ids count them.
 */
export function forward(
  { layer, weights }: BoundModel<LanguageModel<TensorLayer>>,
  ids: Sequences,
  padding: readonly number[],
  scope: Scope,
): Tensor {
  return tidy(() => {
    const keyStart = padding.some(pad => pad > 0) ? tensor(padding, [padding.length], 'int32') : undefined;
    return layer(weights, paddedIds(ids, ids[0]!.length), keyStart ? scope.with(keyRange, { keyStart }) : scope);
  });
}

/** Sources and targets of an encoder-decoder, [batch][length] each. */
export interface SequencePairs {
  readonly sources: Sequences;
  readonly targets: Sequences;
  /** How many tokens of each source the decoder sees; default all. */
  readonly lengths?: readonly number[];
}

/**
 * One pass of an encoder-decoder over pairs, each side padded on the right to its longest, to logits [batch, length,
 * vocab]. The decoder does not see the padding of the sources.
 */
export function forwardPair(
  { layer, weights }: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  { sources, targets, lengths = sources.map(({ length }) => length) }: SequencePairs,
  scope: Scope,
): Tensor {
  return tidy(() => {
    const [keyLen, length] = [longestOf(sources), Math.max(longestOf(targets), 1)];
    const input = { source: paddedIds(sources, keyLen), target: paddedIds(targets, length) };
    return layer(weights, input, scope.with(memoryMask, unpaddedKeys(lengths, keyLen)));
  });
}
