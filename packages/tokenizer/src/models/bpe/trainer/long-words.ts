import { PairOccurrences } from './pair-occurrences.js';
import type { Pairs } from './pairs.js';

const none = -1;
/**
 * The fields of a position, side by side: its symbol, the positions after and before it, and the number of the pair
 * that starts there.
 */
const [width, next, previous, pair] = [4, 1, 2, 3];

/**
 * Words that are too long to be read again for each merge. Instead, the occurrences of each pair are stored. A position
 * is the index of a symbol before any merge, counted over all long words.
 */
export class LongWords {
  readonly #cells: Int32Array;
  readonly #occurrences = new PairOccurrences();
  /** By word, in order: its number among all words, its count, and its end. */
  readonly #numbers: number[] = [];
  readonly #times: number[] = [];
  readonly #ends: number[] = [];

  /** For words of `length` symbols in total. Tokens of three characters and more are shorter than `maxTokenLength`. */
  constructor(
    length: number,
    readonly maxTokenLength: number,
  ) {
    this.#cells = new Int32Array(length * width);
  }

  /** Adds a word and counts its pairs. Yields regularly the number of symbols that it has read. */
  *add(number: number, symbols: Int32Array, times: number, pairs: Pairs): Generator<number> {
    const first = this.#ends.at(-1) ?? 0;
    const last = symbols.length - 1;
    this.#numbers.push(number);
    this.#times.push(times);
    this.#ends.push(first + symbols.length);
    for (let index = 0; index <= last; index++) {
      const position = first + index;
      const pairNumber = index < last ? pairs.change(symbols[index]!, symbols[index + 1]!, number, times) : none;
      this.#cells.set([symbols[index]!, position + 1, index > 0 ? position - 1 : none, pairNumber], position * width);
      if (pairNumber !== none) this.#occurrences.add(pairNumber, position);
      if ((index & 4095) === 4095) yield index;
    }
  }

  /** Replaces a pair by `merged` in the words with these numbers, from left to right. Yields regularly. */
  *merge(numbers: ReadonlySet<number>, from: number, merged: number, pairs: Pairs): Generator<void> {
    const positions = this.#occurrences.take(from);
    let word = 0;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!;
      if (this.#cells[position * width + pair] !== from) continue; // another merge has changed it
      if (position >= this.#ends[word]!) word = this.#wordAt(position);
      if (numbers.has(this.#numbers[word]!)) this.#mergeAt(position, word, merged, pairs);
      else this.#occurrences.add(from, position);
      if ((index & 1023) === 1023) yield;
    }
  }

  #mergeAt(position: number, word: number, merged: number, pairs: Pairs): void {
    const cells = this.#cells;
    const cell = position * width;
    const second = cells[cell + next]! * width;
    const before = cells[cell + previous]!;
    const after = cells[second + next]!;
    const [number, times] = [this.#numbers[word]!, this.#times[word]!];
    const lost = cells[second + pair]!;
    cells[cell] = merged;
    cells[cell + next] = after;
    cells[cell + pair] = cells[second + pair] = none;
    if (before !== none) {
      pairs.add(cells[before * width + pair]!, number, -times);
      this.#addPair(before, number, times, pairs);
    }
    if (lost !== none) {
      cells[after * width + previous] = position;
      pairs.add(lost, number, -times);
      this.#addPair(position, number, times, pairs);
    }
  }

  /** Records a new pair. It counts if it may become a token. */
  #addPair(position: number, number: number, times: number, pairs: Pairs): void {
    const cells = this.#cells;
    const cell = position * width;
    const second = cells[cell + next]! * width;
    const pairNumber = pairs.number(cells[cell]!, cells[second]!);
    cells[cell + pair] = pairNumber;
    if (cells[second + next]! - position < this.maxTokenLength) pairs.add(pairNumber, number, times);
    this.#occurrences.add(pairNumber, position);
  }

  /** The word that contains a position. */
  #wordAt(position: number): number {
    let [low, high] = [0, this.#ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (position < this.#ends[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
