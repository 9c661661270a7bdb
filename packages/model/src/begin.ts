import { extent, memoryExtent } from '@residual/attention';
import { emptyScope, type Scope } from '@residual/layers';
import { dispose, type Extent, gather, keep, type Tensor, tensor, tidy } from '@residual/tensor';
import type { CrossPart, EncoderDecoder, LanguageModel, Part } from '@residual/transformer';
import { Decoding, type Sources } from './decoding.js';
import type { Rows } from './forward.js';
import type { Running } from './kinds.js';
import type { RecordedSteps } from './recorded-steps.js';

/** Settings of rows that begin. */
export interface BeginOptions {
  /** The longest a row may become. */
  readonly positions: number;
  /** How many places of padding stand before each row. */
  readonly padding: readonly number[];
  /** How many rows, one beside the other, belong to each text; 1 if absent. */
  readonly beams?: number;
  /** What the model runs in: who listens, and replacements. */
  readonly scope: Scope;
}

/** Begins rows on a model. */
export type Begin = (options: BeginOptions) => Decoding;

/** Rows that continue their own text. Steps are recorded up to the `positions` the model is made for. */
export function beginCausal({ layer, weights }: Running<LanguageModel<Part>>, positions: number): Begin {
  return options =>
    new Decoding({
      ...options,
      recordedUntil: recordedUntil(options, positions),
      run: (ids, scope) => layer(weights, ids, scope),
    });
}

/** Steps are recorded where nobody looks at them or puts other tensors in their place. */
const recordedUntil = ({ scope }: BeginOptions, positions: number) => (scope === emptyScope ? positions : 0);

/** Settings of `beginWriting`. */
export interface WritingOptions {
  /** Whether the backend compiles its programs by shape. */
  readonly fixedShapes: boolean;
  /** So many tokens of a source can be read. */
  readonly positions: number;
  /** So many positions the model is made for. */
  readonly made: number;
  /** Recordings that several batches of sources share. */
  readonly steps?: RecordedSteps | undefined;
}

/**
 * Rows that write what belongs to `sources`: these are encoded once, together, padded on the right to the longest, or to a power of two where a backend compiles
 * its programs by shape.
 */
export function beginWriting(
  { layer, weights }: Running<EncoderDecoder<Part, CrossPart>>,
  sources: Rows,
  { fixedShapes, positions, made, steps }: WritingOptions,
): Begin {
  return options => {
    const longest = Math.max(...sources.map(source => source.length));
    const room = fixedShapes ? Math.max(16, 2 ** Math.ceil(Math.log2(longest))) : longest;
    const keyLen = Math.max(Math.min(room, positions), longest);
    const encoded = new Encoded(
      sources.map(({ length }) => length),
      keyLen,
    );
    try {
      encoded.memory = tidy(() => {
        const ids = sources.flatMap(source => Array.from({ length: keyLen }, (_, i) => source[i] ?? 0));
        const rows = tensor(ids, [sources.length, keyLen], 'int32');
        const encode = () => layer.encode(weights, rows, options.scope.with(extent, encoded.extent));
        if (!steps || options.scope !== emptyScope) return keep(encode());
        return keep(steps.run('encode', [rows, ...encoded.tensors], () => [encode()])[0]!);
      });
      return new Decoding({
        ...options,
        recordedUntil: recordedUntil(options, made),
        steps,
        smallest: fixedShapes ? 64 : 16, // sentences are short
        run: (ids, scope) =>
          layer.decode(weights, { ids, memory: encoded.memory! }, scope.with(memoryExtent, encoded.extent)),
        sources: encoded,
      });
    } catch (error) {
      encoded.dispose();
      throw error;
    }
  };
}

/** Sources that were read: the memory [texts, keyLen, modelDim], and how far each is more than padding. */
class Encoded implements Sources {
  memory: Tensor | undefined;
  extent: Extent;
  lengths: readonly number[];
  private readonly keyLen: number;

  constructor(lengths: readonly number[], keyLen: number) {
    this.lengths = lengths;
    this.keyLen = keyLen;
    this.extent = this.extentOf();
  }

  get tensors(): readonly Tensor[] {
    return Object.values(this.extent);
  }

  keep(texts: readonly number[]): void {
    const before = [this.memory, this.extent];
    this.lengths = texts.map(text => this.lengths[text]!);
    this.memory = tidy(() => keep(gather(this.memory!, tensor(texts, [texts.length], 'int32'), 0)));
    this.extent = this.extentOf();
    dispose(before);
  }

  dispose(): void {
    dispose([this.memory, this.extent]);
  }

  private extentOf(): Extent {
    if (this.lengths.every(length => length === this.keyLen)) return {};
    return { keyLength: keep(tensor(this.lengths, [this.lengths.length], 'int32')) };
  }
}
