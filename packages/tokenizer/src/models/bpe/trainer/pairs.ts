import { PairTable } from '../pair-table.js';
import { PairQueue } from './pair-queue.js';

const none = -1;

/**
 * The reference treats a negative count as a very large one. Counts become negative if a token is made in two ways of
 * different lengths and token lengths are limited.
 */
const unwrapCount = (count: number) => (count < 0 ? 2 ** 52 + count : count);

/** A pair, by its number and by its symbols, how often it occurs, and the words in which it has occurred. */
export interface PairInWords {
  readonly pair: number;
  readonly count: number;
  readonly left: number;
  readonly right: number;
  readonly words: readonly number[];
}

/**
 * The neighbouring pairs of all words: their counts, the words in which they have occurred, and the next pair to merge.
 */
export class Pairs {
  readonly #numbers = new PairTable(1 << 12);
  readonly lefts: number[] = [];
  readonly rights: number[] = [];
  readonly #counts: number[] = [];
  readonly queue = new PairQueue(this.lefts, this.rights);
  /** Linked lists of words: a node is a word and the next node. */
  readonly #nodeWords: number[] = [];
  readonly #nodeNexts: number[] = [];
  #freeNode = none;
  /** The pairs that have occurred since the last `enqueue`, and the lists of their words. */
  #recent: number[] = [];
  readonly #lists: number[] = [];

  /** Changes the count of a pair and records the word if the count grew. Returns the pair's number. */
  change(left: number, right: number, word: number, by: number): number {
    const pair = this.number(left, right);
    this.add(pair, word, by);
    return pair;
  }

  /** The same, given the number of a pair. */
  add(pair: number, word: number, by: number): void {
    this.#counts[pair]! += by;
    if (by <= 0) return;
    const list = this.#lists[pair]!;
    if (list === none) this.#recent.push(pair);
    // Words come one after another: if the list has this one, it is the last.
    else if (this.#nodeWords[list] === word) return;
    this.#lists[pair] = this.#node(word, list);
  }

  /** Adds the recent pairs to the queue. */
  enqueue(): void {
    for (const pair of this.#recent) {
      if (this.#counts[pair]! > 0) this.queue.push(pair, this.#counts[pair]!, this.#lists[pair]!);
      else this.#release(this.#lists[pair]!);
      this.#lists[pair] = none;
    }
    this.#recent = [];
  }

  /**
   * Removes and returns the most frequent pair and its words (each once, in any order); undefined if its count is below
   * `minCount`.
   */
  takeFirst(minCount: number): PairInWords | undefined {
    const { queue } = this;
    for (let entry = queue.first; entry !== undefined; entry = queue.first) {
      const pair = queue.pair(entry);
      const count = unwrapCount(this.#counts[pair]!);
      if (queue.count(entry) !== count) {
        queue.recount(count);
        continue;
      }
      if (count < Math.max(minCount, 1)) return undefined;
      const words: number[] = [];
      for (let node = queue.words(entry); node !== none; node = this.#nodeNexts[node]!) {
        words.push(this.#nodeWords[node]!);
      }
      this.#release(queue.words(entry));
      queue.drop();
      return { pair, count, left: this.lefts[pair]!, right: this.rights[pair]!, words };
    }
    return undefined;
  }

  /** The number of a pair, assigned at the first call. */
  number(left: number, right: number): number {
    const slot = this.#numbers.find(left, right);
    if (slot >= 0) return this.#numbers.first(slot);
    const pair = this.lefts.push(left) - 1;
    this.rights.push(right);
    this.#counts.push(0);
    this.#lists.push(none);
    this.#numbers.set(left, right, pair, 0);
    return pair;
  }

  #node(word: number, next: number): number {
    const node = this.#freeNode === none ? this.#nodeWords.length : this.#freeNode;
    if (node === this.#freeNode) this.#freeNode = this.#nodeNexts[node]!;
    this.#nodeWords[node] = word;
    this.#nodeNexts[node] = next;
    return node;
  }

  #release(list: number): void {
    if (list === none) return;
    let last = list;
    while (this.#nodeNexts[last] !== none) last = this.#nodeNexts[last]!;
    this.#nodeNexts[last] = this.#freeNode;
    this.#freeNode = list;
  }
}
