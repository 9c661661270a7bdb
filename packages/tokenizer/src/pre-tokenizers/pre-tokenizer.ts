import type { PreTokenEncoder } from '../models/model.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import type { NormalizedString } from '../text/normalized-string.js';
import type { CharacterClassifier } from './character-classes.js';
import type { MetaspaceOptions } from './metaspace.js';

/** Cuts `text[start, end)`: appends the `from, to` pairs of the pieces that are kept, in order. */
export type Splitter = (text: string, start: number, end: number, spans: number[]) => void;

/** Where the piece that begins at byte `at` of a text's UTF-8 ends, at most `end`. */
export type Scan = (bytes: Uint8Array, at: number, end: number) => number;

/** One step of pre-tokenization, applied to every piece that the steps before it left. */
export interface Stage {
  /** Rewrites a piece first (a space in front, spaces made visible). */
  readonly rewrite?: (preToken: NormalizedString) => void;
  /** Whether `rewrite` asks where in the original a piece begins. */
  readonly needsOrigin?: boolean;
  /** Then cuts it. */
  readonly split?: Splitter;
  /** Or cuts it where this scan says. */
  readonly scan?: Scan;
  /** Then the pieces are to be read as UTF-8 bytes written in the byte alphabet. */
  readonly asBytes?: boolean;
  /** What `cut` does with each character, where it looks at each by itself. */
  readonly classify?: CharacterClassifier;
  /** How spaces are made visible, where that is what `rewrite` and `cut` do. */
  readonly metaspace?: MetaspaceOptions;
  /**
   * What does, for ids alone, all that stages do of which this is the last, and the normalizer too where it can;
   * undefined where that is not possible.
   */
  readonly singlePass?: (stages: PreTokenizer, normalizer: Normalizer | undefined) => SinglePassEncoder | undefined;
}

/** Steps that cut a normalized text into the pieces that the model reads one by one. */
export type PreTokenizer = readonly Stage[];

/** Cuts texts in one pass and gives each piece to a model as it comes. */
export interface SinglePassEncoder {
  /** Whether it also does what the normalizer does: then it is given texts as they are. */
  readonly normalizes: boolean;
  /**
   * Reads a text up to the piece with which there are `limit` ids; false where the text must be read the usual way:
   * then some ids may be there already.
   */
  encode(text: string, model: PreTokenEncoder, ids: number[], limit: number): boolean;
}
