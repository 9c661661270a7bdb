/**
 * The candidate pairs with the words that contain them. The most frequent comes first, among equally frequent pairs the
 * one with the lower ids, and among entries of the same pair the one that was added first.
 */
export class PairQueue {
  readonly #lefts: readonly number[];
  readonly #rights: readonly number[];
  /** Per entry: the pair, its count, the first node of its words. */
  readonly #pairs: number[] = [];
  readonly #counts: number[] = [];
  readonly #words: number[] = [];
  readonly #order: number[] = [];
  readonly #free: number[] = [];
  readonly #heap: number[] = [];
  #entered = 0;

  /** `lefts` and `rights` are the ids of the pairs by number; they may grow. */
  constructor(lefts: readonly number[], rights: readonly number[]) {
    this.#lefts = lefts;
    this.#rights = rights;
  }

  push(pair: number, count: number, words: number): void {
    const entry = this.#free.pop() ?? this.#pairs.length;
    this.#pairs[entry] = pair;
    this.#words[entry] = words;
    this.#counts[entry] = count;
    this.#order[entry] = this.#entered++;
    this.#rise(this.#heap.push(entry) - 1);
  }

  /** The first entry, which stays in the queue; undefined if there is none. The methods below return its parts. */
  get first(): number | undefined {
    return this.#heap[0];
  }

  pair(entry: number): number {
    return this.#pairs[entry]!;
  }

  count(entry: number): number {
    return this.#counts[entry]!;
  }

  words(entry: number): number {
    return this.#words[entry]!;
  }

  /** Gives the first entry another count and moves it to its new rank. */
  recount(count: number): void {
    this.#counts[this.#heap[0]!] = count;
    this.#sink(0);
  }

  /** Removes the first entry. */
  drop(): void {
    this.#free.push(this.#heap[0]!);
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #isBefore(a: number, b: number): boolean {
    const byCount = this.#counts[a]! - this.#counts[b]!;
    if (byCount !== 0) return byCount > 0;
    const [pairA, pairB] = [this.#pairs[a]!, this.#pairs[b]!];
    if (pairA === pairB) return this.#order[a]! < this.#order[b]!;
    const byLeft = this.#lefts[pairA]! - this.#lefts[pairB]!;
    return byLeft !== 0 ? byLeft < 0 : this.#rights[pairA]! < this.#rights[pairB]!;
  }

  #rise(at: number): void {
    const heap = this.#heap;
    const entry = heap[at]!;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #sink(at: number): void {
    const heap = this.#heap;
    const entry = heap[at]!;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, entry)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = entry;
  }
}
