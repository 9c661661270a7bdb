import { keyRange, memoryMask } from '@residual/attention';
import { emptyScope, type Scope } from '@residual/layers';
import { concat, dispose, gather, type KeyRange, keep, type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { Sequences } from '../forward.js';
import type { BoundModel } from '../model-kind.js';
import type { CapturedSteps } from './captured-steps.js';
import { DecodeSession, type Sources } from './decode-session.js';
import { maxTokensPerPass } from './prefill-or-step.js';

/** Settings of rows that begin. */
export interface StartOptions {
  /** The longest a row may become. */
  readonly maxLength: number;
  /** How many places of padding stand before each row. */
  readonly padding: readonly number[];
  /** How many rows, one beside the other, belong to each text; 1 if absent. */
  readonly beams?: number;
  /** What the model runs in: who listens, and replacements. */
  readonly scope: Scope;
  /** Lets other work have its turn; errors where the rows are given up meanwhile. */
  readonly yieldTurn: () => Promise<void>;
}

/** Begins rows on a model. */
export type StartSession = (options: StartOptions) => Promise<DecodeSession>;

/** Rows that continue their own text. Steps are recorded up to the `positions` the model is made for. */
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

/** Steps are recorded where nobody looks at them or puts other tensors in their place. */
const captureUntil = ({ scope }: StartOptions, maxPositions: number) => (scope === emptyScope ? maxPositions : 0);

/** Settings of `beginWriting`. */
export interface EncoderDecoderStartOptions {
  /** Whether the backend compiles its programs by shape. */
  readonly fixedShapes: boolean;
  /** So many tokens of a source can be read. */
  readonly maxSourceLength: number;
  /** So many positions the model is made for. */
  readonly maxPositions: number;
  /** Recordings that several batches of sources share. */
  readonly capturedSteps?: CapturedSteps | undefined;
}

/**
 * Rows that write what belongs to `sources`: these are encoded once, padded on the right to the longest, or to a power of two where a backend compiles
 * its programs by shape. Where a pass holds the event loop, it reads few of them at once.
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
    /** The memory of some of the sources, which the caller disposes. */
    const encode = (chosen: Sequences): Tensor => {
      const part = extentOf(
        chosen.map(({ length }) => length),
        keyLen,
      );
      try {
        return tidy(() => {
          const ids = chosen.flatMap(source => Array.from({ length: keyLen }, (_, i) => source[i] ?? 0));
          const rows = tensor(ids, [chosen.length, keyLen], 'int32');
          const run = () => layer.encode(weights, rows, scope.with(keyRange, part));
          if (!capturedSteps || scope !== emptyScope) return keep(run());
          return keep(capturedSteps.run('encode', [rows, ...Object.values(part)], () => [run()])[0]!);
        });
      } finally {
        dispose(part);
      }
    };
    const readsAllAtOnce = fixedShapes || scope !== emptyScope; // who looks at the encoder sees all sources at once
    const atOnce = readsAllAtOnce ? sources.length : Math.max(1, Math.floor(maxTokensPerPass / keyLen));
    const parts: Tensor[] = [];
    try {
      for (let from = 0; from < sources.length; from += atOnce) {
        if (from > 0) await yieldTurn();
        parts.push(encode(sources.slice(from, from + atOnce)));
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
          layer.decode(weights, { ids, memory: encoded.memory }, scope.with(memoryMask, encoded.extent)),
        sources: encoded,
      });
    } finally {
      dispose(parts);
    }
  };
}

/** How far rows of these lengths are more than padding; what it holds is disposed by the caller. */
function extentOf(lengths: readonly number[], keyLen: number): KeyRange {
  if (lengths.every(length => length === keyLen)) return {};
  return { keyLength: keep(tensor([...lengths], [lengths.length], 'int32')) };
}

/** Sources that were read: the memory [texts, keyLen, modelDim], and how far each is more than padding. */
class EncodedSources implements Sources {
  memory: Tensor;
  extent: KeyRange;
  lengths: readonly number[];
  private readonly keyLen: number;

  constructor(lengths: readonly number[], keyLen: number, memory: Tensor) {
    this.lengths = lengths;
    this.keyLen = keyLen;
    this.memory = memory;
    this.extent = extentOf(lengths, keyLen);
  }

  get tensors(): readonly Tensor[] {
    return Object.values(this.extent);
  }

  compact(texts: readonly number[]): void {
    const before = [this.memory, this.extent];
    this.lengths = texts.map(text => this.lengths[text]!);
    this.memory = tidy(() => keep(gather(this.memory, tensor(texts, [texts.length], 'int32'), 0)));
    this.extent = extentOf(this.lengths, this.keyLen);
    dispose(before);
  }

  dispose(): void {
    dispose([this.memory, this.extent]);
  }
}
