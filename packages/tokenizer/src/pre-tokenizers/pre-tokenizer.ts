import type { PreTokenEncoder } from '../models/model.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import type { NormalizedString } from '../text/normalized-string.js';
import type { CharacterClassifier } from './character-classes.js';
import type { MetaspaceOptions } from './metaspace.js';

/** Splits `text[start, end)`: appends the `from, to` pairs of the resulting pre-tokens, in order. */
export type Splitter = (text: string, start: number, end: number, spans: number[]) => void;

/** Returns the end of the pre-token at byte `at` of a text's UTF-8, at most `end`. */
export type Scan = (bytes: Uint8Array, at: number, end: number) => number;

/** One step of pre-tokenization, applied to every pre-token of the steps before it. */
export interface Stage {
  /** Rewrites a pre-token first (adds a space in front, makes spaces visible). */
  readonly rewrite?: (preToken: NormalizedString) => void;
  /** Whether `rewrite` needs the original offset of a pre-token. */
  readonly needsOrigin?: boolean;
  /** Then splits it. */
  readonly split?: Splitter;
  /** Or splits it with this scan. */
  readonly scan?: Scan;
  /** Then the pre-tokens are read as UTF-8 bytes in the byte alphabet. */
  readonly asBytes?: boolean;
  /** The classes by which `split` treats each character, if it looks at each by itself. */
  readonly classify?: CharacterClassifier;
  /** How spaces are made visible, if that is what `rewrite` and `split` do. */
  readonly metaspace?: MetaspaceOptions;
  /**
   * Creates an encoder, for ids only, for all stages up to this last one and, if possible, the normalizer; undefined if
   * there is none.
   */
  readonly singlePass?: (stages: PreTokenizer, normalizer: Normalizer | undefined) => SinglePassEncoder | undefined;
}

/** Steps that split a normalized text into the pre-tokens that the model encodes one by one. */
export type PreTokenizer = readonly Stage[];

/** Splits texts in one pass and gives each pre-token to a model at once. */
export interface SinglePassEncoder {
  /** Whether it also replaces the normalizer; then it receives raw texts. */
  readonly normalizes: boolean;
  /**
   * Encodes a text up to the pre-token with which there are `limit` ids. False if the text must take the general path;
   * some ids may have been appended by then.
   */
  encode(text: string, model: PreTokenEncoder, ids: number[], limit: number): boolean;
}
