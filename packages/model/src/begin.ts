import { extent, memoryExtent } from '@residual/attention';
import type { Scope } from '@residual/layers';
import { dispose, type Extent, keep, tensor, tidy } from '@residual/tensor';
import type { CrossPart, EncoderDecoder, LanguageModel, Part } from '@residual/transformer';
import { Decoding } from './decoding.js';
import type { Rows } from './forward.js';
import type { Running } from './kinds.js';

/** Settings of rows that begin. */
export interface BeginOptions {
  readonly positions: number;
  /** How many places of padding stand before each row. */
  readonly padding: readonly number[];
  readonly scope: Scope;
}

/** Begins rows on a model. */
export type Begin = (options: BeginOptions) => Decoding;

/** Rows that continue their own text. */
export function beginCausal({ layer, weights }: Running<LanguageModel<Part>>): Begin {
  return options => new Decoding({ ...options, run: (ids, scope) => layer(weights, ids, scope) });
}

/**
 * Rows that write what belongs to `sources`: these are encoded once, together, padded on the right to the longest, or to a power of two where a backend compiles
 * its programs by shape.
 */
export function beginWriting(
  { layer, weights }: Running<EncoderDecoder<Part, CrossPart>>,
  sources: Rows,
  { fixedShapes, positions }: { readonly fixedShapes: boolean; readonly positions: number },
): Begin {
  return options => {
    const longest = Math.max(...sources.map(source => source.length));
    const room = fixedShapes ? Math.max(16, 2 ** Math.ceil(Math.log2(longest))) : longest;
    const keyLen = Math.max(Math.min(room, positions), longest);
    const ragged = sources.some(source => source.length < keyLen);
    const lengths = () =>
      tensor(
        Int32Array.from(sources, source => source.length),
        [sources.length],
        'int32',
      );
    const where: Extent = ragged ? { keyLength: keep(lengths()) } : {};
    try {
      const memory = tidy(() => {
        const ids = sources.flatMap(source => Array.from({ length: keyLen }, (_, i) => source[i] ?? 0));
        const rows = tensor(ids, [sources.length, keyLen], 'int32');
        return keep(layer.encode(weights, rows, options.scope.with(extent, where)));
      });
      return new Decoding({
        ...options,
        run: (ids, scope) => layer.decode(weights, { ids, memory }, scope.with(memoryExtent, where)),
        held: [memory, ...Object.values(where)],
      });
    } catch (error) {
      dispose(where);
      throw error;
    }
  };
}
