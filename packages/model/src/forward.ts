import { keyRange, memoryMask } from '@residual/attention';
import type { Scope } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { BoundModel } from './model-kind.js';

/** Rows of ids, [batch][length]. */
export type Sequences = readonly (readonly number[])[];

/**
 * Logits of the whole of equally long rows in one pass without a cache: ids [batch][length] to [batch, length, vocab]. Padding on the left, so many places a
 * row, is hidden from attention; positions count from the first place, padding included.
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

/** Sources and targets in one pass: ids [batch][keyLen] and [batch][length] to logits [batch, length, vocab]. Of a source only the first `lengths` are seen. */
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

function idsOf(rows: Sequences): Tensor {
  return tensor(rows.flat(), [rows.length, rows[0]!.length], 'int32');
}
