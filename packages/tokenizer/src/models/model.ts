import type { Symbols } from './bpe/merge.js';
import type { PairTable } from './bpe/pair-table.js';
import type { Vocabulary } from './vocabulary.js';

/** Encodes pre-tokens of characters one after another, ids only. */
export interface PreTokenEncoder {
  /** Appends the ids of a pre-token that is given as UTF-16 units. */
  encode(units: Uint16Array, from: number, to: number, ids: number[]): void;
}

/** Turns one pre-token into tokens. */
export interface Model {
  readonly vocabulary: Vocabulary;
  /** Whether `tokenize` accepts a pre-token as bytes; otherwise it receives the pre-token in the byte alphabet. */
  readonly acceptsBytes: boolean;
  /** The id of the unknown token. */
  readonly unknownId?: number | undefined;
  /** Whether an unknown token shows the original text instead of its own name. */
  readonly showsUnknownText?: boolean;
  /** Appends the ids of a pre-token that is given as UTF-8; only byte-level models have it. */
  readonly encodeBytes?: (bytes: Uint8Array, from: number, to: number, ids: number[]) => void;
  /** Encodes pre-tokens of characters, ids only. */
  readonly preTokenEncoder?: PreTokenEncoder;
  /** The size of its caches in bytes. */
  readonly cacheBytes?: number;
  /** The merges of a byte-pair encoding, by rank. */
  readonly merges?: PairTable;
  /** Writes the symbols of a pre-token before any merge; byte-pair encodings have it, except SentencePiece's. */
  readonly writeSymbols?: (text: string, start: number, end: number, bytes: boolean, symbols: Symbols) => void;
  /** The log-probabilities of a Unigram model, by id. */
  readonly scores?: Float64Array;
  /** The default share of merges that are dropped at random. */
  readonly dropout?: number;
  /**
   * The same model with dropout for text `index` of a call: deterministic for a seed, an index and the same pre-tokens
   * in the same order.
   */
  readonly withDropout?: (rate: number, seed: number, index: number) => Model;
  /**
   * Appends the ids of `text[start, end)`. If `spans` is given, it also appends for each id the pair `from, to` of
   * UTF-8 bytes of the pre-token that it covers.
   */
  tokenize(text: string, start: number, end: number, bytes: boolean, ids: number[], spans?: number[]): void;
}
