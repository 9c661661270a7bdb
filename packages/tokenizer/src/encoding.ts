/** The source text and offsets of the tokens of one sequence, in UTF-16 units. */
export interface TokenOffsets {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly wordIds: readonly number[];
  /**
   * Texts that replace the token's name: the matched text for added tokens, the original text for unknown tokens of
   * some models.
   */
  readonly surfaces: ReadonlyMap<number, string>;
}

/** A span of an encoding: tokens `[from, to)` of a sequence, or special or padding tokens. */
export interface TokenSpan {
  readonly ids: readonly number[];
  readonly typeId: number;
  /** The sequence that it comes from: 0, 1, or undefined for special tokens. */
  readonly sequence?: 0 | 1;
  /** The index of its first token among the sequence's tokens. */
  readonly from?: number;
  readonly isPadding?: boolean;
  /** The names of its tokens, if they differ from the vocabulary's. */
  readonly tokens?: readonly string[];
}

/** What an encoding needs from its tokenizer to compute its properties. */
export interface EncodingSource {
  readonly token: (id: number) => string;
  readonly tokenOffsets: (sequence: 0 | 1) => TokenOffsets;
  /** Moves the ends of offsets off the spaces of their tokens, in place. */
  readonly trim?: (tokens: readonly string[], offsets: [number, number][], text: string) => void;
}

/** A pair `[start, end)`. */
export type Offset = readonly [start: number, end: number];

/**
 * The tokens of a text and their properties. `ids` are available at once; all other properties are computed on first
 * use and cached.
 */
export class Encoding {
  readonly ids: number[];
  /** The tokens that truncation cut off, in windows of the same length. */
  readonly overflowing: readonly Encoding[];
  readonly #parts: readonly TokenSpan[];
  readonly #source: EncodingSource;
  #details: Details | undefined;

  constructor(parts: readonly TokenSpan[], source: EncodingSource, overflowing: readonly Encoding[] = []) {
    this.#parts = parts;
    this.#source = source;
    this.overflowing = overflowing;
    const [first, ...others] = parts.map(part => part.ids as number[]);
    this.ids = others.length === 0 ? (first ?? []) : first!.concat(...others);
  }

  /** The number of tokens. */
  get length(): number {
    return this.ids.length;
  }

  /**
   * The tokens as the vocabulary writes them. Added tokens appear as in the normalized text, including the white space
   * that they match.
   */
  get tokens(): readonly string[] {
    return this.#detail.tokens;
  }

  /**
   * For each token `[start, end)` in UTF-16 units of its text: `text.slice(start, end)`. Special tokens have `[0, 0]`.
   */
  get offsets(): readonly Offset[] {
    return this.#detail.offsets;
  }

  /** The offsets in Unicode code points, as Python counts. */
  get codePointOffsets(): readonly Offset[] {
    this.#detail.codePointOffsets ??= this.#countCodePoints();
    return this.#detail.codePointOffsets;
  }

  /** For each token the index of its pre-token (word) in its text; null for special tokens. */
  get wordIds(): readonly (number | null)[] {
    return this.#detail.wordIds;
  }

  /** For each token the sequence that it comes from, 0 or 1; null for special tokens. */
  get sequenceIds(): readonly (0 | 1 | null)[] {
    return this.#each(part => part.sequence ?? null);
  }

  /** 1 for special tokens that were added around the text, 0 for all others. */
  get specialTokensMask(): readonly number[] {
    return this.#each(part => (part.sequence === undefined ? 1 : 0));
  }

  /** The segment ids that BERT-like models expect. */
  get typeIds(): readonly number[] {
    return this.#each(part => part.typeId);
  }

  /** 0 for padding, 1 for all other tokens. */
  get attentionMask(): readonly number[] {
    return this.#each(part => (part.isPadding ? 0 : 1));
  }

  /** The index of the token that covers UTF-16 unit `index` of a sequence's text; undefined if none does. */
  charToToken(index: number, sequence: 0 | 1 = 0): number | undefined {
    const sequences = this.sequenceIds;
    const token = this.offsets.findIndex(
      ([start, end], at) => sequences[at] === sequence && start <= index && index < end,
    );
    return token === -1 ? undefined : token;
  }

  /**
   * `[start, end)` of a token in UTF-16 units of its text; undefined for special tokens and for an index out of range.
   */
  tokenToChars(token: number): Offset | undefined {
    return this.sequenceIds[token] == null ? undefined : this.offsets[token];
  }

  #each<T>(value: (part: TokenSpan) => T): T[] {
    return this.#parts.flatMap(part => new Array<T>(part.ids.length).fill(value(part)));
  }

  get #detail(): Details {
    this.#details ??= this.#computeDetails();
    return this.#details;
  }

  #computeDetails(): Details {
    const { token, tokenOffsets, trim } = this.#source;
    const details: Details = { tokens: [], offsets: [], wordIds: [] };
    for (const part of this.#parts) {
      const traced = part.sequence === undefined ? undefined : tokenOffsets(part.sequence);
      const first = part.from ?? 0;
      const tokens = part.ids.map(
        (id, index) => part.tokens?.[index] ?? traced?.surfaces.get(first + index) ?? token(id),
      );
      const offsets = part.ids.map((_, index): [number, number] =>
        traced ? [traced.starts[first + index]!, traced.ends[first + index]!] : [0, 0],
      );
      if (traced) trim?.(tokens, offsets, traced.text);
      for (const index of tokens.keys()) {
        details.tokens.push(tokens[index]!);
        details.offsets.push(offsets[index]!);
        details.wordIds.push(traced?.wordIds[first + index] ?? null);
      }
    }
    return details;
  }

  #countCodePoints(): Offset[] {
    const tables = new Map<number, (unit: number) => number>();
    const sequences = this.sequenceIds;
    return this.offsets.map(([start, end], index) => {
      const sequence = sequences[index];
      if (sequence == null) return [start, end];
      const count = tables.get(sequence) ?? codePointCounter(this.#source.tokenOffsets(sequence).text);
      tables.set(sequence, count);
      return [count(start), count(end)];
    });
  }
}

interface Details {
  readonly tokens: string[];
  readonly offsets: Offset[];
  readonly wordIds: (number | null)[];
  codePointOffsets?: readonly Offset[];
}

/** Returns the number of code points before a UTF-16 unit of a text. */
function codePointCounter(text: string): (unit: number) => number {
  if (!/[\uD800-\uDFFF]/.test(text)) return unit => unit;
  const counts = new Int32Array(text.length + 1);
  for (let unit = 0; unit < text.length; unit++) {
    counts[unit + 1] = counts[unit]! + ((text.charCodeAt(unit) & 0xfc00) === 0xdc00 ? 0 : 1);
  }
  return unit => counts[unit]!;
}
