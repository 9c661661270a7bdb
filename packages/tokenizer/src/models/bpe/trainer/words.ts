import { LongWords } from './long-words.js';
import type { PairInWords, Pairs } from './pairs.js';

/** The words of a corpus as symbols in one array, and the count of each word. */
export class Words {
  readonly #symbols: Int32Array;
  /** The number of characters of each symbol; only needed if token lengths are limited. */
  readonly #lengths: Int32Array | undefined;
  readonly #starts: Int32Array;
  readonly #sizes: Int32Array;
  readonly #times: readonly number[];
  readonly #long: LongWords;

  /** `symbols` are the symbols of all words, `sizes` the number of symbols of each word, `times` its count. */
  constructor(
    symbols: Int32Array,
    sizes: readonly number[],
    times: readonly number[],
    /** Tokens of three characters and more are shorter than this. */
    readonly maxTokenLength = Number.POSITIVE_INFINITY,
    /** Words of this many symbols and more are not read again for each merge. */
    readonly longWordLength = 256,
  ) {
    this.#symbols = symbols;
    this.#sizes = Int32Array.from(sizes);
    this.#times = times;
    this.#starts = new Int32Array(sizes.length);
    for (let word = 1; word < sizes.length; word++) this.#starts[word] = this.#starts[word - 1]! + sizes[word - 1]!;
    this.#long = new LongWords(
      sizes.reduce((sum, size) => sum + (size < longWordLength ? 0 : size), 0),
      maxTokenLength,
    );
    if (maxTokenLength !== Number.POSITIVE_INFINITY) this.#lengths = new Int32Array(symbols.length).fill(1);
  }

  /** The number of symbols. */
  get length(): number {
    return this.#symbols.length;
  }

  /** Counts the pairs of all words. Yields regularly the number of symbols that it has read. */
  *countPairs(pairs: Pairs): Generator<number> {
    for (const [word, size] of this.#sizes.entries()) {
      const first = this.#starts[word]!;
      if (size < this.longWordLength) this.#countPairs(word, pairs);
      else {
        const symbols = this.#symbols.subarray(first, first + size);
        for (const read of this.#long.add(word, symbols, this.#times[word]!, pairs)) yield first + read;
      }
      if ((word & 255) === 0) yield first;
    }
  }

  /** Replaces a pair by `merged` in its words and updates the counts of the pairs around it. Yields regularly. */
  *merge({ pair, left, right, words }: PairInWords, merged: number, pairs: Pairs): Generator<void> {
    const longOnes = new Set<number>();
    for (const [index, word] of words.entries()) {
      if (this.#sizes[word]! < this.longWordLength) this.#merge(word, left, right, merged, pairs);
      else longOnes.add(word);
      if ((index & 255) === 255) yield;
    }
    if (longOnes.size > 0) yield* this.#long.merge(longOnes, pair, merged, pairs);
  }

  #countPairs(word: number, pairs: Pairs): void {
    const first = this.#starts[word]!;
    const last = first + this.#sizes[word]! - 1;
    const times = this.#times[word]!;
    for (let at = first; at < last; at++) pairs.change(this.#symbols[at]!, this.#symbols[at + 1]!, word, times);
  }

  /** Merges in one word, from left to right. */
  #merge(word: number, left: number, right: number, merged: number, pairs: Pairs): void {
    const symbols = this.#symbols;
    const lengths = this.#lengths;
    const first = this.#starts[word]!;
    const end = first + this.#sizes[word]!;
    const times = this.#times[word]!;
    let to = first; // symbols are read at `from` and written at `to`
    for (let from = first; from < end; from++, to++) {
      const isPair = symbols[from] === left && from + 1 < end && symbols[from + 1] === right;
      if (!isPair) {
        symbols[to] = symbols[from]!;
        if (lengths) lengths[to] = lengths[from]!;
        continue;
      }
      const length = lengths ? lengths[from]! + lengths[from + 1]! : 0;
      if (to > first) {
        pairs.change(symbols[to - 1]!, left, word, -times);
        if (this.#fits(to - 1, length)) pairs.change(symbols[to - 1]!, merged, word, times);
      }
      from++;
      if (from + 1 < end) {
        pairs.change(right, symbols[from + 1]!, word, -times);
        if (this.#fits(from + 1, length)) pairs.change(merged, symbols[from + 1]!, word, times);
      }
      symbols[to] = merged;
      if (lengths) lengths[to] = length;
    }
    this.#sizes[word] = to - first;
  }

  /**
   * Whether the symbol at an index and a neighbour of `length` may become one token: together they must be shorter than
   * the maximum.
   */
  #fits(at: number, length: number): boolean {
    return this.#lengths === undefined || this.#lengths[at]! + length < this.maxTokenLength;
  }
}
