import { PairOccurrences } from './pair-occurrences.js';
import type { Pairs } from './pairs.js';

const none = -1;
/**
 * What is kept of a place, side by side: its symbol, the places after and before it, and the number of the pair that
 * begins there.
 */
const [width, next, previous, pair] = [4, 1, 2, 3];

/**
 * Words so long that they are not read anew for each merge: it is known for each pair where it stands. A place is where
 * a symbol began before any merge, counted over all words.
 */
export class LongWords {
  readonly #cells: Int32Array;
  readonly #occurrences = new PairOccurrences();
  /** By word, in order: its number among all words, how often it occurs, and where it ends. */
  readonly #numbers: number[] = [];
  readonly #times: number[] = [];
  readonly #ends: number[] = [];

  /** For words of `length` symbols in all; tokens of three characters and more are shorter than `longest`. */
  constructor(
    length: number,
    readonly maxTokenLength: number,
  ) {
    this.#cells = new Int32Array(length * width);
  }

  /** Adds a word and counts its neighbours; yields now and then, and says how many symbols it has read. */
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

  /**
   * Makes `merged` of a pair wherever it stands in the words with these numbers, from the left; yields now and then.
   */
  *merge(numbers: ReadonlySet<number>, from: number, merged: number, pairs: Pairs): Generator<void> {
    const positions = this.#occurrences.take(from);
    let word = 0;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!;
      if (this.#cells[position * width + pair] !== from) continue; // another merge was here
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

  /** A pair came up; it counts where it may become a token. */
  #addPair(position: number, number: number, times: number, pairs: Pairs): void {
    const cells = this.#cells;
    const cell = position * width;
    const second = cells[cell + next]! * width;
    const pairNumber = pairs.number(cells[cell]!, cells[second]!);
    cells[cell + pair] = pairNumber;
    if (cells[second + next]! - position < this.maxTokenLength) pairs.add(pairNumber, number, times);
    this.#occurrences.add(pairNumber, position);
  }

  /** The word in which a place lies. */
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
