import { keyRange } from '@residual/attention';
import { emptyScope } from '@residual/layers';
import { concat, dispose, gather, type KeyRange, keep, type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossLayer, EncoderDecoder, TensorLayer } from '@residual/transformer';
import type { BoundModel } from '../model-kind.js';
import { paddedIds, paddedLengthOf, type Sequences, unpaddedKeys } from '../sequences.js';
import type { Sources } from './cached-batch.js';
import { type BatchOptions, type DecodeModel, maxSourceLengthOf } from './decode-model.js';
import { maxTokensPerPass } from './prefill-or-step.js';

/**
 * Runs the encoder on sources, [batch][length], padded on the right to the longest, or to a power of two if the backend
 * compiles programs by shape and no hooks see it. On a backend that blocks the event loop, few sources are encoded per
 * pass. The caller disposes the result.
 */
export async function encodeSources(
  { layer, weights }: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  sources: Sequences,
  model: DecodeModel,
  { scope, hasHooks = false, yieldTurn }: Pick<BatchOptions, 'scope' | 'hasHooks' | 'yieldTurn'>,
): Promise<EncodedSources> {
  const { fixedShapes, capturedSteps } = model;
  const keyLen = paddedLengthOf(sources, fixedShapes && !hasHooks, maxSourceLengthOf(model));
  /** The encoder output of some of the sources, [batch, keyLen, modelDim], which the caller disposes. */
  const encode = (batch: Sequences): Tensor =>
    tidy(() => {
      const ids = paddedIds(batch, keyLen);
      const range = unpaddedKeys(lengthsOf(batch), keyLen);
      const eager = () => layer.encode(weights, ids, scope.with(keyRange, range));
      if (scope !== emptyScope) return keep(eager());
      return keep(capturedSteps.run('encode', { ids, ...range }, () => [eager()])[0]!);
    });
  const isOnePass = fixedShapes || scope !== emptyScope; // taps on the encoder see all sources at once
  const batchSize = isOnePass ? sources.length : Math.max(1, Math.floor(maxTokensPerPass / keyLen));
  const parts: Tensor[] = [];
  try {
    for (let from = 0; from < sources.length; from += batchSize) {
      if (from > 0) await yieldTurn();
      parts.push(encode(sources.slice(from, from + batchSize)));
    }
    const memory = parts.length === 1 ? parts.pop()! : tidy(() => keep(concat(parts, 0)));
    return new EncodedSources(lengthsOf(sources), keyLen, memory);
  } finally {
    dispose(parts);
  }
}

/** Encoded sources: the memory, [prompts, keyLen, modelDim], and the mask of its padding. */
export class EncodedSources implements Sources {
  memory: Tensor;
  mask: KeyRange;
  lengths: readonly number[];
  private readonly keyLen: number;

  /** Takes ownership of the memory. */
  constructor(lengths: readonly number[], keyLen: number, memory: Tensor) {
    this.lengths = lengths;
    this.keyLen = keyLen;
    this.memory = memory;
    this.mask = maskOf(lengths, keyLen);
  }

  /** Keeps the sources of some prompts, in this order. */
  compact(prompts: readonly number[]): void {
    const before = [this.memory, this.mask];
    this.lengths = prompts.map(prompt => this.lengths[prompt]!);
    this.memory = tidy(() => keep(gather(this.memory, tensor(prompts, [prompts.length], 'int32'), 0)));
    this.mask = maskOf(this.lengths, this.keyLen);
    dispose(before);
  }

  dispose(): void {
    dispose([this.memory, this.mask]);
  }
}

const lengthsOf = (sequences: Sequences) => sequences.map(({ length }) => length);

/** The keys of sources that are not padding; the caller disposes the tensor. */
function maskOf(lengths: readonly number[], keyLen: number): KeyRange {
  const { keyEnd } = unpaddedKeys(lengths, keyLen);
  return keyEnd ? { keyEnd: keep(keyEnd) } : {};
}
