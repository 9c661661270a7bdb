import { memoryMask } from '@residual/attention';
import { emptyScope, type Scope } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { CrossLayer, DecoderInputs, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { BoundModel } from '../model-kind.js';
import type { Sequences } from '../sequences.js';
import { CachedBatch, type Sources } from './cached-batch.js';
import type { BatchOptions, DecodeModel } from './decode-model.js';
import { encodeSources } from './encoded-sources.js';

/** Starts a batch of a decoder-only model. The caller disposes it. */
export function startCausal(
  { layer, weights }: BoundModel<LanguageModel<TensorLayer>>,
  model: DecodeModel,
  options: BatchOptions,
): CachedBatch {
  return new CachedBatch({
    ...options,
    ...captureOptions(model, options),
    forward: (ids, scope) => layer(weights, ids, scope),
  });
}

/** Encodes sources, [batch][length], and starts a batch of the decoder that reads them. The caller disposes it. */
export async function startEncoderDecoder(
  bound: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  sources: Sequences,
  model: DecodeModel,
  options: BatchOptions,
): Promise<CachedBatch> {
  const { layer, weights } = bound;
  const encoded = await encodeSources(bound, sources, model, options);
  return startDecoder((inputs, scope) => layer.decode(weights, inputs, scope), encoded, model, options);
}

/**
 * Starts a batch of a decoder that reads encoded sources, which the batch takes over; if it cannot start, they are
 * disposed. The caller disposes the batch.
 */
export function startDecoder(
  decode: (inputs: DecoderInputs, scope: Scope) => Tensor,
  encoded: Sources,
  model: DecodeModel,
  options: BatchOptions,
): CachedBatch {
  try {
    return new CachedBatch({
      ...options,
      ...captureOptions(model, options),
      initialCapacity: model.fixedShapes ? 64 : 16, // sentences are short
      forward: (ids, scope) => decode({ ids, memory: encoded.memory }, scope.with(memoryMask, encoded.mask)),
      sources: encoded,
    });
  } catch (error) {
    encoded.dispose();
    throw error;
  }
}

/** Steps are captured only within the positions of the model, and only without taps and replacements. */
function captureOptions({ capturedSteps, maxPositions }: DecodeModel, { scope }: BatchOptions) {
  return { capturedSteps, captureUntil: scope === emptyScope ? maxPositions : 0 };
}
