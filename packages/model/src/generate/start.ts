import { keyRange, memoryMask } from '@residual/attention';
import { emptyScope, type Scope } from '@residual/layers';
import { concat, dispose, gather, type KeyRange, keep, type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { Sequences } from '../forward.js';
import type { BoundModel } from '../model-kind.js';
import type { CapturedSteps } from './captured-steps.js';
import { DecodeSession, type Sources } from './decode-session.js';
import { maxTokensPerPass } from './prefill-or-step.js';

/** The options of a new session. */
export interface StartOptions {
  /** How many tokens a sequence may have, padding included. */
  readonly maxLength: number;
  /** How many positions of padding precede each sequence. */
  readonly padding: readonly number[];
  /** How many consecutive sequences, the beams, belong to each text; default 1. */
  readonly beams?: number;
  /** The scope in which the model runs: taps and replacements. */
  readonly scope: Scope;
  /** Yields to the event loop; rejects if the generation is aborted meanwhile. */
  readonly yieldTurn: () => Promise<void>;
}

/** Starts a session on a model. */
export type StartSession = (options: StartOptions) => Promise<DecodeSession>;

/** Sessions of a decoder-only model. Steps are captured up to `maxPositions` tokens. */
export function startCausal(
  { layer, weights }: BoundModel<LanguageModel<TensorLayer>>,
  maxPositions: number,
): StartSession {
  return async options =>
    new DecodeSession({
      ...options,
      captureUntil: captureUntil(options, maxPositions),
      run: (ids, scope) => layer(weights, ids, scope),
    });
}

/** Steps are captured only if no taps or replacements are active. */
const captureUntil = ({ scope }: StartOptions, maxPositions: number) => (scope === emptyScope ? maxPositions : 0);

/** The options of `startEncoderDecoder`. */
export interface EncoderDecoderStartOptions {
  /** Whether the backend compiles programs by shape. */
  readonly fixedShapes: boolean;
  /** How many tokens a source may have. */
  readonly maxSourceLength: number;
  /** How many positions the model has. */
  readonly maxPositions: number;
  /** Graphs that several batches of sources share. */
  readonly capturedSteps?: CapturedSteps | undefined;
}

/**
 * Sessions of an encoder-decoder for `sources`, [batch][length]. The sources are encoded once, padded on the right to
 * the longest, or to a power of two if the backend compiles programs by shape. On a backend that blocks the event loop,
 * few sources are encoded per pass.
 */
export function startEncoderDecoder(
  { layer, weights }: BoundModel<EncoderDecoder<TensorLayer, CrossLayer>>,
  sources: Sequences,
  { fixedShapes, maxSourceLength, maxPositions, capturedSteps }: EncoderDecoderStartOptions,
): StartSession {
  return async options => {
    const { scope, yieldTurn } = options;
    const longest = Math.max(...sources.map(source => source.length));
    const capacity = fixedShapes ? Math.max(16, 2 ** Math.ceil(Math.log2(longest))) : longest;
    const keyLen = Math.max(Math.min(capacity, maxSourceLength), longest);
    /** The encoder output of some of the sources, which the caller disposes. */
    const encode = (chosen: Sequences): Tensor => {
      const range = keyRangeOf(
        chosen.map(({ length }) => length),
        keyLen,
      );
      try {
        return tidy(() => {
          const ids = chosen.flatMap(source => Array.from({ length: keyLen }, (_, i) => source[i] ?? 0));
          const input = tensor(ids, [chosen.length, keyLen], 'int32');
          const run = () => layer.encode(weights, input, scope.with(keyRange, range));
          if (!capturedSteps || scope !== emptyScope) return keep(run());
          return keep(capturedSteps.run('encode', [input, ...Object.values(range)], () => [run()])[0]!);
        });
      } finally {
        dispose(range);
      }
    };
    const readsAllAtOnce = fixedShapes || scope !== emptyScope; // taps on the encoder see all sources at once
    const batchSize = readsAllAtOnce ? sources.length : Math.max(1, Math.floor(maxTokensPerPass / keyLen));
    const parts: Tensor[] = [];
    try {
      for (let from = 0; from < sources.length; from += batchSize) {
        if (from > 0) await yieldTurn();
        parts.push(encode(sources.slice(from, from + batchSize)));
      }
      const lengths = sources.map(({ length }) => length);
      const memory = parts.length === 1 ? parts.pop()! : tidy(() => keep(concat(parts, 0)));
      const encoded = new EncodedSources(lengths, keyLen, memory);
      return new DecodeSession({
        ...options,
        captureUntil: captureUntil(options, maxPositions),
        capturedSteps,
        initialCapacity: fixedShapes ? 64 : 16, // sentences are short
        run: (ids, scope) =>
          layer.decode(weights, { ids, memory: encoded.memory }, scope.with(memoryMask, encoded.mask)),
        sources: encoded,
      });
    } finally {
      dispose(parts);
    }
  };
}

/** The range of keys that are not padding, for sequences of these lengths; the caller disposes it. */
function keyRangeOf(lengths: readonly number[], keyLen: number): KeyRange {
  if (lengths.every(length => length === keyLen)) return {};
  return { keyLength: keep(tensor([...lengths], [lengths.length], 'int32')) };
}

/** Encoded sources: the memory [texts, keyLen, modelDim], and the mask of its padding. */
class EncodedSources implements Sources {
  memory: Tensor;
  mask: KeyRange;
  lengths: readonly number[];
  private readonly keyLen: number;

  constructor(lengths: readonly number[], keyLen: number, memory: Tensor) {
    this.lengths = lengths;
    this.keyLen = keyLen;
    this.memory = memory;
    this.mask = keyRangeOf(lengths, keyLen);
  }

  get tensors(): readonly Tensor[] {
    return Object.values(this.mask);
  }

  compact(texts: readonly number[]): void {
    const before = [this.memory, this.mask];
    this.lengths = texts.map(text => this.lengths[text]!);
    this.memory = tidy(() => keep(gather(this.memory, tensor(texts, [texts.length], 'int32'), 0)));
    this.mask = keyRangeOf(this.lengths, this.keyLen);
    dispose(before);
  }

  dispose(): void {
    dispose([this.memory, this.mask]);
  }
}
