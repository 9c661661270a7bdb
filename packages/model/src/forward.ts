import { keyRange, memoryMask } from '@residual/attention';
import type { Scope } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { BoundModel } from './model-kind.js';

/** Token ids, [batch][length]. */
export type Sequences = readonly (readonly number[])[];

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
    return layer(weights, idsOf(ids), keyStart ? scope.with(keyRange, { keyStart }) : scope);
  });
}

/**
 * One pass of an encoder-decoder: source ids [batch][keyLen] and target ids [batch][length] to logits [batch, length,
 * vocab]. The decoder sees only the first `lengths` tokens of each source.
 */
export function forwardPair(
  { layer, weights }: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  {
    source,
    target,
    lengths,
  }: { readonly source: Sequences; readonly target: Sequences; readonly lengths: readonly number[] },
  scope: Scope,
): Tensor {
  return tidy(() => {
    const ragged = lengths.some((length, i) => length < source[i]!.length);
    const masked = ragged ? scope.with(memoryMask, { keyLength: tensor(lengths, [lengths.length], 'int32') }) : scope;
    return layer(weights, { source: idsOf(source), target: idsOf(target) }, masked);
  });
}

function idsOf(sequences: Sequences): Tensor {
  return tensor(sequences.flat(), [sequences.length, sequences[0]!.length], 'int32');
}
