import type { Padding } from './post-processors/padding.js';
import type { Truncation } from './post-processors/truncation.js';

/** Options of `Tokenizer.encodeBatch`. */
export interface BatchOptions {
  /** Whether to add the special tokens of the post-processor around the text. Default true. */
  readonly addSpecialTokens?: boolean;
  /** The truncation. Default: none, even if the file has a `Tokenizer.truncation`, which can be passed here. */
  readonly truncation?: Truncation | null | undefined;
  /** The padding. Default: none, even if the file has a `Tokenizer.padding`, which can be passed here. */
  readonly padding?: Padding | null | undefined;
  /**
   * The share of the merges of a byte-pair encoding that are dropped at random, 0 to 1. Default: that of the file,
   * usually 0.
   */
  readonly dropout?: number;
  /** The seed of dropout, a whole number from 0 to 2³² - 1: the same seed drops the same merges. Default 0. */
  readonly seed?: number;
}

/** Options of `Tokenizer.encode`. */
export interface EncodeOptions extends BatchOptions {
  /** A second text, for sentence pairs. */
  readonly pair?: string;
}

/** Options of decoding. */
export interface DecodeOptions {
  /** Whether to leave out special tokens. Default true. */
  readonly skipSpecialTokens?: boolean;
}

/** Decodes ids that arrive one by one; see `Tokenizer.decodeStream`. */
export interface DecodeStream {
  /** Takes the next id and returns the text that is certain so far, perhaps none. */
  push(id: number): string;
  /** Ends the stream and returns the text that was held back. */
  flush(): string;
}
