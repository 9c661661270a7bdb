import type { AlignedText } from '../aligned-text.js';

/** Cuts `text[start, end)`: appends the `from, to` pairs of the pieces that are kept, in order. */
export type Cut = (text: string, start: number, end: number, cuts: number[]) => void;

/** Where the piece that begins at byte `at` of a text's UTF-8 ends, at most `end`. */
export type Scan = (bytes: Uint8Array, at: number, end: number) => number;

/** One step of pre-tokenization, applied to every piece that the steps before it left. */
export interface Stage {
  /** Rewrites a piece first (a space in front, spaces made visible). */
  readonly rewrite?: (piece: AlignedText) => void;
  /** Then cuts it. */
  readonly cut?: Cut;
  /** Or cuts it where this scan says. */
  readonly scan?: Scan;
  /** Then the pieces are to be read as UTF-8 bytes written in the byte alphabet. */
  readonly bytes?: boolean;
}

/** Steps that cut a normalized text into the pieces that the model reads one by one. */
export type PreTokenizer = readonly Stage[];
