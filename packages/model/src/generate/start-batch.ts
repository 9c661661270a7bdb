import { memoryMask } from '@residual/attention';
import { emptyScope } from '@residual/layers';
import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { BoundModel } from '../model-kind.js';
import type { Sequences } from '../sequences.js';
import { CachedBatch } from './cached-batch.js';
import type { CapturedSteps } from './captured-steps.js';
import type { BatchOptions } from './decode-model.js';
import { encodeSources } from './encoded-sources.js';

/** What batches need of the model that they run. */
export interface BatchContext {
  /** How many positions the model has; longer sequences are not captured. */
  readonly maxPositions: number;
  /** Whether the backend compiles programs by shape. */
  readonly fixedShapes: boolean;
  /** How many tokens a source may have. */
  readonly maxSourceLength: number;
  readonly capturedSteps: CapturedSteps;
}

/** Starts a batch of a decoder-only model. */
export function startCausal(
  { layer, weights }: BoundModel<LanguageModel<TensorLayer>>,
  context: BatchContext,
  options: BatchOptions,
): CachedBatch {
  return new CachedBatch({
    ...options,
    ...captureOptions(context, options),
    run: (ids, scope) => layer(weights, ids, scope),
  });
}

/** Encodes sources, [batch][length], and starts a batch of the decoder that reads them. */
export async function startEncoderDecoder(
  model: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  sources: Sequences,
  context: BatchContext,
  options: BatchOptions,
): Promise<CachedBatch> {
  const { layer, weights } = model;
  const encoded = await encodeSources(model, sources, { ...context, ...options });
  try {
    return new CachedBatch({
      ...options,
      ...captureOptions(context, options),
      initialCapacity: context.fixedShapes ? 64 : 16, // sentences are short
      run: (ids, scope) => layer.decode(weights, { ids, memory: encoded.memory }, scope.with(memoryMask, encoded.mask)),
      sources: encoded,
    });
  } catch (error) {
    encoded.dispose();
    throw error;
  }
}

/** Steps are captured only if no taps or replacements are active. */
function captureOptions({ capturedSteps, maxPositions }: BatchContext, { scope }: BatchOptions) {
  return { capturedSteps, captureUntil: scope === emptyScope ? maxPositions : 0 };
}
