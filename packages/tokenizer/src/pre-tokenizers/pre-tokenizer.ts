import type { AlignedText } from '../aligned-text.js';

/** Cuts `text[start, end)`: appends the `from, to` pairs of the pieces that are kept, in order. */
export type Cut = (text: string, start: number, end: number, cuts: number[]) => void;

/** One step of pre-tokenization, applied to every piece that the steps before it left. */
export interface Stage {
  /** Rewrites a piece first (a space in front, spaces made visible). */
  readonly rewrite?: (piece: AlignedText) => void;
  /** Then cuts it. */
  readonly cut?: Cut;
  /** Then the pieces are to be read as UTF-8 bytes written in the byte alphabet. */
  readonly bytes?: boolean;
}

/** Steps that cut a normalized text into the pieces that the model reads one by one. */
export type PreTokenizer = readonly Stage[];
