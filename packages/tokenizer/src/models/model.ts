import type { PairTable } from './bpe/pair-table.js';
import type { Vocabulary } from './vocabulary.js';

/** Encodes pre-tokens of characters one after another, ids only. */
export interface PreTokenEncoder {
  /** Appends the ids of a piece that is given as UTF-16 units. */
  encode(units: Uint16Array, from: number, to: number, ids: number[]): void;
}

/** Turns one pre-token into tokens. */
export interface Model {
  readonly vocabulary: Vocabulary;
  /** Whether `tokenize` can read a piece as bytes; otherwise it is given the piece written in the byte alphabet. */
  readonly acceptsBytes: boolean;
  /** The id of what the vocabulary does not hold. */
  readonly unknownId?: number | undefined;
  /** Whether an unknown token shows the text it stands for instead of the unknown token's own. */
  readonly showsUnknownText?: boolean;
  /** Appends the ids of a piece that is given as UTF-8; only byte-level models can. */
  readonly encodeBytes?: (bytes: Uint8Array, from: number, to: number, ids: number[]) => void;
  /** Encodes pre-tokens of characters, ids only. */
  readonly preTokenEncoder?: PreTokenEncoder;
  /** How many bytes what it remembers takes. */
  readonly cacheBytes?: number;
  /** The merges of a byte-pair encoding, by rank. */
  readonly merges?: PairTable;
  /** The log-probabilities of a Unigram model, by id. */
  readonly scores?: Float64Array;
  /** The share of merges that are left out at random where a call does not say otherwise. */
  readonly dropout?: number;
  /** The same model with merges left out at random, the same ones for a seed and the same pieces in the same order. */
  readonly withDropout?: (rate: number, seed: number) => Model;
  /**
   * Appends the ids of `text[start, end)`. Where `spans` is given it also appends for each id the pair `from, to` of
   * UTF-8 bytes of the piece that it covers.
   */
  tokenize(text: string, start: number, end: number, bytes: boolean, ids: number[], spans?: number[]): void;
}
